using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>What people run into on their first day: a token without rights, options in the wrong place, names that a storage does not keep.</summary>
public sealed class FirstDayTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("vm start 100", 4, "There is a guest 100, and the user may not see it", "VM.Audit on /vms/100")]
    [InlineData("vm start 4711", 5, "There is no virtual machine '4711'", "prox vm list")]
    [InlineData("vm start web-1", 4, "The user may see no guest at all, so nobody can tell whether 'web-1' is there", "VM.Audit on /vms")]
    [InlineData("vm config @tag-prod", 4, "The user may see no guest at all", "prox doctor")]
    [InlineData("storage content list local", 4, "Datastore.Audit", "/storage/local")]
    [InlineData("vm create 400 --node pve1", 4, "VM.Allocate on /vms/400", "")]
    [InlineData("api create /nodes/pve1/lxc vmid=400 pool=web ostemplate=local:vztmpl/a.tar.zst", 4, "VM.Allocate on /pool/web", "")]
    public async Task Token_WithoutRights_IsToldOfRights(string line, int code, string told, string more)
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(
            new PveSimulatorOptions
            {
                Delays = false,
                Scenario = static builder =>
                {
                    DefaultCluster.Build(builder);
                    builder.AddUser("weak@pve", "weak-password").AddToken("weak@pve", "ops", DefaultCluster.TokenSecret, true);
                },
            },
            TestContext.Current.CancellationToken);
        using CliHarness cli = new CliHarness().With("LAB_SECRET", DefaultCluster.TokenSecret);
        (await cli.RunAsync(
            "context", "add", "lab", simulator.Endpoint.GetLeftPart(UriPartial.Authority), "--token-id", "weak@pve!ops", "--secret", "env:LAB_SECRET",
            "--fingerprint", simulator.Fingerprint, "--use")).Succeeded();

        CliRun run = await cli.LineAsync(line);

        Assert.Equal(code, run.ExitCode);
        Assert.Contains(told, run.Errors, StringComparison.Ordinal);
        Assert.Contains(more, run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm agent exec 100 --dryrun -- hostname", "Unknown option '--dryrun'")]
    [InlineData("vm agent exec 100 --stdin -- cat", "Unknown option '--stdin'")]
    [InlineData("vm agent exec 100 101 -- hostname", "'101' stands in front of --")]
    [InlineData("vm agent exec 100 --dryrun", "Unknown option '--dryrun'")]
    public async Task Word_InFrontOfTheProgram_IsNoPartOfIt(string line, string told)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(told, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm agent exec 100 --dry-run -- ls -l --all", "command=ls command=-l command=--all")]
    [InlineData("vm agent exec 100 hostname --dry-run", "command=hostname")]
    [InlineData("vm agent exec 100 --dry-run -- -- x", "command=-- command=x")]
    public async Task Program_IsTakenAsItStands(string line, string call)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(call, (await cli.LineAsync(line)).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("task.end.x")]
    [InlineData("task.status")]
    [InlineData("guest.started")]
    public async Task Events_OfAKindThatThereIsNot_AreNotWaitedFor(string kind)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains("task.started and task.ended", (await cli.LineAsync($"events --kind {kind} --count 1")).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm list @tag-template", 5, "Only templates fit it")]
    [InlineData("vm list 'debian*'", 5, "Only templates fit it")]
    [InlineData("vm list 9000:9001 status=running", 5, "Only templates fit it")]
    [InlineData("vm list @tag-template,@tag-web", 5, "Only templates fit it")]
    public async Task Selection_ThatTemplatesAloneFit_SaysSo(string line, int code, string told)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(told, (await cli.LineAsync(line)).FailedWith(code), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_WhereThereIsNone_IsNoError()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.RootAsync();
        (await cli.LineAsync("ct delete @all --all --max 100 --yes --force --purge")).Succeeded();

        (await cli.LineAsync("ct list @all")).Succeeded();
        Assert.Contains("No guest fits", (await cli.LineAsync("ct shutdown --all --max 100")).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("access user create jörg@pve --dry-run", true)]
    [InlineData("access user create joe@pve --dry-run", false)]
    public async Task User_WhomThePathOfACallCannotName_IsToldSo(string line, bool isTold)
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync(line);

        run.Succeeded();
        Assert.Equal(isTold, run.Errors.Contains("cannot change or remove it later", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Upload_OfAFileWhoseNameIsNotKept_SaysSo()
    {
        using CliHarness cli = await cluster.UserAsync();
        string folder = Directory.CreateTempSubdirectory().FullName;
        string foreign = Path.Combine(folder, "日本.iso");
        string spaced = Path.Combine(folder, "my file.iso");
        await File.WriteAllBytesAsync(foreign, new byte[64], TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(spaced, new byte[64], TestContext.Current.CancellationToken);

        string refused = (await cli.RunAsync("storage", "upload", "local", foreign, "--node", "pve1")).FailedWith(2);
        CliRun named = await cli.RunAsync("storage", "upload", "local", foreign, "--filename", "japan.iso", "--node", "pve1");
        CliRun noted = await cli.RunAsync("storage", "upload", "local", spaced, "--node", "pve1", "--dry-run");

        Assert.Contains("as '__.iso'", refused, StringComparison.Ordinal);
        Assert.Contains("--filename NAME", refused, StringComparison.Ordinal);
        named.Succeeded();
        noted.Succeeded();
        Assert.Contains("The storage keeps it as 'my_file.iso'", noted.Errors, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }
}
