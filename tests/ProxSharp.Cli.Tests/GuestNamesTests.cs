using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Tests;

/// <summary>Names of guests that no selection can hold: a server lets few signs into names, but what has found its way into one is named as a whole.</summary>
public sealed class GuestNamesTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    private static readonly GuestSummary[] s_all =
    [
        Vm(100, "web"), Vm(101, "db"), Vm(102, "my vm"), Vm(103, "web(1)"), Vm(104, "日本 語"), Vm(105, "web db"), Vm(106, "two (2)"), Vm(107, "two (2)"),
    ];

    [Theory]
    [InlineData("my vm", "102")]
    [InlineData("My VM", "102")]
    [InlineData("web(1)", "103")]
    [InlineData("日本 語", "104")]
    [InlineData("100 101", "100 101")]
    [InlineData("web,db", "100 101")]
    public void Choose_Word_FindsTheGuest(string word, string expected) =>
        Assert.Equal(expected, string.Join(' ', new GuestTargets(GuestKind.Vm, takesWords: true).Choose([word], s_all).Select(static guest => guest.Id.ToString())));

    [Theory]
    [InlineData("web db", "'web db' is the name of VM 105 (web db), and a selection of others")]
    [InlineData("two (2)", "The name 'two (2)' belongs to several guests: 106, 107")]
    [InlineData("no (1)", "The selection 'no (1)' is wrong: '(1)' is neither a number nor a name; names hold letters, digits, hyphens and dots")]
    [InlineData("no body", "There is no virtual machine 'no'")]
    public void Choose_WordThatFitsNoneOrSeveral_Throws(string word, string message) =>
        Assert.Equal(message, Assert.Throws<CliException>(() => new GuestTargets(GuestKind.Vm, takesWords: true).Choose([word], s_all)).Message);

    [Theory]
    [InlineData("vm stop web-1 --all --dry-run", "'web-1' names some, and --all means every virtual machine")]
    [InlineData("vm stop @tag-prod --all --dry-run", "'@tag-prod' names some")]
    [InlineData("vm stop --all --dry-run -- -db-1,web-1", "'web-1' names some")]
    public async Task All_BesideNames_IsRefused(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm stop --all status=running --dry-run")]
    [InlineData("vm stop --all --dry-run -- -db-1")]
    [InlineData("vm stop @all --all --dry-run")]
    public async Task All_BesideConditionsAndExclusions_IsTaken(string line)
    {
        using CliHarness cli = await cluster.UserAsync();

        (await cli.LineAsync(line)).Succeeded();
    }

    [Fact]
    public async Task Words_ThatName_AddUpAndConditionsNarrow()
    {
        using CliHarness cli = await cluster.UserAsync();
        string[] tag = await NamesAsync(cli, "@tag-prod");
        string[] node = await NamesAsync(cli, "@node-pve3");

        Assert.Equal(tag.Union(node).Order(), (await NamesAsync(cli, "@tag-prod @node-pve3")).Order());
        Assert.True(node.Except(tag).Any());
        Assert.ProperSubset(tag.ToHashSet(), (await NamesAsync(cli, "@tag-prod,-db-1 status=running")).ToHashSet());
    }

    private static async Task<string[]> NamesAsync(CliHarness cli, string words) =>
        (await cli.LineAsync($"vm list {words} -o name")).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static GuestSummary Vm(int id, string name) => new() { Id = new VmId(id), Type = GuestType.Qemu, Name = name, Node = "pve1" };
}
