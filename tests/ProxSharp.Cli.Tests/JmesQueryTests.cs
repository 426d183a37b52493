using System.Text.Json;
using ProxSharp.Cli.Query;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>The cases were put through the reference implementation of the language; the file holds what it answered.</summary>
public sealed class JmesQueryTests
{
    private static readonly JsonDocument s_cases = JsonDocument.Parse(
        typeof(JmesQueryTests).Assembly.GetManifestResourceStream("cases.json") ?? throw new InvalidOperationException("The cases are missing."));

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, s_cases.RootElement.GetProperty("cases").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Evaluate_Case_GivesWhatTheReferenceGives(int number)
    {
        JsonElement item = s_cases.RootElement.GetProperty("cases")[number];
        string expression = item.GetProperty("expression").GetString()!;
        JsonElement document = s_cases.RootElement.GetProperty("documents").GetProperty(item.GetProperty("document").GetString()!);
        if (item.TryGetProperty("error", out JsonElement error))
        {
            JmesException wrong = Assert.Throws<JmesException>(() => Evaluate(expression, document));
            Assert.True(wrong.Kind == error.GetString(), $"{expression}: {wrong.Kind} ({wrong.Message}) instead of {error}");
            return;
        }

        JsonElement result = Evaluate(expression, document);
        Assert.True(JsonElement.DeepEquals(item.GetProperty("result"), result), $"{expression}: {result} instead of {item.GetProperty("result")}");
    }

    [Theory]
    [InlineData("[?size>`1`].name", true)]
    [InlineData("[*].{n: name, s: size}", true)]
    [InlineData("[?size>`1`] | [].name | sort(@)", true)]
    [InlineData("[?size>`9`] | length(@)", true)]
    [InlineData("[?size>`1`] | [0]", true)]
    [InlineData("[*].parts | []", true)]
    [InlineData("[*].parts[0]", true)]
    [InlineData("length(@)", false)]
    [InlineData("[0]", false)]
    [InlineData("[:2].name", false)]
    [InlineData("[].name", false)]
    [InlineData("sort_by(@, &size)[].name", false)]
    [InlineData("[*].parts[] | [0]", false)]
    public void Split_Expression_GivesTheSameAsTheWhole(string expression, bool isSplit)
    {
        using JsonDocument document = JsonDocument.Parse(
            """[{"name":"a","size":2,"parts":[1,2]},{"name":"b"},{"name":"c","size":1.50,"parts":[3]},{"size":7},{"name":"d","size":3}]""");
        JmesQuery query = JmesQuery.Parse(expression);

        (JmesQuery Each, JmesQuery All)? split = query.Split();

        Assert.Equal(isSplit, split is not null);
        if (split is not var (each, rest))
            return;
        IEnumerable<JsonElement> results = document.RootElement.EnumerateArray().SelectMany(row => Alone(each, row).EnumerateArray());
        using JsonDocument all = JsonDocument.Parse($"[{string.Join(',', results.Select(static item => item.GetRawText()))}]");
        Assert.Equal(query.Apply(document.RootElement).GetRawText(), rest.Apply(all.RootElement).GetRawText());
    }

    private static JsonElement Alone(JmesQuery each, JsonElement row)
    {
        using JsonDocument list = JsonDocument.Parse($"[{row.GetRawText()}]");
        return each.Apply(list.RootElement);
    }

    [Fact]
    public async Task Query_OnACommand_ShapesTheResult()
    {
        using CliHarness cli = new();

        Assert.Equal("1\n", (await cli.LineAsync("commands vm agent --match exec --query 'length(@)'")).Succeeded());
        Assert.Contains("--query", (await cli.LineAsync("commands --query 'foo['")).FailedWith(2), StringComparison.Ordinal);
        Assert.Contains("takes a number", (await cli.LineAsync("commands --query 'abs(@)'")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public void Query_Numbers_StayAsTheyWereWritten()
    {
        using JsonDocument document = JsonDocument.Parse("""{"a":18446744073709551615,"b":1.50}""");

        Assert.Equal("""{"a":18446744073709551615,"b":1.50}""", Output.JsonText.Compact(JmesQuery.Parse("{a: a, b: b}").Apply(document.RootElement)));
    }

    private static JsonElement Evaluate(string expression, JsonElement document) =>
        JmesValue.ToJson(JmesEvaluator.Evaluate(JmesParser.Parse(expression), JmesValue.From(document)));
}
