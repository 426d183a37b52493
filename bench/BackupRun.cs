using System.Globalization;
using ProxSharp.Authentication;
using ProxSharp.Backup;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Ids;
using ProxSharp.Pbs;
using ProxSharp.Tls;

namespace ProxSharp.Bench;

/// <summary>
/// Whole backups of a file, half random and half text in pieces of 64 KiB, to a simulated server in another process: wall time, CPU time of this process
/// and its peak memory, against the work that cannot be avoided (digest, zstd level 1, chunker, TLS), done bare.
/// </summary>
internal static class BackupRun
{
    private static readonly BackupGroupPath s_group = BackupGroupPath.Parse("host/bench", CultureInfo.InvariantCulture);

    public static async Task RunAsync(long bytes)
    {
        string path = Path.Combine(Path.GetTempPath(), $"proxsharp-bench-{Environment.ProcessId}.img");
        BenchData.Write(path, bytes);
        try
        {
            await using BenchServer server = await BenchServer.StartAsync();
            await using PbsClient client = Connect(server);
            using CryptConfig key = CryptConfig.CreateRandom();
            Datastore store = client.Datastores["store1"];

            // The first one warms up: connections, code, page cache.
            BackUp warm = new(store, path, "warm");
            await warm.RunAsync("warm-up", BackupSource.Image("disk", path));
            BackUp image = new(store, path, "image");
            Usage first = await image.RunAsync("image, first run", BackupSource.Image("disk", path));
            Usage second = await image.RunAsync("image, unchanged second run", BackupSource.Image("disk", path));
            BackUp stream = new(store, path, "stream");
            await using FileStream content = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
            Usage dynamic = await stream.RunAsync("stream, first run", BackupSource.Stream("root.pxar", content));
            content.Position = 0;
            Usage dynamicSecond = await stream.RunAsync("stream, unchanged second run", BackupSource.Stream("root.pxar", content));
            BackUp secret = new(store, path, "secret") { Options = new BackupOptions { Key = key } };
            await secret.RunAsync("image, encrypted, first run", BackupSource.Image("disk", path));

            BareCosts bare = await BareCosts.MeasureAsync(server, path);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"bare: SHA-256 {bare.Digest:0.00} s, zstd {bare.Compression:0.00} s, chunker {bare.Chunker:0.00} s, TLS {bare.Transport:0.00} s"));
            double fixedWork = bare.Digest + bare.Compression + bare.Transport;
            Ratio("image, first run", first.Cpu, fixedWork);
            Ratio("image, second run against SHA-256", second.Cpu, bare.Digest);
            Ratio("stream, first run", dynamic.Cpu, fixedWork + bare.Chunker);
            Ratio("stream, second run against SHA-256 and chunker", dynamicSecond.Cpu, bare.Digest + bare.Chunker);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Ratio(string what, double ours, double bare)
        => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {ours:0.00} s CPU against {bare:0.00} s bare, factor {ours / bare:0.00}"));

    private static PbsClient Connect(BenchServer server) => new(new ProxmoxClientOptions
    {
        Endpoints = [ProxmoxEndpoint.Parse(server.Address, ProxmoxProduct.BackupServer)],
        Credentials = ProxmoxCredentials.ApiToken(Simulator.Scenarios.DefaultBackupServer.TokenId, Simulator.Scenarios.DefaultBackupServer.TokenSecret),
        Trust = ServerTrust.Pin(server.Fingerprint),
    });

    private sealed class BackUp(Datastore store, string path, string id)
    {
        private DateTimeOffset _time = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public BackupOptions Options { get; init; } = new();

        public async Task<Usage> RunAsync(string what, BackupSource source)
        {
            _time += TimeSpan.FromMinutes(1);
            Usage before = Usage.Now();
            BackupResult result = await store.BackupAsync(new BackupGroupPath(s_group.Type, $"{s_group.Id}-{id}"), [source], Options with { Time = _time });
            Usage used = Usage.Since(before);
            long size = new FileInfo(path).Length;
            double gibibytes = size / (double)(1L << 30);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: {used.Wall:0.00} s wall, {used.Cpu:0.00} s CPU ({used.Cpu / gibibytes:0.00} s/GiB), peak {used.PeakMebibytes} MiB, "
                + $"sent {result.BytesSent >> 20} MiB, reused {result.BytesReused >> 20} MiB"));
            return used;
        }
    }
}
