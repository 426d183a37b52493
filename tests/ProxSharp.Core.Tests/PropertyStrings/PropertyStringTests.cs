using ProxSharp.PropertyStrings;

namespace ProxSharp.Core.Tests.PropertyStrings;

public sealed class PropertyStringTests
{
    private const string Mac = "BC:24:11:00:00:01";

    public static TheoryData<string> Recorded { get; } = new(
        File.ReadLines(Path.Combine(RepositoryFiles.Root, "tests", "ProxSharp.Core.Tests", "PropertyStrings", "recorded.tsv"))
            .Select(static line => line.Split('\t')[2])
            .Distinct());

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Parse_RecordedText_RoundTrips(string text)
    {
        Assert.Equal(text, PropertyStringEntries.Parse(text).ToString());
        Assert.Equal(text, NetworkText.Parse(text).ToString());
        Assert.Equal(text, MaintenanceText.Parse(text).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData(",,")]
    [InlineData("virtio,")]
    [InlineData(",virtio")]
    [InlineData("=")]
    [InlineData("=x")]
    [InlineData("model=")]
    [InlineData("a=b=c,d==")]
    [InlineData(" virtio , bridge = vmbr0 ")]
    [InlineData("a=\"")]
    [InlineData("a=\"b,c")]
    [InlineData("a=\"b,c\"d,e=f")]
    [InlineData("\"x,y\",z=\"\\\"\"")]
    [InlineData("a=\"b\\")]
    [InlineData("tag=1,tag=2")]
    [InlineData("ü=ä,\0=\n")]
    public void Parse_StrangeText_RoundTrips(string text) => Assert.Equal(text, NetworkText.Parse(text).ToString());

    [Fact]
    public void Parse_RandomTexts_RoundTrip()
    {
        Random random = new(1);
        for (int i = 0; i < 5000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => "ab,=\"\\ ;"[random.Next(8)]));
            Assert.Equal(text, NetworkText.Parse(text).ToString());
            _ = NetworkText.Parse(text).Model;
        }
    }

    [Theory]
    [InlineData("virtio", "virtio", null)]
    [InlineData("virtio=BC:24:11:00:00:01", "virtio", Mac)]
    [InlineData("model=virtio,macaddr=BC:24:11:00:00:01", "virtio", Mac)]
    [InlineData("macaddr=BC:24:11:00:00:01,virtio", "virtio", Mac)]
    [InlineData("bridge=vmbr0,e1000=BC:24:11:00:00:01", "e1000", Mac)]
    [InlineData("future=BC:24:11:00:00:01", null, null)]
    [InlineData("bridge=vmbr0,", null, null)]
    [InlineData(", ,virtio", "virtio", null)]
    [InlineData("", null, null)]
    public void Get_ModelAndAddress_AreFoundHoweverTheyAreWritten(string text, string? model, string? address)
    {
        NetworkText network = NetworkText.Parse(text);

        Assert.Equal((model, address), (network.Model, network.MacAddress));
    }

    [Theory]
    [InlineData("firewall=1", true)]
    [InlineData("firewall=Yes", true)]
    [InlineData("firewall=off", false)]
    [InlineData("firewall=maybe", null)]
    [InlineData("bridge=vmbr0", null)]
    public void Get_Boolean_ReadsTheServersWords(string text, bool? expected) => Assert.Equal(expected, NetworkText.Parse(text).Firewall);

    [Fact]
    public void Get_NumbersAndAliases_AreRead()
    {
        NetworkText network = NetworkText.Parse("vlan=42, rate=12.5,bridge=a=b");

        Assert.Equal((42L, 12.5, "a=b"), (network.Tag, network.Rate, network.Bridge));
        Assert.Null(NetworkText.Parse("tag=x").Tag);
    }

    [Fact]
    public void With_ChangedValue_KeepsOrderAliasesAndUnknownKeys()
    {
        NetworkText network = NetworkText.Parse("virtio=BC:24:11:00:00:01,future=x=y,vlan=1,firewall=yes,");

        Assert.Equal("virtio=BC:24:11:00:00:01,future=x=y,vlan=42,firewall=yes,", (network with { Tag = 42 }).ToString());
        Assert.Equal("virtio=BC:24:11:00:00:01,future=x=y,vlan=1,firewall=0,", (network with { Firewall = false }).ToString());
        Assert.Equal("virtio=BC:24:11:00:00:01,future=x=y,firewall=yes,", (network with { Tag = null }).ToString());
        Assert.Equal("virtio=BC:24:11:00:00:01,future=x=y,vlan=1,firewall=yes,", network.ToString());
    }

    [Theory]
    [InlineData("virtio=BC:24:11:00:00:01,tag=1", "e1000", "e1000=BC:24:11:00:00:01,tag=1")]
    [InlineData("virtio=BC:24:11:00:00:01,tag=1", "future", "future,macaddr=BC:24:11:00:00:01,tag=1")]
    [InlineData("virtio=BC:24:11:00:00:01,tag=1", null, "macaddr=BC:24:11:00:00:01,tag=1")]
    [InlineData("virtio,tag=1", "e1000", "e1000,tag=1")]
    [InlineData("tag=1", "e1000", "e1000,tag=1")]
    [InlineData("tag=1", "a=b", "tag=1,model=a=b")]
    [InlineData("virtio,tag=1", "a=b", "model=a=b,tag=1")]
    [InlineData("tag=1,model=virtio", "e1000", "tag=1,model=e1000")]
    public void With_Model_ChangesOnlyItsPart(string text, string? model, string expected) =>
        Assert.Equal(expected, (NetworkText.Parse(text) with { Model = model }).ToString());

    [Theory]
    [InlineData("virtio=BC:24:11:00:00:01,tag=1", "BC:24:11:00:00:02", "virtio=BC:24:11:00:00:02,tag=1")]
    [InlineData("virtio=BC:24:11:00:00:01,tag=1", null, "virtio,tag=1")]
    [InlineData("virtio,tag=1", "BC:24:11:00:00:02", "virtio,tag=1,macaddr=BC:24:11:00:00:02")]
    public void With_Address_ChangesOnlyItsPart(string text, string? address, string expected) =>
        Assert.Equal(expected, (NetworkText.Parse(text) with { MacAddress = address }).ToString());

    [Fact]
    public void Init_NewValue_WritesTheDefaultKeyFirst()
    {
        NetworkText network = new() { Bridge = "vmbr0", Firewall = true, Model = "virtio", Rate = 0.5 };

        Assert.Equal("virtio,bridge=vmbr0,firewall=1,rate=0.5", network.ToString());
        Assert.Equal("", new NetworkText().ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a,b")]
    public void Init_ValueThatCannotBeCarried_Throws(string value) => Assert.Throws<ArgumentException>(() => new NetworkText { Bridge = value });

    [Fact]
    public void Equals_SameText_IsTrue()
    {
        Assert.Equal(NetworkText.Parse("virtio,tag=1"), NetworkText.Parse("virtio,tag=1"));
        Assert.Equal(NetworkText.Parse("virtio,tag=1").GetHashCode(), NetworkText.Parse("virtio,tag=1").GetHashCode());
        Assert.NotEqual(NetworkText.Parse("virtio,tag=1"), NetworkText.Parse("tag=1,virtio"));
    }

    [Theory]
    [InlineData("offline,message=\"down for tests\"", "offline", "down for tests")]
    [InlineData("type=read-only,message=\"back, at 10\",x=1", "read-only", "back, at 10")]
    [InlineData("message=\"say \\\"hi\\\" \\\\ bye\",offline", "offline", "say \"hi\" \\ bye")]
    [InlineData("offline,message=\"open", "offline", "\"open")]
    public void Get_QuotedValue_IsUnquoted(string text, string type, string message)
    {
        MaintenanceText maintenance = MaintenanceText.Parse(text);

        Assert.Equal((type, message), (maintenance.Type, maintenance.Message));
        Assert.Equal(text, maintenance.ToString());
    }

    [Theory]
    [InlineData("plain", "offline,message=plain")]
    [InlineData("two words", "offline,message=two words")]
    [InlineData("a, b", "offline,message=\"a, b\"")]
    [InlineData("say \"hi\"", "offline,message=\"say \\\"hi\\\"\"")]
    [InlineData(" edge", "offline,message=\" edge\"")]
    public void With_ValueThatNeedsQuotes_IsQuoted(string message, string expected)
    {
        MaintenanceText maintenance = MaintenanceText.Parse("offline,message=old") with { Message = message };

        Assert.Equal(expected, maintenance.ToString());
        Assert.Equal(message, MaintenanceText.Parse(expected).Message);
    }
}
