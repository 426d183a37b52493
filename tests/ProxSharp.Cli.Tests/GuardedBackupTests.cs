using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>Backups cannot be planned: the policy lets their conversations through or not, and the ledger shows them.</summary>
public sealed class GuardedBackupTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    private const string Reversible = """{"version":1,"allow":[{"classes":["reversible"]}],"protect":{"vmids":["102"]}}""";
    private static int s_id;

    [Theory]
    [InlineData("legacy")]
    [InlineData("metadata")]
    public async Task Create_ThatThePolicyAllows_IsMadeAndStandsInTheLedger(string mode)
    {
        using CliHarness cli = await UserAsync(Reversible);
        string id = NewId();
        for (int day = 1; day <= 2; day++)
        {
            (await cli.LineAsync(
                $"backup create root.pxar:tree --backup-id {id} --backup-time 2026-02-0{day}T00:00:00Z --change-detection-mode {mode} --datastore store1")).Succeeded();
        }

        JsonElement[] entries = await LedgerAsync(cli);
        Assert.Equal(["intent", "outcome", "intent", "outcome"], entries.Select(static entry => entry.GetProperty("kind").GetString()));
        Assert.Contains($"backup-id={id}", entries[0].GetProperty("call").GetString(), StringComparison.Ordinal);
        Assert.All([entries[1], entries[3]], static entry => Assert.True(entry.GetProperty("succeeded").GetBoolean()));
        Assert.Equal($"host/{id}/2026-02-02T00:00:00Z was made.", entries[3].GetProperty("message").GetString());
        Assert.Equal(entries[0].GetProperty("plan").GetString(), entries[1].GetProperty("plan").GetString());
        (await cli.LineAsync("audit verify")).Succeeded();
        Assert.Contains($"host/{id}/2026-02-02T00:00:00Z", backup.Simulator.GetDatastore("store1").Snapshots);

        // There is no way back by itself, and the door is closed again.
        Assert.Contains("There is no way back", (await cli.LineAsync("undo 2")).FailedWith(7), StringComparison.Ordinal);
        (await cli.LineAsync($"backup forget host/{id} --yes --datastore store1")).FailedWith(7);
    }

    [Theory]
    [InlineData("""{"version":1,"allow":[{"classes":["disruptive","destructive"]}]}""", "", "no rule of the policy allows reversible")]
    [InlineData("""{"version":1,"allow":[{"classes":["reversible"]}],"approval":{"reversible":"prompt"}}""", "", "nobody can approve it")]
    [InlineData("""{"version":1,"allow":[{"classes":["reversible"],"vmids":["100-199"]}]}""", "", "no rule of the policy allows reversible")]
    [InlineData("""{"version":1,"allow":[{"classes":["reversible"]}],"limits":{"mutationsPerHour":0}}""", "", "")]
    [InlineData(Reversible, "--backup-type vm --backup-id 102", "is protected")]
    [InlineData(Reversible, "--backup-type vm --backup-id 745", "no rule of the policy allows privileged")]
    [InlineData(Reversible, "--backup-type ct --backup-id 745", "no rule of the policy allows privileged")]
    [InlineData(Reversible, "--backup-time 2098-01-01T00:00:00Z", "A backup of a time to come is refused")]
    [InlineData("""{"version":1,"alow":[]}""", "", "everything is refused")]
    public async Task Create_ThatThePolicyDoesNotAllow_SendsNothing(string policy, string options, string reason)
    {
        using CliHarness cli = await UserAsync(policy);
        int before = Conversations();
        Assert.Contains(reason, (await cli.LineAsync($"backup create some.conf:some.conf {options} --datastore store1")).FailedWith(7), StringComparison.Ordinal);
        Assert.Equal(before, Conversations());
    }

    [Theory]
    [InlineData("backup notes set host/laptop/2026-01-01T03:00:00Z new", "PUT /admin/datastore/store1/notes")]
    [InlineData("backup notes set host/laptop new", "PUT /admin/datastore/store1/group-notes")]
    [InlineData("backup protect host/laptop/2026-01-01T03:00:00Z", "PUT /admin/datastore/store1/protected")]
    [InlineData("backup change-owner host/laptop backup@pbs", "POST /admin/datastore/store1/change-owner")]
    public async Task Change_OfOneBackup_IsPlanned(string line, string call)
    {
        using CliHarness cli = await UserAsync(
            """{"version":1,"allow":[{"classes":["reversible","disruptive","privileged"]}],"approval":{"disruptive":"none","privileged":"none"}}""");
        Assert.Contains($"prox plan create {line}", (await cli.LineAsync($"{line} --datastore store1")).FailedWith(8), StringComparison.Ordinal);
        Assert.Contains(call, (await cli.LineAsync($"plan create {line} --datastore store1")).Succeeded(), StringComparison.Ordinal);
        (await cli.LineAsync($"{line} --datastore store1 --dry-run")).Succeeded();
    }

    [Fact]
    public async Task Create_WithNotes_SetsThemThroughTheSameDoor()
    {
        using CliHarness cli = await UserAsync(Reversible);
        string id = NewId();
        CliRun made = await cli.LineAsync(
            $"backup create some.conf:some.conf --backup-id {id} --backup-time 2026-02-01T00:00:00Z --notes before-upgrade --datastore store1");
        made.Succeeded();
        Assert.DoesNotContain("not its notes", made.Errors, StringComparison.Ordinal);
        Assert.Contains(
            "before-upgrade", (await cli.LineAsync($"backup notes show host/{id}/2026-02-01T00:00:00Z --datastore store1")).Succeeded(), StringComparison.Ordinal);
        JsonElement facts = (await ShowAsync(cli, 1)).GetProperty("facts");
        Assert.Contains("notes=before-upgrade", facts.GetProperty("then").GetString(), StringComparison.Ordinal);

        // Notes by themselves need a plan as before.
        (await cli.LineAsync($"backup notes set host/{id}/2026-02-01T00:00:00Z other --datastore store1")).FailedWith(8);
    }

    [Fact]
    public async Task Create_UnderAFreeze_OrOverTheLimit_IsRefused()
    {
        using CliHarness cli = await UserAsync("""{"version":1,"allow":[{"classes":["reversible"]}],"limits":{"mutationsPerHour":1}}""");
        string line = $"backup create some.conf:some.conf --backup-id {NewId()} --datastore store1";
        (await cli.LineAsync("freeze --for 1h")).Succeeded();
        Assert.Contains("frozen", (await cli.LineAsync(line)).FailedWith(7), StringComparison.Ordinal);
        using CliHarness other = await UserAsync("""{"version":1,"allow":[{"classes":["reversible"]}],"limits":{"mutationsPerHour":1}}""");
        (await other.LineAsync(line)).Succeeded();
        Assert.Contains("in the last hour", (await other.LineAsync(line)).FailedWith(7), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_ThatFails_LeavesItsOutcome()
    {
        await using SimulatedBackupServer own = new();
        await own.InitializeAsync();
        using CliHarness cli = await UserAsync(Reversible, own);
        own.Simulator.Faults.When(
            static request => request.Path.EndsWith("/backup", StringComparison.Ordinal), Fault.Status(400, "the datastore is being maintained"), 10);
        Assert.NotEqual(0, (await cli.LineAsync($"backup create some.conf:some.conf --backup-id {NewId()} --datastore store1")).ExitCode);
        JsonElement[] entries = await LedgerAsync(cli);
        Assert.Equal(2, entries.Length);
        Assert.False(entries[1].GetProperty("succeeded").GetBoolean());
        Assert.Contains("maintained", entries[1].GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_IsPrivileged_AndPassesWhereThatIsAllowedWithoutAnApproval()
    {
        const string line = "backup restore host/laptop root.pxar restored --ignore-ownership --datastore store1";
        using CliHarness no = await UserAsync(Reversible);
        Assert.Contains("no rule of the policy allows privileged", (await no.LineAsync(line)).FailedWith(7), StringComparison.Ordinal);

        // A dry run opens the same conversation.
        Assert.Contains("allows privileged", (await no.LineAsync($"{line} --dry-run")).FailedWith(7), StringComparison.Ordinal);
        using CliHarness asked = await UserAsync("""{"version":1,"allow":[{"classes":["privileged"]}]}""");
        Assert.Contains("second-principal", (await asked.LineAsync(line)).FailedWith(7), StringComparison.Ordinal);
        using CliHarness yes = await UserAsync("""{"version":1,"allow":[{"classes":["privileged"]}],"approval":{"privileged":"none"}}""");
        (await yes.LineAsync($"{line} --dry-run")).Succeeded();
        JsonElement[] dry = await LedgerAsync(yes);
        Assert.Equal(["intent", "outcome"], dry.Select(static entry => entry.GetProperty("kind").GetString()));
        Assert.False(Directory.Exists(Path.Combine(yes.Home, "restored")));
        (await yes.LineAsync(line)).Succeeded();
        JsonElement[] entries = await LedgerAsync(yes);
        Assert.Equal(4, entries.Length);
        Assert.Equal("privileged", (await ShowAsync(yes, 1)).GetProperty("facts").GetProperty("class").GetString());
        Assert.True(entries[^1].GetProperty("succeeded").GetBoolean());
    }

    [Fact]
    public async Task Prune_IsShownWithoutAPlan_AndDoneThroughOne()
    {
        await using SimulatedBackupServer own = new();
        await own.InitializeAsync();
        using CliHarness cli = await UserAsync("""{"version":1,"allow":[{"classes":["destructive"]}],"approval":{"destructive":"none"}}""", own);
        Assert.Contains("remove", (await cli.LineAsync("backup prune host/laptop --keep-last 2 --dry-run --datastore store1")).Succeeded(), StringComparison.Ordinal);
        string plan = (await cli.LineAsync("plan create backup prune host/laptop --keep-last 2 --datastore store1")).Succeeded();
        Assert.Contains("keep-last=2: destructive", plan, StringComparison.Ordinal);
        Assert.Contains("manifests all 5 compared", plan, StringComparison.Ordinal);
        Assert.Equal(5, own.Simulator.GetDatastore("store1").Snapshots.Count(static name => name.StartsWith("host/laptop/", StringComparison.Ordinal)));
        (await cli.LineAsync($"plan apply {plan.Split(' ')[1]}")).Succeeded();
        Assert.Equal(2, own.Simulator.GetDatastore("store1").Snapshots.Count(static name => name.StartsWith("host/laptop/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Plan_OfABackup_SaysThatItIsRunAsItIs()
    {
        using CliHarness cli = await UserAsync(Reversible);
        string error = (await cli.LineAsync("plan create backup create some.conf:some.conf --datastore store1")).FailedWith(2);
        Assert.Contains("Run it as it is", error, StringComparison.Ordinal);
    }

    private int Conversations() => backup.Simulator.Traffic.Requests.Count(static request => request.Path.EndsWith("/backup", StringComparison.Ordinal));

    private static string NewId() => $"guarded-{Interlocked.Increment(ref s_id)}";

    private static async Task<JsonElement[]> LedgerAsync(CliHarness cli)
    {
        using JsonDocument document = JsonDocument.Parse((await cli.LineAsync("audit list -o json")).Succeeded());
        return [.. document.RootElement.GetProperty("data").EnumerateArray().Reverse().Select(static entry => entry.Clone())];
    }

    private static async Task<JsonElement> ShowAsync(CliHarness cli, int number)
    {
        using JsonDocument document = JsonDocument.Parse((await cli.LineAsync($"audit show {number} -o json")).Succeeded());
        return document.RootElement.GetProperty("data").Clone();
    }

    private async Task<CliHarness> UserAsync(string policy, SimulatedBackupServer? own = null)
    {
        CliHarness cli = new();
        await (own ?? backup).UseAsync(cli, "store");
        cli.Guard("store", policy);
        cli.Write("some.conf", "x");
        Directory.CreateDirectory(Path.Combine(cli.Home, "tree"));
        cli.Write(Path.Combine("tree", "file"), "content");
        return cli;
    }
}
