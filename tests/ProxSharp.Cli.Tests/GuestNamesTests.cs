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
        Vm(108, "twin"), Vm(109, "Twin"),
    ];

    [Theory]
    [InlineData("my vm", "102")]
    [InlineData("My VM", "102")]
    [InlineData("web(1)", "103")]
    [InlineData("日本 語", "104")]
    [InlineData("100 101", "100 101")]
    [InlineData("web,db", "100 101")]
    [InlineData("web,108", "100 108")]
    [InlineData("twin,-109", "108")]
    [InlineData("tw*", "106 107 108 109")]
    public void Choose_Word_FindsTheGuest(string word, string expected) =>
        Assert.Equal(expected, string.Join(' ', new GuestTargets(GuestKind.Vm, takesWords: true).Choose([word], s_all).Select(static guest => guest.Id.ToString())));

    [Theory]
    [InlineData("web db", "'web db' is the name of VM 105 (web db), and a selection of others")]
    [InlineData("two (2)", "The name 'two (2)' belongs to several guests: 106, 107")]
    [InlineData("no (1)", "The selection 'no (1)' is wrong: '(1)' is neither a number nor a name; names hold letters, digits, hyphens and dots")]
    [InlineData("twin", "The name 'twin' belongs to several guests: 108, 109")]
    [InlineData("web twin", "The name 'twin' belongs to several guests: 108, 109")]
    [InlineData("twin,web", "The name 'twin' belongs to several guests: 108, 109")]
    [InlineData("tw*,twin", "The name 'twin' belongs to several guests: 108, 109")]
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

    [Theory]
    [InlineData("pool set production --vms staging,100 --dry-run", "vms=106,100")]
    [InlineData("backup-job create --vmid staging --schedule daily --storage local --dry-run", "vmid=106")]
    [InlineData("node stopall pve1 --vms @node-pve1,100 --dry-run", "vms=")]
    [InlineData("node migrateall pve1 --target pve2 --vms staging --dry-run", "vms=106")]
    [InlineData("ha resource create staging --dry-run", "sid=vm:106")]
    [InlineData("ha resource create vm:staging --dry-run", "sid=vm:106")]
    [InlineData("ha resource create dns --dry-run", "sid=ct:200")]
    [InlineData("ha resource create 100 --dry-run", "sid=100")]
    [InlineData("ha rule create r2 --type node-affinity --resources vm:staging --nodes pve1 --dry-run", "resources=vm:106")]
    [InlineData("ha rule create r2 --type node-affinity --resources staging,ct:dns,100,vm:101 --nodes pve1 --dry-run", "resources=vm:106,ct:200,vm:100,vm:101")]
    [InlineData("ha rule create r2 --type resource-affinity --affinity negative --resources @tag-web --dry-run", "resources=vm:100,vm:101,vm:106")]
    [InlineData("replication create staging-0 --target pve2 --dry-run", "id=106-0")]
    [InlineData("replication create web-1-3 --target pve2 --dry-run", "id=100-3")]
    [InlineData("replication create 106-0 --target pve2 --dry-run", "id=106-0")]
    [InlineData("replication delete staging-0 --dry-run", "/cluster/replication/106-0")]
    [InlineData("access acl set --path /vms/staging --roles PVEAuditor --users root@pam --dry-run", "path=/vms/106")]
    public async Task Option_TakesNumbersOfGuests_TakesNames(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        string shown = (await cli.LineAsync(line)).Succeeded();

        Assert.Contains(expected, shown.Replace("'", "", StringComparison.Ordinal).Replace("--", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Name_ThatIsAWordOfDigits_IsToldWithItsNumber()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        (await cli.LineAsync("vm create --name 9999 --vmid 960 --node pve1")).Succeeded();

        string error = (await cli.LineAsync("vm show 9999")).FailedWith(5);

        Assert.Contains("A word of digits is a number, and 9999 is the name of guest 960. Write 960", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Did you mean", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pool set production --vms stagin --dry-run", 5)]
    [InlineData("ha resource create ct:staging --dry-run", 5)]
    [InlineData("ha rule create r2 --type node-affinity --resources vm:nobody --nodes pve1 --dry-run", 5)]
    [InlineData("replication create staging --target pve2 --dry-run", 2)]
    [InlineData("replication create nobody-0 --target pve2 --dry-run", 5)]
    [InlineData("node stopall pve1 --vms * --dry-run", 2)]
    [InlineData("node stopall pve1 --vms @all --dry-run", 2)]
    [InlineData("node stopall pve1 --vms=-staging --dry-run", 2)]
    [InlineData("storage content list local --vmid web*", 2)]
    [InlineData("vm clone web-1 staging --newid staging --dry-run", 2)]
    [InlineData("task list --guest web-", 5)]
    public async Task Option_NamesNoGuestOrTooMany_IsRefused(string line, int exitCode)
    {
        using CliHarness cli = await cluster.UserAsync();

        (await cli.LineAsync(line)).FailedWithCode(exitCode);
    }

    [Fact]
    public async Task Tasks_OfAGuest_AreFoundByItsNameToo()
    {
        using CliHarness cli = await cluster.UserAsync();
        (await cli.LineAsync("vm snapshot create staging before")).Succeeded();

        string byNumber = (await cli.LineAsync("task list --guest 106 -o name")).Succeeded();

        Assert.Contains(":qmsnapshot:106:", byNumber, StringComparison.Ordinal);
        Assert.Equal(byNumber, (await cli.LineAsync("task list --guest staging -o name")).Succeeded());
        Assert.Equal("", (await cli.LineAsync("task list --guest 4711 -o name")).Succeeded());
    }

    [Theory]
    [InlineData("events --fields kind", "--fields")]
    [InlineData("events -o csv --query kind", "--query")]
    [InlineData("export --sort vmid", "--sort")]
    public async Task Choices_WhereTheyDoNothing_AreRefused(string line, string option)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains($"{option} does nothing here", (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    private static async Task<string[]> NamesAsync(CliHarness cli, string words) =>
        (await cli.LineAsync($"vm list {words} -o name")).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static GuestSummary Vm(int id, string name) => new() { Id = new VmId(id), Type = GuestType.Qemu, Name = name, Node = "pve1" };
}
