using System.CommandLine;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs;
using ProxSharp.Operations;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>Where a policy guards a server, no command changes anything there but through a plan.</summary>
public sealed class GuardedModeTests(SimulatedCluster cluster, SimulatedBackupServer backup)
    : IClassFixture<SimulatedCluster>, IClassFixture<SimulatedBackupServer>
{
    private const string Nothing = """{"version":1}""";
    private const string Everything = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged","exec"]}],"exec":{"enabled":true},
         "approval":{"disruptive":"none","destructive":"none","privileged":"none","exec":"none"}}
        """;

    private static readonly string[] s_contacts =
    [
        "api get /nodes/pve1/query-url-metadata url=https://elsewhere.example/x",
        "node query-url-metadata pve1 --url https://elsewhere.example/x",
        "node scan nfs pve1 --server elsewhere.example",
        "api get /nodes/pve1/scan/iscsi portal=elsewhere.example",
        "api get /cluster/acme/meta directory=https://elsewhere.example/directory",
    ];

    [Theory]
    [InlineData(Nothing, false)]
    [InlineData(Everything, true)]
    public async Task Verbs_ThatChangeSomething_SendNothing(string policy, bool isAllowed)
    {
        using CliHarness cli = await GuardedAsync(policy);
        int before = Sent();
        int tried = 0;
        foreach ((string path, VerbCommand command) in ChangingVerbs())
        {
            string[] words = [.. path.Split(' '), .. Dummies(command), "-o", "json"];
            CliRun run = await cli.RunAsync(words);
            Assert.True(run.ExitCode is 7 or 8, $"prox {string.Join(' ', words)} ended with {run.ExitCode}: {run.Errors}{run.Output}");
            if (run.ExitCode == 8)
            {
                Assert.True(isAllowed, path);
                Assert.Contains("prox plan create " + path, run.Errors, StringComparison.Ordinal);
            }

            tried++;
        }

        Assert.True(tried > 450, $"{tried} verbs");
        Assert.Equal(before, Sent());
    }

    [Theory]
    [InlineData("", "reversible")]
    [InlineData(" --force", "destructive")]
    [InlineData(" --force=false", "reversible")]
    public async Task Restore_WithAndWithoutForce_IsRefusedAsWhatItIs(string option, string expected)
    {
        using CliHarness cli = await GuardedAsync(Everything);
        string error = (await cli.LineAsync($"vm restore local:backup/vzdump-qemu-106-2026_01_01-00_00_00.vma.zst --vmid 106 --yes{option}")).FailedWith(8);
        Assert.Contains($"what is {expected} needs a plan there", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm set staging --memory 2050", "reversible")]
    [InlineData("vm set staging --hookscript local:snippets/x.pl", "privileged")]
    [InlineData("vm set staging --memory 2050 --args=-S", "privileged")]
    [InlineData("vm set staging --hostpci0 mapping=gpu", "privileged")]
    [InlineData("vm set staging --delete scsi1", "destructive")]
    [InlineData("vm set staging --delete description,scsi1", "destructive")]
    [InlineData("vm create new --node pve1 --args=-S", "privileged")]
    [InlineData("vm migrate staging pve2", "disruptive")]
    [InlineData("vm migrate staging pve2 --migration-network 192.0.2.0/24", "privileged")]
    [InlineData("vm migrate staging pve2 --migration-type secure", "disruptive")]
    [InlineData("vm migrate staging pve2 --migration-type insecure", "privileged")]
    public async Task Options_WithValues_AreRefusedAsWhatTheyMakeOfTheCall(string line, string expected)
    {
        using CliHarness cli = await GuardedAsync("""{"version":1,"allow":[{"classes":["reversible","disruptive"]}]}""");
        CliRun run = await cli.LineAsync(line);
        string error = run.FailedWith(expected is "reversible" or "disruptive" ? 8 : 7);
        Assert.Contains(expected is "reversible" or "disruptive" ? $"what is {expected} needs a plan there" : $"allows what is {expected}", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("description", 8, "reversible")]
    [InlineData("description,scsi1\n", 7, "destructive")]
    public async Task Options_WithValuesFromAFile_AreRefusedAsWhatItMakesOfTheCall(string text, int exitCode, string expected)
    {
        using CliHarness cli = await GuardedAsync("""{"version":1,"allow":[{"classes":["reversible","disruptive"]}]}""");
        cli.Write("names.txt", text);
        Assert.Contains($"what is {expected}", (await cli.LineAsync("vm set staging --delete @names.txt")).FailedWith(exitCode), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api create /nodes/pve1/qemu/106/status/start", 8)]
    [InlineData("api set /nodes/pve1/qemu/106/config memory=1024", 8)]
    [InlineData("api set /nodes/pve1/qemu/106/config args=-x", 7)]
    [InlineData("api delete /nodes/pve1/qemu/106 --yes", 7)]
    [InlineData("api delete /nodes/pve1/qemu/106", 7)]
    [InlineData("api create /nodes/pve1/brand-new --no-validate", 7)]
    [InlineData("api get /nodes/pve1/qemu/100/vncwebsocket port=5900 vncticket=x --no-validate", 7)]
    [InlineData("api get /nodes/pve1/qemu/100/cloudinit/dump type=user", 7)]
    [InlineData("api get /nodes/pve1/qemu/100/agent/file-read file=/etc/shadow", 7)]
    [InlineData("acme tos --directory https://elsewhere.example/directory", 7)]
    [InlineData("api create /nodes/pve1/storage/local/upload content=vztmpl --file x.iso", 8)]
    [InlineData("vm start staging", 8)]
    [InlineData("vm delete staging --yes", 7)]
    [InlineData("vm agent exec web-1 -- reboot", 7)]
    [InlineData("console web-1", 7)]
    [InlineData("spice web-1", 7)]
    [InlineData("apply -f some.yaml", 8)]
    [InlineData("login URL --user root@pam --secret env:LAB_SECRET --name again", 7)]
    [InlineData("api create /nodes/pve1/qemu/106/status/start --url URL --token-id demo@pve!ci --secret env:LAB_SECRET --fingerprint FINGERPRINT", 8)]
    public async Task Commands_WrittenByHand_AreRefusedWithTheReason(string line, int expected)
    {
        using CliHarness cli = await GuardedAsync("""{"version":1,"allow":[{"classes":["reversible"]}]}""");
        cli.Write("some.yaml", "prox: 1\nguests:\n  - vmid: 106\n    config: {memory: 1536}\n");
        cli.Write("x.iso", "x");
        int before = Sent();

        string text = line.Replace("URL", cluster.Url, StringComparison.Ordinal).Replace("FINGERPRINT", cluster.Simulator.Fingerprint, StringComparison.Ordinal);
        string error = (await cli.LineAsync(text)).FailedWith(expected);

        Assert.Equal(before, Sent());
        if (expected == 8)
        {
            Assert.Contains($"prox plan create {text.Split(' ')[0]}", error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(Nothing)]
    [InlineData(Everything)]
    public async Task Reads_ThatContactAnAddressOfTheCaller_AreRefusedWithTheReason(string policy)
    {
        using CliHarness cli = await GuardedAsync(policy);
        int before = cluster.Simulator.Traffic.Requests.Count;
        foreach (string line in s_contacts)
        {
            string error = (await cli.LineAsync(line)).FailedWith(7);
            Assert.Contains("that the caller names", error, StringComparison.Ordinal);
            Assert.Contains("nothing that can be planned", error, StringComparison.Ordinal);
            Assert.Contains("A person runs it where no policy is", error, StringComparison.Ordinal);
        }

        Assert.Equal(before, cluster.Simulator.Traffic.Requests.Count);
    }

    [Fact]
    public async Task Reads_ThatContactAnAddressOfTheCaller_AreRefusedInAContextThatOnlyReads()
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.With("PROX_READ_ONLY", "1");
        int before = cluster.Simulator.Traffic.Requests.Count;
        foreach (string line in s_contacts)
        {
            Assert.Contains("read-only", (await cli.LineAsync(line)).FailedWith(7), StringComparison.Ordinal);
        }

        Assert.Equal(before, cluster.Simulator.Traffic.Requests.Count);
        (await cli.LineAsync("node scan lvm pve1")).Succeeded();
    }

    [Fact]
    public async Task Reads_PassAsEver()
    {
        using CliHarness cli = await GuardedAsync(Nothing);
        foreach (string line in new[] { "vm list", "vm config web-1", "api get /version", "task list", "doctor", "vm start staging --dry-run", "api delete /nodes/pve1/qemu/106 --dry-run", "chart web-1 --hour", "vm agent ping web-1" })
        {
            CliRun run = await cli.LineAsync(line);
            Assert.True(run.ExitCode == 0 || line.StartsWith("chart", StringComparison.Ordinal), $"{line}: {run.ExitCode} {run.Errors}");
        }
    }

    [Fact]
    public async Task AnotherNameForTheServer_IsGuardedToo()
    {
        using CliHarness cli = await GuardedAsync(Nothing);
        await cluster.UseAsync(cli, "innocent");
        (await cli.LineAsync("vm start staging")).FailedWith(7);
        (await cli.LineAsync("vm start staging --context innocent")).FailedWith(7);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST.")]
    [InlineData("127.0.0.1.")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    public async Task AnotherSpellingOfTheAddress_IsGuardedToo(string host)
    {
        using CliHarness cli = await GuardedAsync(Nothing);
        string line = $"api create /nodes/pve1/qemu/106/status/start --url https://{host}:{cluster.Simulator.Endpoint.Port} --token-id demo@pve!ci --secret env:LAB_SECRET";
        int before = Sent();
        Assert.Contains("no rule of the policy of 'lab'", (await cli.LineAsync(line)).FailedWith(7), StringComparison.Ordinal);
        Assert.Equal(before, Sent());
    }

    [Fact]
    public async Task AnotherNameOfTheHost_WithTheSameCertificate_IsGuardedToo()
    {
        using CliHarness cli = await GuardedAsync(Nothing);
        (await cli.LineAsync(
            "api create /nodes/pve1/qemu/106/status/start --url https://another.invalid --token-id demo@pve!ci --secret env:LAB_SECRET "
            + $"--fingerprint {cluster.Simulator.Fingerprint}")).FailedWith(7);
    }

    [Fact]
    public async Task AnotherNameOfTheHost_WithoutItsCertificate_IsGuardedByTheAddressBehindIt()
    {
        using CliHarness cli = await GuardedAsync(Everything);
        cli.Hosts["pve-a.example"] = [System.Net.IPAddress.Parse("192.0.2.7"), System.Net.IPAddress.Loopback];
        cli.Hosts["pve-b.example"] = [System.Net.IPAddress.Parse("192.0.2.7")];
        int before = Sent();
        string login = $":{cluster.Simulator.Endpoint.Port} --token-id demo@pve!ci --secret env:LAB_SECRET --insecure";
        const string change = "api create /nodes/pve1/qemu/106/config memory=1209 --yes --url https://";

        Assert.Contains("guards 'lab'", (await cli.LineAsync($"{change}pve-a.example{login}")).FailedWith(8), StringComparison.Ordinal);
        string added = (await cli.LineAsync($"context add mine https://pve-a.example{login}")).FailedWith(8);
        Assert.Contains("leads to the server of 'lab'", added, StringComparison.Ordinal);

        // Another address, another port, and a name that nobody knows are other servers.
        (await cli.LineAsync($"context add mine https://pve-b.example{login}")).Succeeded();
        (await cli.LineAsync($"context add unknown https://pve-c.example{login}")).Succeeded();
        (await cli.LineAsync("context add port https://pve-a.example:1 --token-id demo@pve!ci --secret env:LAB_SECRET --insecure")).Succeeded();
        Assert.Equal(before, Sent());
    }

    [Theory]
    [InlineData("2001:DB8:0::7", "2001-db8--7")]
    [InlineData("PVE1.Example.org.", "pve1.example.org")]
    [InlineData("localhost", "127.0.0.1")]
    public async Task PolicyOfTheMachine_FitsEverySpelling_AndKeepsItsStateByTheServer(string host, string file)
    {
        using CliHarness cli = await GuardedAsync(Everything);
        string policies = Path.Combine(cli.SystemFolder, "policies");
        Directory.CreateDirectory(policies);
        await File.WriteAllTextAsync(Path.Combine(policies, $"{file}.json"), Nothing, TestContext.Current.CancellationToken);
        foreach (string name in new[] { "one", "two" })
        {
            (await cli.RunAsync("context", "add", name, host, "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET", "--fingerprint", cluster.Simulator.Fingerprint)).Succeeded();
            Assert.Contains($"{file}.json", (await cli.LineAsync($"policy show -c {name}")).Succeeded(), StringComparison.Ordinal);
        }

        // A new name brings no fresh hour and no end of a freeze.
        (await cli.LineAsync("freeze -c one")).Succeeded();
        Assert.Contains("\"frozen\":true", (await cli.LineAsync("policy show -c two -o jsonl")).Succeeded(), StringComparison.Ordinal);
        Assert.True(Directory.Exists(cli.StateOf(file)));
    }

    [Fact]
    public async Task PolicyOfTheMachine_GoesFirst_AndNoVariableMovesIt()
    {
        using CliHarness cli = await GuardedAsync(Everything);
        Directory.CreateDirectory(Path.Combine(cli.SystemFolder, "policies"));
        await File.WriteAllTextAsync(Path.Combine(cli.SystemFolder, "policies", "default.json"), Nothing, TestContext.Current.CancellationToken);
        cli.With("PROX_CONFIG", Path.Combine(cli.Home, "elsewhere.json")).With("XDG_CONFIG_HOME", cli.Home);
        await cluster.UseAsync(cli, "moved");

        (await cli.LineAsync("vm start staging")).FailedWith(7);
        Assert.Contains("machine", (await cli.LineAsync("policy show")).Succeeded(), StringComparison.Ordinal);

        // The one of the host goes before the one for all.
        await File.WriteAllTextAsync(
            Path.Combine(cli.SystemFolder, "policies", $"{cluster.Simulator.Endpoint.Host}.json"), Everything, TestContext.Current.CancellationToken);
        (await cli.LineAsync("vm start staging")).FailedWith(8);
    }

    [Fact]
    public async Task PoliciesOfTheMachine_ThatDifferForTheAddressesOfAContext_RefuseEverything()
    {
        using CliHarness cli = await GuardedAsync(Everything);
        string policies = Path.Combine(cli.SystemFolder, "policies");
        Directory.CreateDirectory(policies);
        string host = cluster.Simulator.Endpoint.Host;
        await File.WriteAllTextAsync(Path.Combine(policies, $"{host}.json"), Everything, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(policies, "pve9.example.json"), Nothing, TestContext.Current.CancellationToken);
        (await cli.RunAsync("context", "add", "both", cluster.Url, "https://pve9.example:8006", "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET", "--fingerprint", cluster.Simulator.Fingerprint, "--use")).Succeeded();

        foreach (string line in new[] { "vm start staging", "plan create vm start staging", "policy show" })
        {
            Assert.Contains("different policies", (await cli.LineAsync(line)).FailedWith(7), StringComparison.Ordinal);
        }

        CliRun check = await cli.LineAsync("policy check -o json");
        check.FailedWithCode(1);
        Assert.Contains("different policies", check.Output, StringComparison.Ordinal);
        (await cli.LineAsync("vm list")).Succeeded();
        await File.WriteAllTextAsync(Path.Combine(policies, "pve9.example.json"), Everything, TestContext.Current.CancellationToken);
        (await cli.LineAsync("vm start staging")).FailedWith(8);
    }

    [Fact]
    public async Task PolicyOfTheMachine_ThatCannotBeLookedAt_RefusesEveryChange()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there.");
        using CliHarness cli = await cluster.UserAsync();
        Directory.CreateDirectory(cli.SystemFolder);

        // A link to itself cannot be searched even by root, whom no mode keeps out.
        string policies = Path.Combine(cli.SystemFolder, "policies");
        File.CreateSymbolicLink(policies, policies);
        int before = Sent();
        foreach (string line in new[] { "vm set staging --memory 2050", "policy show", "plan create vm start staging" })
        {
            Assert.Contains("cannot be read, so everything is refused", (await cli.LineAsync(line)).FailedWith(7), StringComparison.Ordinal);
        }

        (await cli.LineAsync("policy check")).FailedWithCode(1);
        (await cli.LineAsync("vm list")).Succeeded();
        Assert.Equal(before, Sent());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PolicyOfTheMachine_WhoseFolderIsNone_RefusesEveryChange(bool isLink)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there.");
        using CliHarness cli = await cluster.UserAsync();
        Directory.CreateDirectory(cli.SystemFolder);
        string policies = Path.Combine(cli.SystemFolder, "policies");
        if (isLink)
        {
            // As of a share that is not mounted.
            File.CreateSymbolicLink(policies, Path.Combine(cli.SystemFolder, "nowhere"));
        }
        else
        {
            File.WriteAllText(policies, "");
        }

        int before = Sent();
        (await cli.LineAsync("vm set staging --memory 2050")).FailedWith(7);
        Assert.Equal(before, Sent());
    }

    [Theory]
    [InlineData("context remove lab")]
    [InlineData("context add lab https://elsewhere.invalid --user root@pam --secret env:X --replace")]
    [InlineData("login https://elsewhere.invalid --name lab --user root@pam --secret env:LAB_SECRET --replace")]
    public async Task ContextOfAPolicy_IsLetGoOfByAPersonAlone(string line)
    {
        using CliHarness cli = await GuardedAsync(Nothing);
        string before = await File.ReadAllTextAsync(cli.ContextFile, TestContext.Current.CancellationToken);
        Assert.Contains("guards the server of 'lab'", (await cli.LineAsync(line)).FailedWith(8), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(cli.ContextFile, TestContext.Current.CancellationToken));
        (await cli.LineAsync("vm start staging")).FailedWith(7);
    }

    [Fact]
    public async Task ContextOfAPolicy_TypedAtATerminal_IsForgotten_AndOneThatStaysAtItsServerIsNotAskedAbout()
    {
        using CliHarness cli = new() { TerminalWidth = 100 };
        await cluster.UseAsync(cli, "lab");
        cli.Guard("lab", Nothing);
        (await cli.RunAsync(
            "context", "add", "lab", cluster.Url, "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET",
            "--fingerprint", cluster.Simulator.Fingerprint, "--read-only", "--replace")).Succeeded();
        cli.Input = "lba\n";
        (await cli.LineAsync("context remove lab")).FailedWithCode(8);
        cli.Input = "lab\n";
        (await cli.LineAsync("context remove lab")).Succeeded();
        Assert.DoesNotContain("\"lab\"", await File.ReadAllTextAsync(cli.ContextFile, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"version":1,"alow":[]}""")]
    [InlineData("not json")]
    public async Task PolicyThatIsNotUnderstood_RefusesEveryChange(string policy)
    {
        using CliHarness cli = await GuardedAsync(policy);
        Assert.Contains("everything is refused", (await cli.LineAsync("vm start staging")).FailedWith(7), StringComparison.Ordinal);
        (await cli.LineAsync("vm list")).Succeeded();
        (await cli.LineAsync("policy check")).FailedWithCode(1);
    }

    [Fact]
    public async Task Door_StandsBehindTheFirstCheck()
    {
        using CliHarness cli = await GuardedAsync(Everything);
        await backup.UseAsync(cli, "store");
        cli.Guard("store", """{"version":1,"allow":[{"classes":["disruptive","destructive"]}],"approval":{"disruptive":"none","destructive":"none"}}""");
        cli.Write("some.conf", "x");
        int before = backup.Simulator.Traffic.Requests.Count(static request => request.Method != "GET" || request.Path.Contains("/backup", StringComparison.Ordinal));

        (await cli.LineAsync("backup create some.conf:some.conf --datastore store1")).FailedWithCode(7);
        Assert.Contains("prox plan create backup forget", (await cli.LineAsync("backup forget host/laptop --yes --datastore store1")).FailedWith(8), StringComparison.Ordinal);
        Assert.Contains(
            "prox plan create backup prune", (await cli.LineAsync("backup prune host/laptop --keep-last 1 --yes --datastore store1")).FailedWith(8), StringComparison.Ordinal);
        (await cli.LineAsync("backup benchmark --seconds 1 --datastore store1")).FailedWithCode(7);
        (await cli.LineAsync("backup restore host/laptop root.pxar restored --datastore store1")).FailedWithCode(7);

        Assert.Equal(
            before,
            backup.Simulator.Traffic.Requests.Count(static request => request.Method != "GET" || request.Path.Contains("/backup", StringComparison.Ordinal)));
    }

    private int Sent() => cluster.Simulator.Traffic.Requests.Count(IsChange);

    private static bool IsChange(SimulatedRequest request) => request.Method != "GET"
        && !(request.Method == "POST" && (request.Path.EndsWith("/agent/ping", StringComparison.Ordinal) || request.Path.EndsWith("/access/ticket", StringComparison.Ordinal)));

    private async Task<CliHarness> GuardedAsync(string policy)
    {
        CliHarness cli = await cluster.UserAsync();
        cli.Guard("lab", policy);
        return cli;
    }

    internal static IEnumerable<(string Path, VerbCommand Command)> ChangingVerbs()
    {
        using CliHarness cli = new();
        return [.. Walk("", CommandTree.Build(new CommandServices(new TestConsole(), cli.Environment, TimeProvider.System)))
            .Where(static item => GuardedMode.MildestChange(item.Command.Verb) != OperationClass.Read
                && item.Command.Verb.Options.All(static option => option.Name != "--repository"))];
    }

    private static IEnumerable<(string Path, VerbCommand Command)> Walk(string path, Command command) => command is VerbCommand verb
        ? [(path, verb)]
        : command.Subcommands.SelectMany(sub => Walk($"{path} {sub.Name}".Trim(), sub));

    // Values that the parser takes; whether they make sense does not matter before the guard.
    internal static IEnumerable<string> Dummies(Command command)
    {
        foreach (Option option in command.Options.Where(static option => option.Required))
        {
            yield return option.Name;
            yield return Choice(option);
        }

        foreach (Argument argument in command.Arguments.Where(static argument => argument.Arity.MinimumNumberOfValues > 0))
        {
            yield return Choice(argument);
        }
    }

    private static string Choice(Symbol symbol) =>
        symbol.GetCompletions(System.CommandLine.Completions.CompletionContext.Empty).FirstOrDefault()?.Label ?? "1";
}
