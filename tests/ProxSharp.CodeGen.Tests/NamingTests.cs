using ProxSharp.CodeGen.Model;
using ProxSharp.CodeGen.Naming;

namespace ProxSharp.CodeGen.Tests;

public sealed class NamingTests
{
    private static readonly WordSplitter s_words = new(new Dictionary<string, string> { ["vmid"] = "VmId", ["rrddata"] = "RrdData" });

    [Theory]
    [InlineData("max-workers", "MaxWorkers")]
    [InlineData("net_in", "NetIn")]
    [InlineData("vmid", "VmId")]
    [InlineData("rrddata", "RrdData")]
    [InlineData("802.3ad", "Value8023ad")]
    [InlineData("CamelCase", "CamelCase")]
    public void Pascal_WireName_GivesWordsWithCapitals(string wireName, string expected) => Assert.Equal(expected, s_words.Pascal(wireName));

    [Theory]
    [InlineData("vmid", "vmId")]
    [InlineData("class", "@class")]
    [InlineData("token-name", "tokenName")]
    public void Camel_WireName_GivesArgumentName(string wireName, string expected) => Assert.Equal(expected, s_words.Camel(wireName));

    [Fact]
    public void Assign_NamesThatDifferInSeparatorsOnly_GiveTheOlderOneASuffix()
    {
        IReadOnlyDictionary<string, string> names = MemberNames.ForRequest(s_words).Assign(["maxworkers", "max-workers"]);

        Assert.Equal("MaxWorkers", names["max-workers"]);
        Assert.Equal("MaxworkersLegacy", names["maxworkers"]);
    }

    [Fact]
    public void Assign_PlainAndIndexedName_StayApart()
    {
        IReadOnlyDictionary<string, string> names = MemberNames.ForRequest(s_words).Assign(["numa[n]", "numa"]);

        Assert.Equal("Numa", names["numa"]);
        Assert.Equal("NumaEntries", names["numa[n]"]);
    }

    [Fact]
    public void Assign_NamesThatTheTypeUsesItself_GetASuffix()
    {
        IReadOnlyDictionary<string, string> record = MemberNames.ForPropertyString(s_words, "Limit").Assign(["clone", "limit", "entries"]);

        Assert.Equal(["CloneValue", "EntriesValue", "LimitValue"], record.Values.Order(StringComparer.Ordinal));
        Assert.Equal("ExtraValue", MemberNames.ForResult(s_words).Assign(["extra"])["extra"]);
    }

    [Fact]
    public void Take_TakenName_GivesTheNextCandidateThenANumber()
    {
        UniqueNames names = new("Type");

        Assert.Equal("ZoneType", names.Take("type", "ZoneType"));
        Assert.Equal("ZoneType2", names.Take("Type", "ZoneType"));
        Assert.Equal("ZoneType3", names.Take("Type", "ZoneType"));
    }
}
