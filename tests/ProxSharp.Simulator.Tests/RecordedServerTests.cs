using System.Runtime.CompilerServices;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Pbs;
using ProxSharp.Pve;
using ProxSharp.Recording;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Simulator.Tests;

/// <summary>Answers that were recorded, given again.</summary>
public sealed class RecordedServerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("replay-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Replay_WhatASimulatorSaid_IsTheSameAgain(bool intoFolder)
    {
        string path = Path.Combine(_folder, "recording");
        await using PveSimulator simulator = await PveSimulator.StartAsync(
            new PveSimulatorOptions { Delays = false, TaskDuration = TimeSpan.FromMilliseconds(5) }, TestContext.Current.CancellationToken);
        string first;
        using (ExchangeRecorder recorder = intoFolder ? ExchangeRecorder.ToFolder(path) : ExchangeRecorder.ToFile(path))
        {
            await using PveClient recorded = Client(
                simulator.Endpoint, simulator.Fingerprint, recorder, ProxmoxCredentials.Password(DefaultCluster.DemoUser, DefaultCluster.DemoPassword));
            first = await WorkAsync(recorded);
        }

        await using RecordedServer server = await RecordedServer.StartAsync(path, cancellationToken: TestContext.Current.CancellationToken);
        await using PveClient again = Client(server.Endpoint, server.Fingerprint, null, ProxmoxCredentials.Password(DefaultCluster.DemoUser, "anything"));

        Assert.Equal(first, await WorkAsync(again));
        Assert.Equal(ProxmoxProduct.VirtualEnvironment, server.Product);
        Assert.True(server.ExchangeCount >= 4);
    }

    [Theory]
    [InlineData("pve")]
    [InlineData("pbs")]
    public async Task Replay_RecordingsOfRealServers_CanBeRead(string product)
    {
        string samples = Path.Combine(Root(), "tests", "Recordings", product, "samples");
        ProxmoxProduct expected = product == "pbs" ? ProxmoxProduct.BackupServer : ProxmoxProduct.VirtualEnvironment;

        await using RecordedServer server = await RecordedServer.StartAsync(
            samples, new RecordedServerOptions { Product = expected }, TestContext.Current.CancellationToken);

        Assert.True(server.ExchangeCount > 50);
        ProxmoxClientOptions options = Options(server.Endpoint, server.Fingerprint, null, ProxmoxCredentials.None, expected);
        await using ProxmoxClient client = expected == ProxmoxProduct.BackupServer ? new PbsClient(options) : new PveClient(options);
        ProxmoxException missing = await Assert.ThrowsAnyAsync<ProxmoxException>(
            () => client.Raw.GetAsync("/nodes", new ApiParameters { { "never", "asked" } }, null, TestContext.Current.CancellationToken));
        Assert.Contains("the recording holds no GET", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_SameQuestionSeveralTimes_GivesAnswersInOrderAndThenTheLast()
    {
        string file = Path.Combine(_folder, "order.jsonl");
        await File.WriteAllTextAsync(file, Line("/status", "1") + Line("/status", "2") + Line("/other", "3"), TestContext.Current.CancellationToken);
        await using RecordedServer server = await RecordedServer.StartAsync(file, cancellationToken: TestContext.Current.CancellationToken);
        await using PveClient client = Client(server.Endpoint, server.Fingerprint, null, ProxmoxCredentials.None);

        List<int> answers = [];
        foreach (string path in (string[])["/status", "/status", "/other", "/status"])
        {
            answers.Add((await client.Raw.GetAsync(path, cancellationToken: TestContext.Current.CancellationToken)).Data.GetInt32());
        }

        Assert.Equal([1, 2, 3, 2], answers);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("no json")]
    [InlineData("")]
    public async Task Start_NoRecording_SaysSo(string content)
    {
        string file = Path.Combine(_folder, "none.json");
        await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<InvalidDataException>(() => RecordedServer.StartAsync(file, cancellationToken: TestContext.Current.CancellationToken));
        await Assert.ThrowsAnyAsync<IOException>(
            () => RecordedServer.StartAsync(Path.Combine(_folder, "missing"), cancellationToken: TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(-1, 3)]
    [InlineData(20_001, 3)]
    [InlineData(10, 0)]
    [InlineData(10, 65)]
    public void LargeCluster_OutOfBounds_Throws(int guests, int nodes) => Assert.Throws<ArgumentOutOfRangeException>(() => LargeCluster.Of(guests, nodes));

    private static async Task<string> WorkAsync(PveClient client)
    {
        JsonElement resources = (await client.Raw.GetAsync("/cluster/resources", cancellationToken: TestContext.Current.CancellationToken)).Data;
        JsonElement config = (await client.Raw.GetAsync("/nodes/pve1/qemu/100/config", cancellationToken: TestContext.Current.CancellationToken)).Data;
        JsonElement upid = (await client.Raw.SendAsync(
            ApiMethod.Post, "/nodes/pve1/qemu/106/status/start", cancellationToken: TestContext.Current.CancellationToken)).Data;
        return $"{resources.GetRawText()}\n{config.GetRawText()}\n{upid}";
    }

    private static PveClient Client(Uri endpoint, string fingerprint, ExchangeRecorder? recorder, ProxmoxCredentials credentials) =>
        new(Options(endpoint, fingerprint, recorder, credentials, ProxmoxProduct.VirtualEnvironment));

    private static ProxmoxClientOptions Options(
        Uri endpoint, string fingerprint, ExchangeRecorder? recorder, ProxmoxCredentials credentials, ProxmoxProduct product) => new()
        {
            Endpoints = [ProxmoxEndpoint.Parse(endpoint.ToString(), product)],
            Credentials = credentials,
            Trust = ServerTrust.Pin(fingerprint),
            Retry = ProxmoxRetryOptions.None,
            ValidateParameters = false,
            Recorder = recorder,
        };

    private static string Line(string path, string data) =>
        $$$"""{"request":{"method":"GET","target":"/api2/json{{{path}}}","headers":{}},"response":{"status":200,"reason":"OK","headers":[["Server","pve-api-daemon/3.0"],["Content-Type","application/json"]],"bodyText":"{\"data\":{{{data}}}}"}}""" + "\n";

    private static string Root([CallerFilePath] string here = "")
    {
        foreach (string? start in new[] { Path.GetDirectoryName(here), AppContext.BaseDirectory })
        {
            for (DirectoryInfo? folder = new(start!); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "ProxSharp.slnx")))
                {
                    return folder.FullName;
                }
            }
        }

        throw new InvalidOperationException("The tests must run from within the repository.");
    }
}
