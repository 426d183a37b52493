using System.Text.RegularExpressions;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Backup.Tests.Fakes;
using ProxSharp.Backup.Tests.Files;
using ProxSharp.Backup.Tests.Reading;
using ProxSharp.Conformance.Tests.Pbs.Transcripts;
using ProxSharp.Ids;
using ProxSharp.Simulator;
using Golden = ProxSharp.Backup.Formats.Tests.Pxar.Golden;

namespace ProxSharp.Backup.Tests.Runs;

/// <summary>What ProxSharp asks a server for is what the original client asks for when it backs up the same sources.</summary>
[Trait("Acceptance", "18")]
public sealed partial class OfficialRequestTests : IAsyncLifetime
{
    private const string First = "host/golden/2023-11-14T22:13:20Z";
    private const string Second = "host/golden/2023-11-14T23:13:20Z";

    private BackupServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await BackupServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task BackupAsync_Image_AsksAsTheOriginalClient() =>
        Assert.Equal(Recorded("backup-first-frames"), await RequestsAsync("cap9", 1_700_010_000, BackupSource.Image("disk", new MemoryStream(await DiskAsync(First)))));

    [Fact]
    public async Task BackupAsync_DirectoryImageAndFileTwice_AsksAsTheOriginalClient()
    {
        TempTree.RequireAll();
        using TempTree tree = new();
        await Archives.ExtractAsync(Golden.Read("pxar/tree-small.pxar"), tree.Path);
        byte[] configuration = GoldenStore.Read("source/qemu-server.conf");
        BackupSource[] Sources(byte[] disk) =>
            [BackupSource.Directory("root", tree.Path), BackupSource.Image("disk", new MemoryStream(disk)), BackupSource.Blob("qemu-server.conf", configuration)];

        Assert.Equal(Recorded("backup-first"), await RequestsAsync("cap1", 1_700_010_000, Sources(await DiskAsync(First))));

        // The original client does not ask for the previous catalog, and sends the chunk of the same one again.
        List<string> expected = [.. Recorded("backup-second")];
        List<string> asked = [.. await RequestsAsync("cap1", 1_700_020_000, Sources(await DiskAsync(Second)))];
        Assert.True(asked.Remove("GET /previous?archive-name=catalog.pcat1.didx"));
        string chunk = Assert.Single(expected.Except(asked));
        Assert.StartsWith("POST /dynamic_chunk?", chunk, StringComparison.Ordinal);
        expected.Remove(chunk);
        Assert.Equal(expected, asked);
    }

    private static async Task<byte[]> DiskAsync(string snapshot)
    {
        await using SnapshotReader reader = await GoldenStore.OpenAsync(snapshot);
        using MemoryStream disk = new();
        await reader.CopyToAsync("disk.img", disk, cancellationToken: Cancel);
        return disk.ToArray();
    }

    private async Task<IEnumerable<string>> RequestsAsync(string id, long time, params BackupSource[] sources)
    {
        long before = _server.Simulator.Traffic.RequestCount;
        await _server.Store.BackupAsync(BackupGroupPath.Parse("host/" + id), sources, new BackupOptions { Time = DateTimeOffset.FromUnixTimeSeconds(time) }, Cancel);
        IReadOnlyList<SimulatedRequest> seen = _server.Simulator.Traffic.Requests;
        return Comparable(seen.Skip((int)before - ((int)_server.Simulator.Traffic.RequestCount - seen.Count))
            .Where(static request => !request.Path.StartsWith("/api2", StringComparison.Ordinal))
            .Select(static request => (request.Method, request.Path + (request.Query.Length > 0 ? "?" + request.Query : ""))));
    }

    private static IEnumerable<string> Recorded(string run) => Comparable(Transcript.Read(run).Connections.Single()
        .Where(static message => message.IsRequest && !message.IsHttp1)
        .Select(static message => (message.Method, message.Target)));

    // Archives go up side by side: the order of their requests and the numbers of their indexes are chance. How well a compressor did is its own.
    private static IEnumerable<string> Comparable(IEnumerable<(string Method, string Target)> requests) =>
        requests.Select(static request => $"{request.Method} {Normal(request.Target)}").Order(StringComparer.Ordinal);

    private static string Normal(string target) => target.Split('?') is [var path, var query]
        ? path + "?" + string.Join('&', query.Split('&').Where(static part => !ChancePattern().IsMatch(part)).Order(StringComparer.Ordinal))
        : target;

    [GeneratedRegex("^(?:wid|encoded-size)=")]
    private static partial Regex ChancePattern();
}
