using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Bulk;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve.Tests.Bulk;

/// <summary>Words that choose guests.</summary>
public sealed class GuestSelectorTests
{
    private static readonly GuestSummary[] s_guests =
    [
        Guest(100, "web-1", "pve1", "web prod", pool: "production"),
        Guest(101, "web-2", "pve2", "web prod", pool: "production"),
        Guest(102, "db-1", "pve1", "db prod", isRunning: false),
        Guest(105, "Build", "pve3", "ci", isRunning: false),
        Guest(110, "web-10", "pve3", "", pool: "test"),
        Guest(200, "dns", "pve1", "web", type: "lxc"),
        Guest(9000, "template-web", "pve1", "web", isTemplate: true, isRunning: false),
    ];

    [Theory]
    [InlineData("@all", "100 101 102 105 110 200")]
    [InlineData("@pool-production", "100 101")]
    [InlineData("@POOL-PROD*", "100 101")]
    [InlineData("@tag-web", "100 101 200")]
    [InlineData("@node-pve3", "105 110")]
    [InlineData("100:110", "100 101 102 105 110")]
    [InlineData("110,100", "100 110")]
    [InlineData("web-?", "100 101")]
    [InlineData("web-*", "100 101 110")]
    [InlineData("build", "105")]
    [InlineData("web-* -web-10", "100 101")]
    [InlineData("-100:101;@tag-prod", "102")]
    [InlineData("@all -@node-pve1 -@pool-test", "101 105")]
    [InlineData("@all status=stopped", "102 105")]
    [InlineData("status=running type=qemu", "100 101 110")]
    [InlineData("type=ct", "200")]
    [InlineData("tag=web node=pve1 status=running", "100 200")]
    [InlineData("tag=prod pool=production", "100 101")]
    [InlineData("web-* NODE=pve3", "110")]
    [InlineData("node=pve1 node=pve3", "")]
    [InlineData("9000", "9000")]
    [InlineData("template-web", "9000")]
    [InlineData("template-*", "")]
    [InlineData("@tag-web template=yes", "9000")]
    [InlineData("@tag-web template=any type=vm", "100 101 9000")]
    [InlineData("100 100 web-1", "100")]
    public void Select_Words_ChooseTheirGuests(string words, string expected) =>
        Assert.Equal(expected, string.Join(' ', GuestSelector.Parse(words, null).Select(s_guests).Guests.Select(static guest => guest.Id)));

    [Theory]
    [InlineData("@tag-Prod", "1")]
    [InlineData("@tag-prod", "2 4")]
    [InlineData("@tag-PROD", "1 2 4")]
    [InlineData("tag=Prod", "1")]
    [InlineData("@pool-Lab", "2")]
    [InlineData("web", "3 4")]
    [InlineData("Web", "3 4")]
    [InlineData("@all -@tag-prod", "3")]
    public void Select_GroupsThatAreThereAsWritten_MeanNoOther(string words, string expected)
    {
        GuestSummary[] guests =
        [
            Guest(101, "a", "pve1", "Prod", pool: "lab"), Guest(102, "b", "pve1", "prod", pool: "Lab"), Guest(103, "web", "pve1", ""),
            Guest(104, "Web", "pve1", "prod"),
        ];
        Assert.Equal(expected, string.Join(' ', GuestSelector.Parse(words, null).Select(guests).Guests.Select(static guest => guest.Id.Value - 100)));
    }

    [Theory]
    [InlineData("web-1 100:101", "")]
    [InlineData("web-1 web-99 @tag-gone 300:400 -mail status=unknown", "web-99 @tag-gone 300:400 -mail")]
    [InlineData("tag=gone status=unknown template=yes", "tag=gone")]
    [InlineData("dns type=qemu", "")]
    [InlineData("template-*", "template-*")]
    public void Select_WordsThatFitNothing_AreReported(string words, string expected) =>
        Assert.Equal(expected, string.Join(' ', GuestSelector.Parse(words, null).Select(s_guests).Unmatched));

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData(" , ", "it is empty")]
    [InlineData("-100", "it only takes guests out")]
    [InlineData("100 -", "a '-' stands alone")]
    [InlineData("100:", "'100:' is no range")]
    [InlineData("110:100", "the range '110:100' ends before it begins")]
    [InlineData("1:2:3", "'1:2:3' is no range")]
    [InlineData("99", "'99' is no number of a guest")]
    [InlineData("@pool", "'@pool' names no pool")]
    [InlineData("@tag-", "'@tag-' names no tag")]
    [InlineData("@group-x", "'@group-x' is no group")]
    [InlineData("status=on", "'status=on' names no state")]
    [InlineData("type=docker", "'type=docker' names no kind")]
    [InlineData("template=maybe", "'template=maybe' must be")]
    [InlineData("node=", "'node=' names no node; write for example node=name")]
    [InlineData("color=red", "there is no condition 'color'")]
    [InlineData("@all -status=running", "'-status=running' is a condition")]
    [InlineData("web/1", "'web/1' is neither a number nor a name")]
    public void Parse_WrongWord_IsNamed(string words, string expected)
    {
        Assert.Contains(expected, Assert.Throws<FormatException>(() => GuestSelector.Parse(words, null)).Message, StringComparison.Ordinal);
        Assert.False(GuestSelector.TryParse(words, out _));
    }

    [Fact]
    public void ToString_OfASelection_IsItsText()
    {
        Assert.True(GuestSelector.TryParse(" @all -100 ", out GuestSelector? selector));
        Assert.Equal("@all -100", selector.ToString());
    }

    private static GuestSummary Guest(int id, string name, string node, string tags, string? pool = null, bool isRunning = true, string type = "qemu", bool isTemplate = false) => new()
    {
        Id = new VmId(id),
        Name = name,
        Node = node,
        Type = new GuestType(type),
        Tags = tags.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        Pool = pool,
        IsTemplate = isTemplate,
        Status = isRunning ? GuestStatus.Running : GuestStatus.Stopped,
    };
}
