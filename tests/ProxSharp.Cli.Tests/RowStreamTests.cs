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
    [InlineData((int)OutputFormat.Name, null, 0)]
    [InlineData((int)OutputFormat.Name, null, 60_000)]
    public async Task Write_AnyForm_IsTheSameAsOfTheWholeList(int format, string? fields, int rows)
    {
        foreach (bool isVersioned in (bool[])[false, true])
        {
            OutputSettings settings = Settings((OutputFormat)format, fields) with { IsVersioned = isVersioned };
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

    [Theory]
    [InlineData((int)OutputFormat.Table, null)]
    [InlineData((int)OutputFormat.Yaml, null)]
    [InlineData((int)OutputFormat.Json, "no-such-field")]
    public void Fits_FormThatNeedsAll_IsFalse(int format, string? fields) => Assert.False(RowStream.Fits(Settings((OutputFormat)format, fields), s_shape));

    [Fact]
    public void Fits_Sorted_IsFalse() => Assert.False(RowStream.Fits(Settings(OutputFormat.Json, null) with { Sort = [("path", false)] }, s_shape));

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
