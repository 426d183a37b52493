using System.Text.Json.Nodes;
using ProxSharp.CodeGen.Schema;

namespace ProxSharp.CodeGen.Tests;

public sealed class SchemaMergerTests
{
    private const string Schema = """
        {"product":"pve","version":"1","legend":{"x":"y"},
         "defs":{"row":{"type":"object","props":{"a":{"type":"string"},"b":{"$ref":"inner"}}},"inner":{"type":"integer","min":1},"unused":{"type":"null"}},
         "formats":{"f":{"props":{"k":{"type":"string"}}}},
         "endpoints":[
           {"path":"/one","method":"GET","permissions":"all","params":{"p":{"$ref":"inner","optional":true},"q":{"$ref":"row"}},"returns":{"$ref":"row"}},
           {"path":"/two","method":"GET","permissions":"all","params":{},"returns":{"$ref":"row"}}]}
        """;

    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""["a","b"]""", """["c","d"]""", """["c","d"]""")]
    [InlineData("""{"a":"foo"}""", "\"bar\"", "\"bar\"")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("""[1,2]""", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [InlineData("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void Patch_ExamplesOfTheStandard_GiveItsResults(string target, string patch, string expected) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), SchemaMerger.Patch(JsonNode.Parse(target), JsonNode.Parse(patch))));

    [Fact]
    public void Merge_PatchedResult_IsDereferencedAndOthersKeepTheirReference()
    {
        JsonObject merged = Merge("""{"endpoints":{"GET /one":{"returns":{"props":{"b":{"max":5}}}}}}""");

        Assert.Equal("""{"type":"object","props":{"a":{"type":"string"},"b":{"type":"integer","min":1,"max":5}}}""", merged["endpoints"]![0]!["returns"]!.ToJsonString());
        Assert.Equal("""{"$ref":"row"}""", merged["endpoints"]![1]!["returns"]!.ToJsonString());
    }

    [Fact]
    public void Merge_PatchedParameter_KeepsItsOwnMembersAndOtherParametersTheirReference()
    {
        JsonObject merged = Merge("""{"endpoints":{"GET /one":{"params":{"p":{"min":2},"new":{"type":"string"}}}}}""");

        Assert.Equal(
            """{"p":{"type":"integer","min":2,"optional":true},"q":{"$ref":"row"},"new":{"type":"string"}}""",
            merged["endpoints"]![0]!["params"]!.ToJsonString());
    }

    [Fact]
    public void Merge_GeneratorMembers_StayOut()
    {
        JsonObject merged = Merge("""{"endpoints":{"GET /one":{"operation":"Fetch","compact":{},"task":"returns"}},"formats":{"f":{"props":{"k":null}}}}""");

        Assert.Equal("returns", (string?)merged["endpoints"]![0]!["task"]);
        Assert.False(merged["endpoints"]![0]!.AsObject().ContainsKey("operation"));
        Assert.False(merged["endpoints"]![0]!.AsObject().ContainsKey("compact"));
        Assert.Equal("""{"f":{"props":{}}}""", merged["formats"]!.ToJsonString());
    }

    [Fact]
    public void Merge_UnusedParts_AreDropped()
    {
        JsonObject merged = Merge("{}");

        Assert.False(merged.ContainsKey("legend"));
        Assert.Equal(["row", "inner"], merged["defs"]!.AsObject().Select(static pair => pair.Key));
    }

    [Fact]
    public void Merge_UnknownEndpoint_Throws()
    {
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => Merge("""{"endpoints":{"GET /three":{}}}"""));
        Assert.Contains("GET /three", exception.Message, StringComparison.Ordinal);
    }

    private static JsonObject Merge(string overrides) => SchemaMerger.Merge(JsonNode.Parse(Schema)!.AsObject(), JsonNode.Parse(overrides)!.AsObject());
}
