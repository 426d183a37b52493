using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Tests;

/// <summary>Lists that are written while they are read look as if they had been there as a whole.</summary>
public sealed class RowStreamTests
{
    private static readonly ResultShape s_shape = new() { KnownFields = ["path", "size", "target"], NameField = "path" };

    [Theory]
    [InlineData((int)OutputFormat.Json, null, 0)]
    [InlineData((int)OutputFormat.Json, null, 3)]
    [InlineData((int)OutputFormat.Json, null, 60_000)]
    [InlineData((int)OutputFormat.Json, "size,path,target", 3)]
    [InlineData((int)OutputFormat.JsonLines, null, 0)]
    [InlineData((int)OutputFormat.JsonLines, null, 60_000)]
    [InlineData((int)OutputFormat.JsonLines, "size,target", 3)]
    [InlineData((int)OutputFormat.Csv, "path,target,size", 0)]
    [InlineData((int)OutputFormat.Csv, "path,target,size", 60_000)]
    [InlineData((int)OutputFormat.Csv, null, 0)]
    [InlineData((int)OutputFormat.Csv, null, 60_000)]
    [InlineData((int)OutputFormat.Tsv, null, 3)]
    [InlineData((int)OutputFormat.Tsv, "size", 3)]
    [InlineData((int)OutputFormat.Yaml, null, 0)]
    [InlineData((int)OutputFormat.Yaml, null, 1)]
    [InlineData((int)OutputFormat.Yaml, null, 2_000)]
    [InlineData((int)OutputFormat.Yaml, "size,target", 3)]
    [InlineData((int)OutputFormat.Table, null, 0)]
    [InlineData((int)OutputFormat.Table, null, 1)]
    [InlineData((int)OutputFormat.Table, null, 60_000)]
    [InlineData((int)OutputFormat.Table, "size,path", 3)]
    [InlineData((int)OutputFormat.Wide, null, 3)]
    [InlineData((int)OutputFormat.Wide, null, 60_000)]
    [InlineData((int)OutputFormat.Name, null, 0)]
    [InlineData((int)OutputFormat.Name, null, 60_000)]
    public async Task Write_AnyForm_IsTheSameAsOfTheWholeList(int format, string? fields, int rows)
    {
        OutputSettings plain = Settings((OutputFormat)format, fields);
        SortField[][] orders = rows > 2_000 ? [[]] : [[], [new("size", true), new("path", false)], [new("target", false), new("size", false)]];
        foreach (OutputSettings settings in orders.SelectMany(
            order => (OutputSettings[])[plain with { Sort = order }, plain with { Sort = order, IsVersioned = true, Width = 60 }]))
        {
            using StringWriter whole = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
            using StringWriter streamed = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
            ResultWriter.Write(whole, JsonText.Build(json =>
            {
                json.WriteStartArray();
                for (int row = 0; row < rows; row++)
                {
                    json.WriteStartObject();
                    Write(json, row);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }), settings, s_shape);

            Assert.True(RowStream.Fits(settings, s_shape));
            int count = await new RowStream(streamed, settings, s_shape).WriteAsync(Enumerable.Range(0, rows).ToAsyncEnumerable(), Write);

            Assert.Equal(rows, count);
            Assert.Equal(whole.ToString(), streamed.ToString());
        }
    }

    [Fact]
    public void Fits_FieldThatIsNotKnown_IsFalse()
    {
        Assert.False(RowStream.Fits(Settings(OutputFormat.Json, "no-such-field"), s_shape));
        Assert.False(RowStream.Fits(Settings(OutputFormat.Json, null) with { Sort = [new("no-such-field", false)] }, s_shape));
    }

    /// <summary>What decides about the columns does not have all that comes later.</summary>
    [Theory]
    [InlineData((int)OutputFormat.Table, null)]
    [InlineData((int)OutputFormat.Table, 60)]
    [InlineData((int)OutputFormat.Wide, null)]
    [InlineData((int)OutputFormat.Csv, null)]
    public async Task Write_LaterRowsAreWiderAndHaveMore_NothingIsLost(int format, int? width)
    {
        using StringWriter streamed = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        OutputSettings settings = Settings((OutputFormat)format, null) with { Width = width };
        ResultShape shape = s_shape with { TableFields = ["size", "target", "path"], WholeField = "path" };
        string name = $"/{string.Join('/', Enumerable.Range(10, 30))}";

        await new RowStream(streamed, settings, shape).WriteAsync(Enumerable.Range(0, 30_000).ToAsyncEnumerable(), (json, row) =>
        {
            json.WriteString("path", row < 25_000 ? "/a" : name);
            json.WriteNumber("size", row);
            if (row == 29_999)
            {
                json.WriteString("target", "there");
            }
        });

        string[] lines = streamed.ToString().TrimEnd('\n').Split('\n');
        Assert.Contains("target", lines[0], StringComparison.Ordinal);
        Assert.Contains("there", streamed.ToString(), StringComparison.Ordinal);
        Assert.All(lines, line => Assert.True(width is null || TextCells.Width(line) <= width, line));
        string last = string.Concat(lines.SkipWhile(static line => !line.Contains("29999", StringComparison.Ordinal)).Select(static line => line.Trim()));
        Assert.Contains(name, width is null ? lines[^1] : last, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData((int)OutputFormat.Json)]
    [InlineData((int)OutputFormat.JsonLines)]
    public async Task Write_FailureAfterFewRows_LeavesNothing(int format)
    {
        using StringWriter streamed = new(CultureInfo.InvariantCulture);

        await Assert.ThrowsAsync<IOException>(() => new RowStream(streamed, Settings((OutputFormat)format, null), s_shape).WriteAsync(Failing(), Write));

        Assert.Equal("", streamed.ToString());
    }

    /// <summary>What was written is not held any more.</summary>
    [Theory]
    [InlineData((int)OutputFormat.Table)]
    [InlineData((int)OutputFormat.Csv)]
    [InlineData((int)OutputFormat.Yaml)]
    [InlineData((int)OutputFormat.Json)]
    [InlineData((int)OutputFormat.JsonLines)]
    public async Task Write_ManyRows_AreWrittenBeforeTheLastOne(int format)
    {
        using StringWriter streamed = new(CultureInfo.InvariantCulture);
        long before = 0;

        await new RowStream(streamed, Settings((OutputFormat)format, null), s_shape).WriteAsync(
            Enumerable.Range(0, 100_000).ToAsyncEnumerable(),
            (json, row) =>
            {
                before = streamed.GetStringBuilder().Length;
                Write(json, row);
            });

        Assert.InRange(streamed.GetStringBuilder().Length - before, 1, 3 << 20);
        Assert.True(before > 3 << 20);
    }

    private static async IAsyncEnumerable<int> Failing()
    {
        yield return 1;
        await Task.Yield();
        throw new IOException("The line is broken.");
    }

    private static OutputSettings Settings(OutputFormat format, string? fields) => new()
    {
        Format = format,
        Fields = fields?.Split(','),
        Ansi = new Ansi(enabled: false),
    };

    private static void Write(Utf8JsonWriter json, int row)
    {
        json.WriteString("path", $"/srv/a rather long name, with \"quotes\" and ümläuts {row}");
        if (row % 2 == 0)
        {
            json.WriteNumber("size", row);
        }
        else
        {
            json.WriteString("target", "…");
        }
    }
}
