using System.Text;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Json;

namespace ProxSharp.Core.Tests.Json;

/// <summary>The same member comes as a number, a text or a boolean, depending on server, version and process: all are read.</summary>
[Trait("Acceptance", "3")]
public sealed class ApiJsonReaderTests
{
    [Theory]
    [InlineData("1", 1L)]
    [InlineData("\"1\"", 1L)]
    [InlineData("-7", -7L)]
    [InlineData("\"-7\"", -7L)]
    [InlineData("4294967296", 4294967296L)]
    [InlineData("\"9223372036854775807\"", long.MaxValue)]
    [InlineData("2.0", 2L)]
    [InlineData("\"2.0\"", 2L)]
    [InlineData("1e3", 1000L)]
    [InlineData("true", 1L)]
    [InlineData("false", 0L)]
    [InlineData("2.5", null)]
    [InlineData("\"\"", null)]
    [InlineData("\"N/A\"", null)]
    [InlineData("99999999999999999999", null)]
    [InlineData("null", null)]
    [InlineData("{\"a\":[1]}", null)]
    [InlineData("[1,2]", null)]
    public void ReadInt64_AnyForm_GivesTheNumberOrNothing(string json, long? expected) =>
        Assert.Equal(expected, Read(json, static (ref ApiJsonReader reader) => reader.ReadInt64()));

    [Theory]
    [InlineData("0.4", 0.4)]
    [InlineData("\"0.4\"", 0.4)]
    [InlineData("1", 1.0)]
    [InlineData("\"1e-3\"", 0.001)]
    [InlineData("true", 1.0)]
    [InlineData("\"\"", null)]
    [InlineData("\"N/A\"", null)]
    [InlineData("\"NaN\"", null)]
    [InlineData("null", null)]
    [InlineData("{}", null)]
    public void ReadDouble_AnyForm_GivesTheNumberOrNothing(string json, double? expected) =>
        Assert.Equal(expected, Read(json, static (ref ApiJsonReader reader) => reader.ReadDouble()));

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("1", true)]
    [InlineData("0", false)]
    [InlineData("2", true)]
    [InlineData("\"1\"", true)]
    [InlineData("\"0\"", false)]
    [InlineData("\"yes\"", true)]
    [InlineData("\"Off\"", false)]
    [InlineData("\"\"", false)]
    [InlineData("\"perhaps\"", null)]
    [InlineData("null", null)]
    [InlineData("[]", null)]
    public void ReadBoolean_AnyForm_GivesTheTruthOrNothing(string json, bool? expected) =>
        Assert.Equal(expected, Read(json, static (ref ApiJsonReader reader) => reader.ReadBoolean()));

    [Theory]
    [InlineData("\"a\"", "a")]
    [InlineData("\"j\\u00f6\\n\"", "jö\n")]
    [InlineData("128", "128")]
    [InlineData("1.50", "1.50")]
    [InlineData("true", "true")]
    [InlineData("{\"a\": 1}", "{\"a\": 1}")]
    [InlineData("[1]", "[1]")]
    [InlineData("null", null)]
    public void ReadString_AnyForm_GivesItsText(string json, string? expected) =>
        Assert.Equal(expected, Read(json, static (ref ApiJsonReader reader) => reader.ReadString()));

    [Theory]
    [InlineData("[\"a\",2,null]", new[] { "a", "2" })]
    [InlineData("\"a\"", new[] { "a" })]
    [InlineData("[]", new string[0])]
    [InlineData("null", new string[0])]
    public void ReadStrings_AnyForm_NeverGivesNull(string json, string[] expected) =>
        Assert.Equal(expected, Read(json, static (ref ApiJsonReader reader) => reader.ReadStrings()));

    [Fact]
    public void ReadMap_PerlsEmptyList_IsAnEmptyMap() =>
        Assert.Empty(Read("[]", static (ref ApiJsonReader reader) => reader.ReadMap(ApiReaders.Int64)));

    [Fact]
    public void ReadMap_EscapedNames_AreDecoded()
    {
        IReadOnlyDictionary<string, long?> map = Read("{\"\\u0061/b\":1,\"c\":\"2\"}", static (ref ApiJsonReader reader) => reader.ReadMap(ApiReaders.Int64));
        Assert.Equal([("a/b", 1L), ("c", 2L)], map.Select(static pair => (pair.Key, pair.Value!.Value)).Order());
    }

    [Theory]
    [InlineData("net0", 0)]
    [InlineData("net31", 31)]
    [InlineData("net", null)]
    [InlineData("netin", null)]
    [InlineData("net01", null)]
    [InlineData("net-1", null)]
    [InlineData("net+1", null)]
    [InlineData("net99999999999", null)]
    public void TryGetIndex_MemberName_GivesTheNumberBehindThePrefix(string name, int? expected)
    {
        ApiJsonReader reader = new(Encoding.UTF8.GetBytes($"{{\"{name}\":1}}"));
        Dictionary<string, JsonElement>? extra = null;
        Assert.True(reader.EnterObject(ref extra));
        Assert.True(reader.NextMember());
        Assert.Equal(expected, reader.TryGetIndex("net"u8, out int index) ? index : null);
    }

    [Fact]
    public void ReadExtra_UnknownMembers_AreKeptWhole()
    {
        ApiJsonReader reader = new("""{"new":{"deep":[1,"x"]},"other":null}"""u8);
        Dictionary<string, JsonElement>? extra = null;
        Assert.True(reader.EnterObject(ref extra));
        while (reader.NextMember())
        {
            reader.ReadExtra(ref extra);
        }

        Assert.Equal("""{"deep":[1,"x"]}""", extra!["new"].GetRawText());
        Assert.Equal(JsonValueKind.Null, extra["other"].ValueKind);
    }

    [Fact]
    public void ReadString_RepeatedInALongAnswer_IsOneObject()
    {
        string json = $"[{string.Join(',', Enumerable.Range(0, 1000).Select(static i => i % 2 == 0 ? "\"running\"" : $"\"name-{i}\""))}]";
        IReadOnlyList<string> texts = Read(json, static (ref ApiJsonReader reader) => reader.ReadStrings());
        Assert.Equal("name-999", texts[999]);
        Assert.Same(texts[0], texts[2]);
        Assert.True(texts.Where(static text => text == "running").Distinct(ReferenceEqualityComparer.Instance).Count() < 20);
    }

    [Theory]
    [InlineData("{\"a\":")]
    [InlineData("[1,")]
    [InlineData("{a:1}")]
    public void Read_MalformedJson_RaisesJsonException(string json) =>
        Assert.ThrowsAny<JsonException>(() => Read(json, static (ref ApiJsonReader reader) => reader.ReadElement()));

    private static T Read<T>(string json, ApiReader<T> read)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(json);
        ApiJsonReader reader = new(utf8);
        T value = read(ref reader);
        Assert.Equal(utf8.Length, reader.BytesConsumed);
        return value;
    }
}
