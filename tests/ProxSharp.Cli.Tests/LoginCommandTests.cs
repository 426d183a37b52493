using System.Runtime.CompilerServices;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

public sealed class LoginCommandTests
{
    [Fact]
    public async Task Login_WithAPassword_MakesATokenThatReads()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = new CliHarness().With("PASSWORD", DefaultCluster.RootPassword);

        CliRun run = await cli.RunAsync(
            "login",
            cluster.Url,
            "--user",
            "root@pam",
            "--secret",
            "env:PASSWORD",
            "--store",
            "file",
            "--name",
            "lab",
            "--fingerprint",
            cluster.Simulator.Fingerprint);

        run.Succeeded();
        Assert.Contains("The token root@pam!prox has the role PVEAuditor on /", run.Errors, StringComparison.Ordinal);
        Assert.Contains("web-1", (await cli.LineAsync("vm list -o csv")).Succeeded(), StringComparison.Ordinal);
        Assert.Equal(4, (await cli.LineAsync("vm stop web-1")).ExitCode);
        string file = Path.Combine(cli.Home, ".config", "prox", "secrets", "lab");
        Assert.DoesNotContain(DefaultCluster.RootPassword, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(file)!));
        }
    }

    [Theory]
    [InlineData("192.0.2.7:9", "192.0.2.7")]
    [InlineData("https://[2001:db8::7]:9", "2001-db8--7")]
    [InlineData("pve1.lab.invalid:9", "pve1")]
    public async Task Login_Address_IsTheNameOfTheContextAsAWhole(string url, string name)
    {
        using CliHarness cli = new();
        (await cli.LineAsync($"context add {name} pve9.invalid --token-id a@pam!t --secret env:NONE")).Succeeded();

        Assert.Contains($"There is a context '{name}' already", (await cli.LineAsync($"login {url} --user a@pve --secret env:NONE")).FailedWith(6), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "login pve1.invalid --user me@pve --role PVEVMUser --path /pool/web --dry-run",
        "POST /access/users/me%40pve/token/prox comment='made by prox login' privsep=1\nPUT /access/acl path=/pool/web roles=PVEVMUser tokens='me@pve!prox'\n")]
    [InlineData(
        "login pbs1.invalid:8007 --user me@pbs --dry-run",
        "POST /access/users/me%40pbs/token/prox comment='made by prox login'\nPUT /access/acl path=/ role=Audit auth-id='me@pbs!prox'\n")]
    public async Task Login_DryRun_ShowsTheCallsAndAsksNobody(string line, string calls)
    {
        using CliHarness cli = new();

        CliRun run = await cli.LineAsync(line);

        Assert.Contains(calls, run.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("Nothing was sent.", run.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(cli.Home, ".config")));
    }

    [Fact]
    public async Task Login_OnASecondMachine_MakesATokenOfItsName()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness first = new CliHarness().With("PASSWORD", DefaultCluster.RootPassword);
        using CliHarness second = new CliHarness { MachineName = "Desk_2.example.com" }.With("PASSWORD", DefaultCluster.RootPassword);
        string line = $"login {cluster.Url} --user root@pam --secret env:PASSWORD --store file --fingerprint {cluster.Simulator.Fingerprint}";

        (await first.LineAsync($"{line} --name lab")).Succeeded();
        CliRun run = await second.LineAsync($"{line} --name lab");
        run.Succeeded();
        Assert.Contains("The token root@pam!prox-desk-2 has the role", run.Errors, StringComparison.Ordinal);
        Assert.Contains("web-1", (await second.LineAsync("vm list -o csv")).Succeeded(), StringComparison.Ordinal);

        // A name that was asked for is not exchanged for another one; and the current context may stay.
        Assert.Contains("The token root@pam!prox exists already", (await second.LineAsync($"{line} --name b --token-name prox")).FailedWith(6), StringComparison.Ordinal);
        (await second.LineAsync($"{line} --name other --token-name other --keep-current")).Succeeded();
        Assert.Equal("lab", (await second.LineAsync("context show -o json --query name")).Succeeded().Trim().Trim('"'));
    }

    [Theory]
    [InlineData("login lab https://pve1:8006", "Write prox login https://pve1:8006 --name lab; if it is a server: https://lab")]
    [InlineData("login lab https://pve1:8006 https://pve2:8006 --user root@pam", "Write prox login https://pve1:8006 https://pve2:8006 --name lab")]
    [InlineData("login lab https://pve1:8006 --name other", "Write prox login https://pve1:8006 --name other")]
    public async Task Login_NameInFrontOfTheAddress_SaysHowItIsWritten(string line, string hint)
    {
        using CliHarness cli = new();

        CliRun run = await cli.LineAsync(line);

        Assert.Contains(hint, run.FailedWith(2), StringComparison.Ordinal);
        Assert.Contains("'lab' would be the first server", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_AtATerminal_AsksForUserAndPassword()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = new() { TerminalWidth = 100, Input = $"root@pam\n{DefaultCluster.RootPassword}\n" };

        CliRun run = await cli.RunAsync(
            "login", cluster.Url, "--store", "file", "--name", "lab", "--role", "PVEVMAdmin", "--fingerprint", cluster.Simulator.Fingerprint);

        run.Succeeded();
        Assert.Contains("Password of root@pam: ", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(DefaultCluster.RootPassword, run.Errors + run.Output, StringComparison.Ordinal);
        (await cli.LineAsync("vm stop web-1")).Succeeded();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Login_BackupServerOnAnyPort_IsKnownByTheRealm(bool isTyped)
    {
        SimulatedBackupServer backups = new();
        await backups.InitializeAsync();
        await using ConfiguredAsyncDisposable end = ((IAsyncDisposable)backups).ConfigureAwait(true);
        string url = backups.Simulator.Endpoint.GetLeftPart(UriPartial.Authority);
        using CliHarness cli = isTyped
            ? new() { TerminalWidth = 100, Input = $"{DefaultBackupServer.DemoUser}\n{DefaultBackupServer.DemoPassword}\n" }
            : new CliHarness().With("PASSWORD", DefaultBackupServer.DemoPassword);
        string[] who = isTyped ? [] : ["--user", DefaultBackupServer.DemoUser, "--secret", "env:PASSWORD"];

        (await cli.RunAsync(["login", url, .. who, "--store", "file", "--name", "backup", "--role", "Audit", "--path", "/", "--fingerprint", backups.Simulator.Fingerprint])).Succeeded();

        Assert.Contains("store1", (await cli.LineAsync("datastore list -o csv")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("pbs", (await cli.LineAsync("context list")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_BackupServerThatIsTakenForACluster_SaysWhatHelps()
    {
        SimulatedBackupServer backups = new();
        await backups.InitializeAsync();
        await using ConfiguredAsyncDisposable end = ((IAsyncDisposable)backups).ConfigureAwait(true);
        string url = backups.Simulator.Endpoint.GetLeftPart(UriPartial.Authority);
        using CliHarness cli = new CliHarness().With("PASSWORD", DefaultBackupServer.RootPassword);
        string line = $"login {url} --user root@pam --secret env:PASSWORD --store file --name backup --fingerprint {backups.Simulator.Fingerprint}";

        Assert.EndsWith("add --product pbs", (await cli.LineAsync(line)).FailedWith(4), StringComparison.Ordinal);
        (await cli.LineAsync($"{line} --product pbs")).Succeeded();
    }

    [Fact]
    public async Task Login_InVain_SaysWhy()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = new CliHarness().With("PASSWORD", DefaultCluster.RootPassword).With("WRONG", "wrong");
        string[] login = ["login", cluster.Url, "--store", "file", "--name", "lab", "--fingerprint", cluster.Simulator.Fingerprint, "--user", "root@pam"];

        Assert.Contains("nobody can be asked", (await cli.RunAsync(login)).FailedWith(2), StringComparison.Ordinal);
        (await cli.RunAsync([.. login, "--secret", "env:WRONG"])).FailedWith(4);
        (await cli.RunAsync([.. login, "--secret", "env:PASSWORD"])).Succeeded();
        Assert.Contains("--replace", (await cli.RunAsync([.. login, "--secret", "env:PASSWORD"])).FailedWith(6), StringComparison.Ordinal);
        Assert.Contains("maybe of another machine", (await cli.RunAsync([.. login, "--secret", "env:PASSWORD", "--replace"])).Errors, StringComparison.Ordinal);
        Assert.Contains("--token-name", (await cli.RunAsync([.. login, "--secret", "env:PASSWORD", "--replace"])).FailedWith(6), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_RoleThatMayNotBeGranted_DeletesTheTokenAgain()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = new CliHarness().With("PASSWORD", DefaultCluster.DemoPassword);
        string[] login = DemoLogin(cluster);

        for (int round = 0; round < 2; round++)
        {
            string error = (await cli.RunAsync(login)).FailedWith(4);
            Assert.Contains("The token demo@pve!t1 was deleted again", error, StringComparison.Ordinal);
            Assert.Contains("the role PVEAuditor on /", error, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("lab", (await cli.LineAsync("context list -o csv")).Succeeded(), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(cli.Home, ".config", "prox", "secrets", "lab")));
        using CliHarness other = await cluster.UserAsync();
        Assert.DoesNotContain("t1", (await other.LineAsync("api get /access/users/demo@pve/token -o csv")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_NeitherRoleNorDeletion_KeepsTheSecret()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = new CliHarness().With("PASSWORD", DefaultCluster.DemoPassword);
        cluster.Simulator.Faults.When(static request => request.Method == "DELETE", Fault.Status(403, "no"), times: 9);

        string error = (await cli.RunAsync(DemoLogin(cluster))).FailedWith(4);

        Assert.Contains("is kept in the context 'lab'", error, StringComparison.Ordinal);
        Assert.Contains("pveum acl modify / --roles PVEAuditor --tokens 'demo@pve!t1'; then: prox context use lab", error, StringComparison.Ordinal);
        (await cli.LineAsync("context use lab")).Succeeded();
        Assert.Contains("9.", (await cli.LineAsync("api get /version -o json")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "The token root@pam!t1 was deleted again, for its secret could not be stored: ", "with another place for the secret: --store keyring")]
    [InlineData(true, "; and it could not be deleted again: ", "pveum user token remove root@pam t1")]
    public async Task Login_SecretThatCannotBeStored_LeavesNoTokenThatNobodyKnowsOf(bool stays, string expected, string advice)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = new CliHarness().With("PASSWORD", DefaultCluster.RootPassword);
        Directory.CreateDirectory(Path.GetDirectoryName(cli.ContextFile)!);
        cli.Write(Path.Combine(".config", "prox", "secrets"), "in the way of the folder");
        if (stays)
        {
            cluster.Simulator.Faults.When(static request => request.Method == "DELETE", Fault.Status(403, "no"), times: 9);
        }

        string error = (await cli.RunAsync([.. DemoLogin(cluster).Select(static word => word == DefaultCluster.DemoUser ? "root@pam" : word)])).FailedWith(1);

        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Contains(advice, error, StringComparison.Ordinal);
        Assert.DoesNotContain("lab", (await cli.LineAsync("context list -o csv")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains(cluster.Simulator.Traffic.Requests, static request => request.Method == "DELETE");
        Assert.Equal(stays, await HasTokenAsync(cluster));
    }

    private static async Task<bool> HasTokenAsync(SimulatedCluster cluster)
    {
        using CliHarness root = new CliHarness().With("PASSWORD", DefaultCluster.RootPassword);
        string tokens = (await root.RunAsync(
            "api", "get", "/access/users/root@pam/token", "-o", "csv", "--url", cluster.Url, "--user", "root@pam", "--secret", "env:PASSWORD",
            "--fingerprint", cluster.Simulator.Fingerprint)).Succeeded();
        return tokens.Contains("t1", StringComparison.Ordinal);
    }

    private static string[] DemoLogin(SimulatedCluster cluster) =>
    [
        "login", cluster.Url, "--store", "file", "--name", "lab", "--fingerprint", cluster.Simulator.Fingerprint, "--user", DefaultCluster.DemoUser,
        "--secret", "env:PASSWORD", "--token-name", "t1",
    ];
}
