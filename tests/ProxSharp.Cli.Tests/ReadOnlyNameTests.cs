using System.Diagnostics;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>Under the name <c>prox-ro</c> nothing is changed, anywhere, and secrets go to no other server.</summary>
public sealed class ReadOnlyNameTests(SimulatedCluster cluster, SimulatedBackupServer backup)
    : IClassFixture<SimulatedCluster>, IClassFixture<SimulatedBackupServer>
{
    [Theory]
    [InlineData("prox-ro", true)]
    [InlineData("PROX-RO", true)]
    [InlineData("/usr/bin/Prox-Ro", true)]
    [InlineData("/opt/prox/PROX-RO.EXE", true)]
    [InlineData("prox-ro.dll", true)]
    [InlineData("prox", false)]
    [InlineData("prox-rot", false)]
    [InlineData("/opt/prox-ro/prox", false)]
    [InlineData("", false)]
    public void Program_ThatOnlyReads_IsKnownByItsNameInAnySpelling(string name, bool expected) => Assert.Equal(expected, CliEnvironment.IsReadOnlyProgram(name));

    [Fact]
    public async Task Verbs_ThatChangeSomething_AreRefusedBeforeAnyRequest()
    {
        using CliHarness cli = await NamedAsync();
        long before = cluster.Simulator.Traffic.RequestCount;
        foreach ((string path, Verbs.VerbCommand command) in GuardedModeTests.ChangingVerbs())
        {
            CliRun run = await cli.RunAsync([.. path.Split(' '), .. GuardedModeTests.Dummies(command)]);
            Assert.True(run.ExitCode == 7, $"prox-ro {path} ended with {run.ExitCode}: {run.Errors}");
        }

        Assert.Equal(before, cluster.Simulator.Traffic.RequestCount);
    }

    [Theory]
    [InlineData("backup list", "PBS_REPOSITORY", "root@pam@127.0.0.1:{0}:store1")]
    [InlineData("backup snapshots --datastore store1", "PBS_SERVER", "127.0.0.1")]
    [InlineData("backup list --server 127.0.0.1 --datastore store1", "PBS_PORT", "{0}")]
    public async Task Repositories_OfTheEnvironment_AreRefused(string line, string name, string value)
    {
        using CliHarness cli = await NamedAsync();
        using System.Net.Sockets.TcpListener evil = new(System.Net.IPAddress.Loopback, 0);
        evil.Start();
        string made = Path.Combine(cli.Home, "made");
        string port = ((System.Net.IPEndPoint)evil.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        cli.With(name, value.Replace("{0}", port, StringComparison.Ordinal))
            .With("PBS_PASSWORD_CMD", $"touch {made}").With("PBS_FINGERPRINT_CMD", $"touch {made}").With("PBS_REPOSITORY_CMD", $"touch {made}");

        CliRun run = await cli.LineAsync(line);

        Assert.Contains("prox-ro", run.FailedWith(7), StringComparison.Ordinal);
        Assert.False(File.Exists(made));
        Assert.False(evil.Pending());
    }

    [Theory]
    [InlineData("api create /nodes/pve1/qemu/106/status/start")]
    [InlineData("api set /nodes/pve1/qemu/106/config memory=1024")]
    [InlineData("api delete /nodes/pve1/qemu/106 --yes")]
    [InlineData("api delete /nodes/pve1/qemu/106 --dry-run")]
    [InlineData("apply -f x.yaml")]
    [InlineData("backup create a.conf:a --datastore store1")]
    [InlineData("backup list --repository a@pbs!b@evil:store")]
    [InlineData("backup list --store-directory .")]
    [InlineData("backup key create key.json")]
    [InlineData("console web-1")]
    [InlineData("spice web-1")]
    [InlineData("vm agent exec web-1 -- id")]
    [InlineData("context add evil https://evil --token-id a@pve!b --secret exec:id")]
    [InlineData("context use other")]
    [InlineData("context remove lab")]
    [InlineData("secret set x")]
    [InlineData("login pve1 --user root@pam --secret env:X")]
    [InlineData("api get /version --url https://evil --token-id a@pve!b --secret env:LAB_SECRET")]
    [InlineData("api get /version --output-file .bashrc")]
    [InlineData("man --output-dir .")]
    [InlineData("vm list --record calls.json")]
    [InlineData("vnc web-1")]
    [InlineData("plan create vm start staging")]
    [InlineData("plan apply 0123456789ab")]
    [InlineData("plan discard 0123456789ab")]
    [InlineData("approve 0123456789ab")]
    [InlineData("undo 1")]
    [InlineData("retire staging --apply")]
    [InlineData("freeze")]
    [InlineData("unfreeze")]
    [InlineData("policy new-key k.pem")]
    [InlineData("agent install --client claude")]
    [InlineData("agent token create --role reader")]
    [InlineData("simulate")]
    public async Task Commands_WrittenByHand_AreRefused(string line)
    {
        using CliHarness cli = await NamedAsync();
        long before = cluster.Simulator.Traffic.RequestCount;
        string[] files = Directory.GetFiles(cli.Home);

        (await cli.LineAsync(line)).FailedWith(7);

        Assert.Equal(before, cluster.Simulator.Traffic.RequestCount);
        Assert.Equal(files, Directory.GetFiles(cli.Home));
    }

    [Theory]
    [InlineData("vm list")]
    [InlineData("vm config web-1 -o json")]
    [InlineData("api get /version")]
    [InlineData("api ls /nodes")]
    [InlineData("api describe /nodes/{node}/qemu --method create")]
    [InlineData("task list")]
    [InlineData("doctor")]
    [InlineData("context list")]
    [InlineData("plan list")]
    [InlineData("audit list")]
    [InlineData("audit verify")]
    [InlineData("retired list")]
    [InlineData("policy show")]
    [InlineData("agent guide")]
    [InlineData("help selectors")]
    [InlineData("vm start --help")]
    [InlineData("--version")]
    [InlineData("man")]
    [InlineData("man vm")]
    [InlineData("completion bash")]
    [InlineData("commands")]
    [InlineData("export")]
    [InlineData("export guests -o json")]
    public async Task Commands_ThatRead_Work_AndWriteNoFile(string line)
    {
        using CliHarness cli = await NamedAsync();
        string[] before = Files(cli);
        (await cli.LineAsync(line)).Succeeded();
        Assert.Equal(before, Files(cli));
    }

    [Fact]
    public async Task Tab_OffersTheNamesOfTheServer_AndRemembersNone()
    {
        using CliHarness cli = await NamedAsync();
        string[] before = Files(cli);
        Assert.Contains("web-1", (await cli.RunAsync("complete", "--line", "prox-ro vm config web")).Succeeded(), StringComparison.Ordinal);
        Assert.Equal(before, Files(cli));
    }

    private static string[] Files(CliHarness cli) =>
        [.. Directory.GetFileSystemEntries(cli.Home, "*", SearchOption.AllDirectories).Select(static file => $"{file} {File.GetLastWriteTimeUtc(file):O}").Order()];

    [Theory]
    [InlineData("api get /cluster/resources type=@local.txt")]
    [InlineData("api get /cluster/resources type=@-")]
    [InlineData("api get /cluster/resources --data @local.txt")]
    [InlineData("api get /cluster/resources --data -")]
    [InlineData("policy check local.txt")]
    [InlineData("diff -f local.txt")]
    public async Task Values_FromFiles_AreRefusedWithTheReason_BeforeAnythingIsRead(string line)
    {
        using CliHarness cli = await NamedAsync();
        cli.Write("local.txt", "vm");
        cli.With("LAB_SECRET", "");
        Assert.Contains("A file for ", (await cli.LineAsync(line)).FailedWith(7), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Option_ThatIsAParameter_TakesNoFileEither()
    {
        using CliHarness cli = await NamedAsync();
        cli.IsReadOnlyName = false;
        await backup.UseAsync(cli, "store");
        cli.IsReadOnlyName = true;
        cli.Write("local.txt", "x");
        Assert.Contains("A file for ", (await cli.LineAsync("pbs task list --userfilter @local.txt")).FailedWith(7), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm list --query @")]
    [InlineData("policy check")]
    [InlineData("api get /cluster/resources --data '{\"type\":\"vm\"}'")]
    public async Task Values_ThatNameNoFile_AreTaken(string line)
    {
        using CliHarness cli = await NamedAsync();
        (await cli.LineAsync(line)).Succeeded();
    }

    [Theory]
    [InlineData("api get /nodes/pve1/qemu/100/agent/file-read file=/etc/shadow")]
    [InlineData("api get /nodes/pve1/qemu/100/agent/exec-status pid=1")]
    [InlineData("api get /nodes/pve1/qemu/100/cloudinit/dump type=user")]
    [InlineData("api get /nodes/pve1/qemu/100/vncwebsocket port=5900 vncticket=x")]
    [InlineData("api get /nodes/pve1/storage/local/file-restore/download volume=x filepath=x")]
    [InlineData("api get /brand-new --no-validate")]
    [InlineData("api get /nodes/pve1/query-url-metadata url=https://elsewhere.example/x")]
    [InlineData("api get /cluster/acme/tos directory=https://elsewhere.example/directory")]
    [InlineData("node scan pbs pve1 --server elsewhere.example --username x@pbs")]
    public async Task Reads_ThatAreMoreThanThat_AreRefusedWithoutAPolicyToo(string line)
    {
        using CliHarness cli = await NamedAsync();
        int before = cluster.Simulator.Traffic.Requests.Count;
        (await cli.LineAsync(line)).FailedWith(7);
        Assert.Equal(before, cluster.Simulator.Traffic.Requests.Count);
    }

    [Theory]
    [InlineData("PROX_CONFIG")]
    [InlineData("XDG_CONFIG_HOME")]
    [InlineData("HOME")]
    public async Task SecretsFromPrograms_OfContextsThatAVariableMoved_AreRefused(string variable)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program is one of Unix.");
        using CliHarness cli = await NamedAsync();
        string text = (await File.ReadAllTextAsync(cli.ContextFile, TestContext.Current.CancellationToken))
            .Replace("env:LAB_SECRET", $"exec:touch {cli.Home}/ran", StringComparison.Ordinal);
        await File.WriteAllTextAsync(cli.ContextFile, text, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("prox-ro", (await cli.LineAsync("vm list")).Errors, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(cli.Home, "ran")));
        File.Delete(Path.Combine(cli.Home, "ran"));

        Directory.CreateDirectory(Path.Combine(cli.Home, "other", "prox"));
        File.Copy(cli.ContextFile, Path.Combine(cli.Home, "other", "prox", "contexts.json"));
        cli.AccountHome = variable == "HOME" ? Path.Combine(cli.Home, "account") : null;
        _ = variable switch
        {
            "PROX_CONFIG" => cli.With(variable, Path.Combine(cli.Home, "other", "prox", "contexts.json")),
            "XDG_CONFIG_HOME" => cli.With(variable, Path.Combine(cli.Home, "other")),
            _ => cli,
        };
        Assert.Contains("usual place", (await cli.LineAsync("vm list")).FailedWith(7), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(cli.Home, "ran")));
    }

    [Fact]
    public async Task Program_StartedThroughALink_KnowsItsName()
    {
        string program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "prox.exe" : "prox");
        Assert.SkipWhen(OperatingSystem.IsWindows() || !File.Exists(program), "There is no built program, or links need rights.");
        using CliHarness cli = new();
        string link = Path.Combine(cli.Home, "prox-ro");
        File.CreateSymbolicLink(link, program);

        (int code, string errors) = await StartAsync(link, cli.Home, "context", "use", "lab");
        (int plain, string other) = await StartAsync(program, cli.Home, "context", "use", "lab");

        Assert.Equal(7, code);
        Assert.Contains("prox-ro", errors, StringComparison.Ordinal);
        Assert.True(plain == 2, other);
    }

    private static async Task<(int ExitCode, string Errors)> StartAsync(string program, string home, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["HOME"] = home;
        start.Environment["XDG_CONFIG_HOME"] = home;
        start.Environment["DOTNET_ROLL_FORWARD"] = "Major";
        start.Environment["DOTNET_ROOT"] = Path.GetDirectoryName(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? Environment.ProcessPath);
        using Process process = Process.Start(start)!;
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, errors);
    }

    private async Task<CliHarness> NamedAsync()
    {
        CliHarness cli = await cluster.UserAsync();
        cli.With("X", DefaultCluster.RootPassword);
        cli.IsReadOnlyName = true;
        return cli;
    }
}
