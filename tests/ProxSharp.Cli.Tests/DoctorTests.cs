using System.Net;
using System.Net.Sockets;
using System.Globalization;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>What the doctor says of certificates.</summary>
public sealed class DoctorTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    private const string Other = "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99";

    [Fact]
    public async Task Doctor_BackupServer_ShowsTheFingerprintOfItsCertificate()
    {
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");

        CliRun run = await cli.LineAsync("doctor");

        Assert.Contains(backup.Simulator.Fingerprint, Joined(run.Output), StringComparison.Ordinal);
        Assert.Contains("good until ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_StorageWithTheServersFingerprint_IsWell()
    {
        string text = await ExamineAsync(backup.Simulator.Endpoint.Port, backup.Simulator.Fingerprint, 0);

        Assert.Contains("ok    fingerprint", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_StorageWithAnotherFingerprint_FailsAndSaysHowToMendIt()
    {
        string text = await ExamineAsync(backup.Simulator.Endpoint.Port, Other, 1);

        Assert.Contains("FAIL  fingerprint", text, StringComparison.Ordinal);
        Assert.Contains($"pvesm set offsite --fingerprint {backup.Simulator.Fingerprint}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_StorageWithoutAFingerprint_IsWarnedOf()
    {
        string text = await ExamineAsync(backup.Simulator.Endpoint.Port, null, 0);

        Assert.Contains("warn  fingerprint", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_BackupServerThatCannotBeReached_IsOnlyNoted()
    {
        using TcpListener closed = new(IPAddress.Loopback, 0);
        closed.Start();
        int port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();

        string text = await ExamineAsync(port, Other, 0);

        Assert.Contains("note  fingerprint", text, StringComparison.Ordinal);
    }

    private static async Task<string> ExamineAsync(int port, string? fingerprint, int exitCode)
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(
            new PveSimulatorOptions
            {
                Delays = false,
                Scenario = cluster =>
                {
                    DefaultCluster.Build(cluster);
                    cluster.AddStorage("offsite", "pbs", storage =>
                    {
                        storage.Set("server", "127.0.0.1").Set("port", port.ToString(CultureInfo.InvariantCulture)).Set("datastore", "main").Set("username", "a@pbs");
                        if (fingerprint is not null)
                        {
                            storage.Set("fingerprint", fingerprint);
                        }
                    });
                },
            },
            TestContext.Current.CancellationToken);
        using CliHarness cli = new CliHarness().With("LAB_SECRET", DefaultCluster.TokenSecret);
        (await cli.RunAsync(
            "context", "add", "lab", simulator.Endpoint.GetLeftPart(UriPartial.Authority), "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET",
            "--fingerprint", simulator.Fingerprint, "--use")).Succeeded();
        CliRun run = await cli.LineAsync("doctor");
        run.FailedWithCode(exitCode);
        return run.Output;
    }

    private static string Joined(string text) => text.Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
}
