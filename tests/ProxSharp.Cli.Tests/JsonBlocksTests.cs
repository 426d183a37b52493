using System.Text.Json;
using ProxSharp.Cli.Output;

namespace ProxSharp.Cli.Tests;

/// <summary>Results that are longer than one block of memory.</summary>
public sealed class JsonBlocksTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5_000)]
    [InlineData(60_000)]
    public async Task WriteIndented_ResultOfAnyLength_IsWhatOneBlockWouldHold(int items)
    {
        void Write(Utf8JsonWriter json)
        {
            json.WriteStartArray();
            for (int i = 0; i < items; i++)
            {
                // Characters of one to four bytes fall on every border.
                json.WriteStringValue($"{new string('x', i % 7)}\u00e4\u20ac\ud83d\ude00{i}");
            }

            json.WriteEndArray();
        }

        JsonElement built = JsonText.Build(Write);
        JsonElement piecewise = await JsonText.BuildAsync(json =>
        {
            Write(json);
            return Task.CompletedTask;
        });
        using StringWriter text = new();
        JsonText.WriteIndented(text, built.WriteTo);

        Assert.Equal(JsonText.Indented(built), text.ToString());
        Assert.Equal(JsonText.Compact(built), JsonText.Compact(piecewise));
        Assert.Equal(items, built.GetArrayLength());
        Assert.All(built.EnumerateArray().Index(), static item => Assert.EndsWith(
            $"\u00e4\u20ac\ud83d\ude00{item.Index}", item.Item.GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public void WriteIndented_OneLongValue_IsWhole()
    {
        string value = string.Concat(Enumerable.Repeat("\u20ac", 300_000));
        JsonElement built = JsonText.Build(json => json.WriteStringValue(value));
        using StringWriter text = new();
        JsonText.WriteIndented(text, built.WriteTo);

        Assert.Equal($"\"{value}\"", text.ToString());
    }
}
