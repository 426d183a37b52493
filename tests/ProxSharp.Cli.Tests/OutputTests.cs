using System.Text.Json;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Tests.Testing;
using YamlDotNet.RepresentationModel;

namespace ProxSharp.Cli.Tests;

public sealed class OutputTests
{
    private const string Guests = """
        [
          {"status":"running","name":"web","vmid":100,"maxmem":4294967296,"uptime":90061,"cpu":0.0125,"template":0,"tags":"a;b"},
          {"status":"stopped","name":"データベース","vmid":101,"maxmem":1073741824,"uptime":0,"cpu":0,"template":1},
          {"status":"running","name":"evil\u001b[31m\nname","vmid":102,"maxmem":536870912,"uptime":59,"nested":{"a":[1,2]},"note":"x,\"y\""}
        ]
        """;

    private static readonly ResultShape s_shape = new()
    {
        Renderers = new Dictionary<string, string> { ["maxmem"] = "bytes", ["uptime"] = "duration", ["cpu"] = "fraction_as_percentage" },
        KnownFields = ["lock"],
    };

    [Theory]
    [InlineData("Table", null)]
    [InlineData("Json", null)]
    [InlineData("JsonLines", null)]
    [InlineData("Yaml", null)]
    [InlineData("Csv", null)]
    [InlineData("Table", "name,lock,vmid")]
    [InlineData("Csv", "name,lock,vmid")]
    [InlineData("JsonLines", "name,lock,vmid")]
    public void Write_Rows_PrintsAsRecorded(string format, string? fields) =>
        Snapshot.Match($"output-{format}{(fields is null ? "" : "-fields")}".ToLowerInvariant(), Write(Guests, format, fields));

    [Theory]
    [InlineData(11)]
    [InlineData(14)]
    [InlineData(19)]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    public void Write_TableOnATerminal_NeverExceedsItsWidth(int width)
    {
        string table = Write(Guests, "Table", null, width);

        Assert.All(table.Split('\n').Where(static line => !line.StartsWith('(')), line => Assert.InRange(TextCells.Width(line), 0, width));
        Assert.Contains("vmid", table, StringComparison.Ordinal);
        Assert.Equal(["100", "101", "102"], table.Split('\n')[1..4].Select(static line => line.TrimStart()[..3]));
    }

    [Theory]
    [InlineData("[]", true)]
    [InlineData("[]", false)]
    [InlineData("[{\"vmid\":1}]", true)]
    [InlineData("[{\"vmid\":1}]", false)]
    public void Write_FieldThatNoItemEverHas_IsASlipAlsoOfAnEmptyList(string json, bool isSort)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        OutputSettings settings = new()
        {
            Format = OutputFormat.Table,
            Fields = isSort ? null : ["vnid"],
            Sort = isSort ? [new("vnid", false)] : [],
            Ansi = new Ansi(enabled: false),
        };
        ResultShape shape = new() { IsClosed = true, KnownFields = ["vmid", "name"] };

        CliException slip = Assert.Throws<CliException>(() => ResultWriter.Write(TextWriter.Null, document.RootElement, settings, shape));

        Assert.Equal(2, slip.Error.ExitCode);
        Assert.Contains("vmid", slip.Error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_NameOfOneThing_IsWhatItIsAboutOrItsName()
    {
        Assert.Equal("", NameOf("""{"release":"9.2","version":"9.2.11","type":"x"}""", null));
        Assert.Equal("local\n", NameOf("""{"type":"dir","content":"iso"}""", "local"));
        Assert.Equal("production\n", NameOf("""{"poolid":"production"}""", null));
        Assert.Equal("9.2\n", NameOf("""[{"release":"9.2"}]""", null));

        static string NameOf(string json, string? subject)
        {
            using JsonDocument document = JsonDocument.Parse(json);
            StringWriter writer = new() { NewLine = "\n" };
            ResultWriter.Write(
                writer, document.RootElement, new OutputSettings { Format = OutputFormat.Name, Ansi = new Ansi(enabled: false) }, new ResultShape { Subject = subject });
            return writer.ToString();
        }
    }

    [Fact]
    public void Write_TooManyColumns_SaysHowManyAreHidden() =>
        Assert.Contains("more fields: choose with --fields", Write(Guests, "Table", null, 40), StringComparison.Ordinal);

    [Fact]
    public void Write_ControlCharacters_NeverReachTheTerminal() =>
        Assert.All(Enum.GetNames<OutputFormat>(), static format => Assert.DoesNotContain('\u001b', Write(Guests, format, null, width: 80)));

    [Fact]
    public void Write_CsvToAFile_HoldsNoControlCharactersButBreaks()
    {
        string csv = Write(Guests, "Csv", null);

        Assert.DoesNotContain('\u001b', csv);
        Assert.Contains("\"evil\\u001b[31m\nname\"", csv, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/a/b", 10, "/a/b")]
    [InlineData("/nodes/{node}/qemu", 15, "/nodes/{node}/|  qemu")]
    [InlineData("/abcdefghijklmno/x", 8, "/abcdefg|  hijklm|  no/x")]
    public void Fold_Path_BreaksBehindSlashes(string path, int cells, string expected) => Assert.Equal(expected.Split('|'), TextCells.Fold(path, cells));

    [Fact]
    public void Write_NoHeader_LeavesTheRows()
    {
        Assert.Equal("1,b\n", Write("""[{"x":1,"y":"b"}]""", "Csv", null, noHeader: true, shape: ResultShape.Unknown));
        Assert.Equal("1  b\n", Write("""[{"x":1,"y":"b"}]""", "Table", null, noHeader: true));
    }

    [Theory]
    [InlineData("""{"a":1,"b":{"c":[]}}""", "a  1\nb  {\"c\":[]}\n", "a,b\n1,\"{\"\"c\"\":[]}\"\n", "{\"a\":1,\"b\":{\"c\":[]}}\n")]
    [InlineData("""["x","y"]""", "x\ny\n", "value\nx\ny\n", "\"x\"\n\"y\"\n")]
    [InlineData("\"UPID:pve1:\"", "UPID:pve1:\n", "value\nUPID:pve1:\n", "\"UPID:pve1:\"\n")]
    [InlineData("null", "", "value\n\"\"\n", "null\n")]
    [InlineData("[]", "", "", "")]
    [InlineData("42", "42\n", "value\n42\n", "42\n")]
    public void Write_OtherShapes_HaveAForm(string json, string table, string csv, string lines)
    {
        Assert.Equal(table, Write(json, "Table", null));
        Assert.Equal(csv, Write(json, "Csv", null, shape: ResultShape.Unknown));
        Assert.Equal(lines, Write(json, "JsonLines", null));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("")]
    [InlineData("true")]
    [InlineData("No")]
    [InlineData("~")]
    [InlineData("1e3")]
    [InlineData("0x1F")]
    [InlineData("12:30")]
    [InlineData("2026-01-01")]
    [InlineData("- dash")]
    [InlineData("key: value")]
    [InlineData("# comment")]
    [InlineData("trailing ")]
    [InlineData(" leading")]
    [InlineData("two\nlines")]
    [InlineData("two\nlines\n")]
    [InlineData("two\n\nlines\n\n")]
    [InlineData(" indented\nlines")]
    [InlineData("tab\there")]
    [InlineData("escape\u001b[0m")]
    [InlineData("abc\u202egpj.exe")]
    [InlineData("two\nlines\u2066 \\u202e 'x' \"y\"")]
    [InlineData("quote's \"double\"")]
    [InlineData("データ ünï 🚀")]
    [InlineData("hidden\u200b\ufeff\ufe01\u3164\U000E0041\U000E0101.")]
    [InlineData("two\nlines\U000E0041")]
    [InlineData("\u2764\ufe0f")]
    [InlineData("{braces}, [brackets]")]
    [InlineData("%percent @at `tick")]
    public void Write_Yaml_ReadsBackTheSameText(string text)
    {
        string json = JsonText.Compact(JsonText.Build(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("key", text);
            writer.WriteEndObject();
        }));

        YamlStream yaml = [];
        string written = Write(json, "Yaml", null);
        yaml.Load(new StringReader(written));

        YamlScalarNode value = (YamlScalarNode)((YamlMappingNode)yaml.Documents[0].RootNode)["key"];
        Assert.Equal(text, value.Value);
        if (text is "true" or "No" or "~" or "1e3" or "" or "0x1F" or "12:30" or "2026-01-01")
        {
            Assert.NotEqual(YamlDotNet.Core.ScalarStyle.Plain, value.Style);
        }
    }

    [Theory]
    [InlineData("""{"a":"x\u202ey","b\u2067":["\u2066"]}""", "a: \"x\\u202ey\"\n\"b\\u2067\":\n- \"\\u2066\"\n")]
    [InlineData("""{"a":"one\ntwo\u202e\u007f"}""", "a: \"one\\ntwo\\u202e\\x7F\"\n")]
    public void Write_YamlWithMarksThatReverseText_EscapesThem(string json, string expected) => Assert.Equal(expected, Write(json, "Yaml", null));

    [Theory]
    [InlineData("\u200b")]
    [InlineData("\ufeff")]
    [InlineData("\u202e")]
    [InlineData("\u2066")]
    [InlineData("\u034f")]
    [InlineData("\u115f")]
    [InlineData("\u1160")]
    [InlineData("\u2800")]
    [InlineData("\u3164")]
    [InlineData("\uffa0")]
    [InlineData("\ufe00")]
    [InlineData("\ufe0f")]
    [InlineData("\U000E0001")]
    [InlineData("\U000E0041")]
    [InlineData("\U000E007F")]
    [InlineData("\U000E0100")]
    [InlineData("\U000E01EF")]
    public void Write_CharactersThatAreNotSeen_AreEscapesInEveryForm(string hidden)
    {
        string text = $"web{hidden}1";
        string json = JsonText.Compact(JsonText.Build(writer =>
        {
            writer.WriteStartArray();
            writer.WriteStartObject();
            writer.WriteString("name", text);
            writer.WriteStartArray(text);
            writer.WriteStringValue(text);
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndArray();
        }));
        Assert.DoesNotContain(hidden, json, StringComparison.Ordinal);
        foreach (string format in Enum.GetNames<OutputFormat>())
        {
            foreach (int? width in new int?[] { null, 80 })
            {
                string written = Write(json, format, null, width);
                Assert.DoesNotContain(hidden, written, StringComparison.Ordinal);
                Assert.Contains($"\\u{(int)hidden[0]:x4}", written.Replace("\\U000e", "\\udb40", StringComparison.OrdinalIgnoreCase), StringComparison.OrdinalIgnoreCase);
                if (format == "Json")
                {
                    using JsonDocument document = JsonDocument.Parse(written);
                    JsonElement row = document.RootElement[0];
                    Assert.Equal((text, text), (row.GetProperty("name").GetString(), row.GetProperty(text)[0].GetString()));
                }
            }
        }
    }

    [Theory]
    [InlineData("\u2764\ufe0f ok")]
    [InlineData("\U0001F468\u200d\U0001F469\u200d\U0001F467")]
    [InlineData("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645")]
    public void Visible_WhatBelongsToASignThatIsSeen_Stays(string text) => Assert.Equal(text, TextCells.Visible(text));

    [Fact]
    public void Write_YamlScalar_HasNoDocumentMarks() => Assert.Equal("hello\n", Write("\"hello\"", "Yaml", null));

    private static string Write(string json, string format, string? fields, int? width = null, bool noHeader = false, ResultShape? shape = null)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        StringWriter writer = new() { NewLine = "\n" };
        OutputSettings settings = new()
        {
            Format = Enum.Parse<OutputFormat>(format),
            Fields = fields?.Split(','),
            NoHeader = noHeader,
            Width = width,
            Ansi = new Ansi(enabled: false),
        };
        ResultWriter.Write(writer, document.RootElement, settings, shape ?? s_shape);
        return writer.ToString();
    }
}
