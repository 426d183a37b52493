using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>Tokens for agents: users that were there keep their rights, and a run that fails leaves nothing.</summary>
public sealed class AgentTokenTests
{
    private static readonly string[] s_state = ["/access/users", "/access/roles", "/access/acl", "/access/users/demo%40pve/token"];

    [Fact]
    public async Task Create_ForAUserThatIsThere_GivesRightsToTheTokenAlone()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await AdministratorAsync(cluster);
        string before = await UsersAsync(cli);

        CliRun run = await cli.LineAsync("agent token create --role operator --user demo@pve --path /vms/106 --store file --name helper");

        run.Succeeded();
        Assert.Equal(before, await UsersAsync(cli));
        Assert.DoesNotContain(" users=", string.Join('\n', cluster.Simulator.Traffic.Requests.Select(static request => request.Query)), StringComparison.Ordinal);
        (await cli.LineAsync("vm start staging -c helper")).Succeeded();
        (await cli.LineAsync("vm stop web-1 -c helper")).FailedWith(4);
    }

    [Fact]
    public async Task Create_WithTheNameOfAContextThatIsNotMade_IsAUsageError()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await AdministratorAsync(cluster);
        string before = await UsersAsync(cli);
        string error = (await cli.LineAsync("agent token create --role reader --name helper")).FailedWith(2);
        Assert.Contains("Add --store keyring or --store file", error, StringComparison.Ordinal);
        (await cli.LineAsync("agent token create --role reader --name helper --dry-run")).FailedWith(2);
        string shape = (await cli.RunAsync("agent", "token", "create", "--role", "reader", "--store", "file", "--name", "a b/c")).FailedWith(2);
        Assert.Contains("'a b/c' cannot be the name of a context", shape, StringComparison.Ordinal);
        Assert.Equal(before, await UsersAsync(cli));
    }

    [Theory]
    [InlineData("enable=0", "is disabled", "access user set off@pve --enable")]
    [InlineData("expire=1000000000", "expired at 2001-09-09", "access user set off@pve --expire 0")]
    public async Task Create_ForAUserThatCannotLogIn_MakesNothing(string option, string expected, string next)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await AdministratorAsync(cluster);
        (await cli.LineAsync($"api create /access/users userid=off@pve {option}")).Succeeded();
        string before = await UsersAsync(cli);

        string error = (await cli.LineAsync("agent token create --role reader --user off@pve")).FailedWith(6);

        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Contains(next, error, StringComparison.Ordinal);
        Assert.Equal(before, await UsersAsync(cli));
        (await cli.LineAsync(next)).Succeeded();
        (await cli.LineAsync("agent token create --role reader --user off@pve --store file --name back")).Succeeded();
        (await cli.LineAsync("vm list -c back")).Succeeded();
    }

    [Fact]
    public async Task Create_ForADisabledUserOfABackupServer_MakesNothing()
    {
        SimulatedBackupServer backup = new();
        await backup.InitializeAsync();
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        (await cli.LineAsync("api create /access/users userid=off@pbs enable=0")).Succeeded();

        Assert.Contains("is disabled", (await cli.LineAsync("agent token create --role reader --user off@pbs")).FailedWith(6), StringComparison.Ordinal);

        await backup.DisposeAsync();
    }

    [Fact]
    public async Task Create_ForAUserOfABackupServer_TakesNothingFromIt()
    {
        SimulatedBackupServer backup = new();
        await backup.InitializeAsync();
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        const string Query = "api get /access/acl -o json --fields path,roleid,ugid";
        string before = string.Join('\n', Rows(await cli.LineAsync(Query)).Where(static row => !row.Contains("agent", StringComparison.Ordinal)));

        CliRun run = await cli.LineAsync("agent token create --role operator --user demo@pbs --token-name agent --path /datastore/store1/");

        Assert.DoesNotContain("lacks", run.Errors, StringComparison.Ordinal);
        run.Succeeded();
        string[] after = Rows(await cli.LineAsync(Query));
        Assert.Equal(before, string.Join('\n', after.Where(static row => !row.Contains("agent", StringComparison.Ordinal))));
        Assert.Contains(after, static row => row.Contains("/datastore/store1", StringComparison.Ordinal) && row.Contains("DatastoreBackup", StringComparison.Ordinal));
        (await cli.LineAsync("agent token create --role operator --token-name other --path /datastore/none")).FailedWith(5);
        (await cli.LineAsync("agent token create --role operator --token-name other --path /remote/far")).FailedWith(2);
        await backup.DisposeAsync();
    }

    [Fact]
    public async Task Create_ForAUserThatLacksRights_SaysWhichAndHowTheyAreGiven()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await AdministratorAsync(cluster);
        (await cli.LineAsync("api create /access/users userid=weak@pve")).Succeeded();

        CliRun run = await cli.LineAsync("agent token create --role operator --user weak@pve --path /vms/106 --store file --name helper");

        run.Succeeded();
        Assert.Contains("on /vms/106 it lacks", run.Errors, StringComparison.Ordinal);
        Assert.Contains("VM.PowerMgmt", run.Errors, StringComparison.Ordinal);
        Assert.Contains("api set /access/acl path=/vms/106 roles=ProxAgentReader,ProxAgentOperator users=weak@pve", run.Errors, StringComparison.Ordinal);
        (await cli.LineAsync("vm start 106 -c helper")).FailedWithCode(4);
        (await cli.LineAsync("api set /access/acl path=/vms/106 roles=ProxAgentReader,ProxAgentOperator users=weak@pve -c lab")).Succeeded();
        (await cli.LineAsync("vm start 106 -c helper")).Succeeded();

        JsonElement token = Data(await cli.LineAsync("agent token create --role reader --user weak@pve -o json"));
        Assert.Contains("Sys.Audit", token.GetProperty("missing")[0].GetProperty("privileges").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_ForAUserThatHasRolesFurtherUp_PrintsACommandThatKeepsThem()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await AdministratorAsync(cluster);
        (await cli.LineAsync("api create /access/users userid=keeper@pve")).Succeeded();
        (await cli.LineAsync("api set /access/acl path=/ roles=PVETemplateUser,PVEDatastoreAdmin users=keeper@pve")).Succeeded();
        string[] before = await PrivilegesAsync(cli);

        CliRun run = await cli.LineAsync("agent token create --role operator --user keeper@pve --path /vms/106 --store file --name helper");

        run.Succeeded();
        string command = System.Text.RegularExpressions.Regex.Match(run.Errors, "prox (api set /access/acl path=/vms/106 [^;\n]*)").Groups[1].Value;
        Assert.Contains("roles=ProxAgentReader,ProxAgentOperator,", command, StringComparison.Ordinal);
        (await cli.LineAsync(command)).Succeeded();
        string[] after = await PrivilegesAsync(cli);
        Assert.Empty(before.Except(after));
        Assert.Contains("VM.PowerMgmt", after);
    }

    [Theory]
    [InlineData("A.One,A.Two", "Ours", "Both")]
    [InlineData("A.One,A.Two,B.Ours", "Ours", "Both")]
    [InlineData("A.One", "Ours", "One")]
    [InlineData("A.One,C.Nowhere", "Ours", "One", "C.Nowhere")]
    [InlineData("B.Ours", "Ours", "")]
    [InlineData("", "Ours", "")]
    public void KeptRoles_AreTheFewestThatGiveWhatIsThere_AndNoMore(string has, string added, string names, string rest = "")
    {
        Dictionary<string, string[]> known = new(StringComparer.Ordinal)
        {
            ["Ours"] = ["B.Ours"],
            ["One"] = ["A.One"],
            ["Two"] = ["A.Two"],
            ["Both"] = ["A.One", "A.Two"],
            ["More"] = ["A.One", "A.Two", "D.More"],
        };
        Cli.Agents.KeptRoles kept = Cli.Agents.KeptRoles.Of(known, [.. has.Split(',', StringSplitOptions.RemoveEmptyEntries)], [added]);
        Assert.Equal((names, rest), (string.Join(',', kept.Names), string.Join(',', kept.Rest)));
    }

    private static async Task<string[]> PrivilegesAsync(CliHarness cli)
    {
        using JsonDocument document = JsonDocument.Parse(
            (await cli.LineAsync("api get /access/permissions userid=keeper@pve path=/vms/106 -o json")).Succeeded());
        return [.. document.RootElement.GetProperty("/vms/106").EnumerateObject().Select(static privilege => privilege.Name)];
    }

    [Theory]
    [InlineData("PUT", "/access/acl", 3)]
    [InlineData("PUT", "/access/acl", 1)]
    [InlineData("POST", "/access/users/prox-operator%40pve/token/operator", 1)]
    [InlineData("POST", "/access/users", 1)]
    public async Task Create_ThatFailsMidway_LeavesNothing_AndSaysSo(string method, string path, int number)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await AdministratorAsync(cluster);
        string before = await StateAsync(cli);
        int seen = 0;
        cluster.Simulator.Faults.When(
            request => request.Method == method && Uri.UnescapeDataString(request.Path).EndsWith(Uri.UnescapeDataString(path), StringComparison.Ordinal) && ++seen == number,
            Fault.Status(400, "invalid ACL path"));

        CliRun run = await cli.LineAsync("agent token create --role operator --path /vms/106");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Taken back: ", run.Errors, StringComparison.Ordinal);
        Assert.Contains("the role ProxAgentReader", run.Errors, StringComparison.Ordinal);
        Assert.Contains("Nothing of it stands.", run.Errors, StringComparison.Ordinal);
        Assert.Equal(before, await StateAsync(cli));
        (await cli.LineAsync("agent token create --role operator --path /vms/106")).Succeeded();
    }

    [Fact]
    public async Task Create_OnABackupServer_ThatFailsMidway_LeavesNothing()
    {
        SimulatedBackupServer backup = new();
        await backup.InitializeAsync();
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        string[] lists = ["api get /access/acl -o json", "api get /access/users -o json --fields userid,tokens"];
        string before = string.Join('\n', Rows(await cli.LineAsync(lists[0])).Concat(Rows(await cli.LineAsync(lists[1]))));
        int seen = 0;
        backup.Simulator.Faults.When(request => request.Method == "PUT" && ++seen == 5, Fault.Status(400, "invalid ACL path"));

        CliRun run = await cli.LineAsync("agent token create --role operator --path /datastore/store1");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("the token prox-operator@pbs!operator, ", run.Errors, StringComparison.Ordinal);
        Assert.Contains("Nothing of it stands.", run.Errors, StringComparison.Ordinal);
        Assert.Equal(before, string.Join('\n', Rows(await cli.LineAsync(lists[0])).Concat(Rows(await cli.LineAsync(lists[1])))));
        await backup.DisposeAsync();
    }

    [Fact]
    public async Task Create_WhoseAnswerIsLost_IsTakenBackToo()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await AdministratorAsync(cluster);
        string before = await StateAsync(cli);
        cluster.Simulator.Faults.When(static request => request.Method == "POST" && request.Path.Contains("/token/", StringComparison.Ordinal), Fault.DropAfterExecution);

        CliRun run = await cli.LineAsync("agent token create --role reader");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("the token prox-agent@pve!reader", run.Errors, StringComparison.Ordinal);
        Assert.Equal(before, await StateAsync(cli));
    }

    [Fact]
    public async Task Create_ThatCannotBeTakenBack_SaysWhatStands()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await AdministratorAsync(cluster);
        bool isTokenMade = false;
        cluster.Simulator.Faults.When(
            request => (isTokenMade |= request.Path.Contains("/token/", StringComparison.Ordinal)) && request.Method == "PUT", Fault.Status(400, "no"));
        cluster.Simulator.Faults.When(static request => request.Method == "DELETE" && request.Path.EndsWith("/token/reader", StringComparison.Ordinal), Fault.Status(400, "no"));
        cluster.Simulator.Faults.When(static request => request.Method == "DELETE" && request.Path.EndsWith("pve", StringComparison.Ordinal), Fault.Status(400, "no"));

        CliRun run = await cli.LineAsync("agent token create --role reader");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Still there: the token prox-agent@pve!reader, the user prox-agent@pve.", run.Errors, StringComparison.Ordinal);
        Assert.Contains("api delete /access/users/prox-agent%40pve/token/reader", run.Errors, StringComparison.Ordinal);
        Assert.Contains("could not be taken back", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--role operator --path /nosuch/x", 2)]
    [InlineData("--role operator --path /access", 2)]
    [InlineData("--role operator --path vms/106", 2)]
    [InlineData("--role operator --path /vms/9", 2)]
    [InlineData("--role operator --path /vms/999", 5)]
    [InlineData("--role operator --path /pool/none", 5)]
    [InlineData("--role operator --path /vms/106 --storage none", 5)]
    [InlineData("--role operator --path /vms/106 --bridge vmbr77", 5)]
    [InlineData("--role operator --path /vms/106 --bridge lan/vnet1", 5)]
    [InlineData("--role operator --path /sdn/zones/none", 5)]
    [InlineData("--role operator --path /vms/106 --storage a/b", 2)]
    [InlineData("--role operator --path /vms/106 --bridge a/b/c", 2)]
    [InlineData("--role reader --path /vms/106", 2)]
    [InlineData("--role reader --storage local", 2)]
    public async Task Create_OnWhatIsNotThere_MakesNothing(string options, int expected)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await AdministratorAsync(cluster);
        (await cli.LineAsync($"agent token create {options}")).FailedWith(expected);
        Assert.DoesNotContain(
            cluster.Simulator.Traffic.Requests, static request => request.Method != "GET" && !request.Path.EndsWith("/access/ticket", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Create_OnAVnet_WantsItInItsZone()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await AdministratorAsync(cluster);
        (await cli.LineAsync("api create /cluster/sdn/zones zone=lan type=simple")).Succeeded();
        (await cli.LineAsync("api create /cluster/sdn/zones zone=other type=simple")).Succeeded();
        (await cli.LineAsync("api create /cluster/sdn/vnets vnet=vnet1 zone=lan")).Succeeded();
        const string Create = "agent token create --role operator --path /vms/106 --dry-run --bridge";
        Assert.Contains("There is no vnet vnet2", (await cli.LineAsync($"{Create} lan/vnet2")).FailedWith(5), StringComparison.Ordinal);
        Assert.Contains("There is no vnet vnet1", (await cli.LineAsync($"{Create} other/vnet1")).FailedWith(5), StringComparison.Ordinal);
        (await cli.LineAsync($"{Create} lan/vnet1")).Succeeded();
        (await cli.LineAsync($"{Create} vmbr0")).Succeeded();
    }

    [Theory]
    [InlineData("/datastore/store1/nons", "namespace nons")]
    [InlineData("/datastore/store1/customers/none", "namespace customers/none")]
    [InlineData("/datastore/none/customers", "datastore none")]
    [InlineData("/datastore/store1/customers/acme", null)]
    public async Task Create_OnANamespace_WantsItThere(string path, string? missing)
    {
        SimulatedBackupServer backup = new();
        await backup.InitializeAsync();
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        CliRun run = await cli.LineAsync($"agent token create --role operator --user demo@pbs --token-name agent --path {path} --dry-run");
        if (missing is null)
        {
            run.Succeeded();
        }
        else
        {
            Assert.Contains($"There is no {missing} ", run.FailedWith(5), StringComparison.Ordinal);
        }

        await backup.DisposeAsync();
    }

    [Fact]
    public async Task Create_ForAnOperatorBelowAPath_BacksUpToItsStoragesAlone()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await AdministratorAsync(cluster);
        CliRun bare = await cli.LineAsync("agent token create --role operator --path /vms/106 --store file --name bare");
        bare.Succeeded();
        Assert.Contains("--storage NAME", bare.Errors, StringComparison.Ordinal);
        Assert.Contains("--bridge NAME", bare.Errors, StringComparison.Ordinal);
        const string Backup = "api create /nodes/pve1/vzdump vmid=106 storage=local";
        Assert.Contains("Datastore.AllocateSpace", (await cli.LineAsync($"{Backup} -c bare")).FailedWith(4), StringComparison.Ordinal);

        CliRun full = await cli.LineAsync(
            "agent token create --role operator --user prox-second@pve --path /vms/106 --storage local --bridge vmbr0 --store file --name full");

        full.Succeeded();
        Assert.DoesNotContain("--storage NAME", full.Errors, StringComparison.Ordinal);
        (await cli.LineAsync($"{Backup} -c full")).Succeeded();
        (await cli.LineAsync("api create /nodes/pve1/vzdump vmid=106 storage=ceph -c full")).FailedWith(4);
        Assert.Contains("SDN.Use", (await cli.LineAsync("api get /access/permissions path=/sdn/zones/localnetwork/vmbr0 -o json -c full")).Succeeded(), StringComparison.Ordinal);
        Assert.DoesNotContain("SDN.Use", (await cli.LineAsync("api get /access/permissions path=/sdn/zones/localnetwork/vmbr1 -o json -c full")).Succeeded(), StringComparison.Ordinal);
        cli.Write("pw", "secret1");
        (await cli.LineAsync("api set /nodes/pve1/qemu/106/config cipassword=@pw -c full")).FailedWith(4);
    }

    [Fact]
    public async Task Create_WhereTheRoleGivesSomethingElse_NamesTheDifference()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await AdministratorAsync(cluster);
        (await cli.LineAsync("api create /access/roles roleid=ProxAgentReader privs=Sys.Audit,Sys.Modify")).Succeeded();
        string line = (await cli.LineAsync("agent token create --role reader")).FailedWith(6);
        Assert.Contains("has Sys.Modify", line, StringComparison.Ordinal);
        Assert.Contains("lacks Datastore.Audit", line, StringComparison.Ordinal);
    }

    private static async Task<string> UsersAsync(CliHarness cli) => string.Join('\n', Rows(await cli.LineAsync("api get /access/acl -o json --fields path,type,ugid,roleid"))
        .Where(static row => !row.Contains('!', StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    private static async Task<string> StateAsync(CliHarness cli)
    {
        List<string> texts = [];
        foreach (string path in s_state)
        {
            texts.AddRange(Rows(await cli.LineAsync($"api get {path} -o json")).Order(StringComparer.Ordinal));
        }

        return string.Join('\n', texts);
    }

    private static string[] Rows(CliRun run)
    {
        using JsonDocument document = JsonDocument.Parse(run.Succeeded());
        JsonElement rows = document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement : document.RootElement.GetProperty("data");
        return [.. rows.EnumerateArray().Select(static row => row.ToString())];
    }

    private static JsonElement Data(CliRun run)
    {
        using JsonDocument document = JsonDocument.Parse(run.Succeeded());
        return document.RootElement.GetProperty("data").Clone();
    }

    private static async Task<CliHarness> AdministratorAsync(SimulatedCluster cluster)
    {
        CliHarness cli = new CliHarness().With("ROOT_PASSWORD", DefaultCluster.RootPassword);
        (await cli.RunAsync(
            "context", "add", "lab", cluster.Url, "--user", "root@pam", "--secret", "env:ROOT_PASSWORD", "--fingerprint", cluster.Simulator.Fingerprint, "--use")).Succeeded();
        return cli;
    }
}
