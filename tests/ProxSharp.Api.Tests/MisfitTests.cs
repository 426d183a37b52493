using System.Text;
using System.Text.Json;
using ProxSharp.Json;
using ProxSharp.Pve.Api;

namespace ProxSharp.Api.Tests;

/// <summary>A value that does not fit its type is kept beside the typed members: nothing fails, and nothing is lost.</summary>
public sealed class MisfitTests
{
    [Fact]
    [Trait("Acceptance", "3")]
    public void Values_ThatDoNotFit_AreKeptInExtra()
    {
        NodesQemuStatusCurrentResult result = Read<NodesQemuStatusCurrentResult>(
            """{"uptime":12.7,"mem":18446744073709551615,"maxmem":1234.5,"netin":"9223372036854775808","pid":"abc","template":"perhaps","vmid":100,"name":"web1"}""");

        Assert.Equal((100, "web1"), (result.VmId, result.Name));
        Assert.Equal(
            ["maxmem=1234.5", "mem=18446744073709551615", "netin=9223372036854775808", "pid=abc", "template=perhaps", "uptime=12.7"],
            result.Extra.Select(static pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("[]")]
    [InlineData("\"N/A\"")]
    public void Values_ThatSayNothing_LeaveNoTrace(string value)
    {
        NodesQemuStatusCurrentResult result = Read<NodesQemuStatusCurrentResult>($$"""{"uptime":{{value}},"vmid":100}""");
        Assert.Null(result.Uptime);
        Assert.Empty(result.Extra);
        Assert.Empty(Read<NodesQemuStatusCurrentResult>(value).Extra);
    }

    [Theory]
    [InlineData("\"UPID:pve1:00000001:00000002:6B03589A:x:y:root@pam:\"")]
    [InlineData("5")]
    [InlineData("[[1]]")]
    [InlineData("true")]
    public void Scalar_InPlaceOfAnObject_IsKeptUnderTheEmptyName(string value)
    {
        NodesQemuStatusCurrentResult result = Read<NodesQemuStatusCurrentResult>(value);
        Assert.Equal(value, result.Extra[""].GetRawText());
    }

    [Fact]
    public void ItemOfACompactList_WithAMisfit_KeepsIt()
    {
        ClusterResourcesItem item = Read<ClusterResourcesItem>("""{"id":"qemu/100","type":"qemu","vmid":100,"maxmem":"much","cpu":"idle"}""");
        Assert.Equal("qemu/100", item.Id);
        Assert.Equal(("much", "idle"), (item.Extra["maxmem"].GetString(), item.Extra["cpu"].GetString()));
    }

    [Fact]
    public void Misfit_InAList_IsNotTakenForTheNextMember()
    {
        ApiJsonReader reader = new("""{"list":["x",2],"after":3}"""u8);
        Dictionary<string, JsonElement>? extra = null;
        Assert.True(reader.EnterObject(ref extra));
        Assert.True(reader.NextMember());
        Assert.Equal([0, 2], reader.ReadList(ApiReaders.Int64OrZero));
        Assert.True(reader.NextMember());
        Assert.Equal(3, reader.ReadInt64());
        reader.KeepMisfit("after"u8, ref extra);
        Assert.Null(extra);
    }

    private static T Read<T>(string json)
        where T : class, IApiReadable<T>
    {
        ApiJsonReader reader = new(Encoding.UTF8.GetBytes(json));
        return T.Read(ref reader);
    }
}
