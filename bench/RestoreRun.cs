using System.Globalization;
using ProxSharp.Authentication;
using ProxSharp.Backup;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Verification;
using ProxSharp.Ids;
using ProxSharp.Pbs;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Bench;

/// <summary>
/// Whole restores of an image, half random and half text in pieces of 64 KiB, from a simulated server in another process: wall time, CPU time of this process
/// and its peak memory, with chunks fetched ahead and with one at a time, as the official client does.
/// </summary>
internal static class RestoreRun
{
    public static async Task RunAsync(long bytes)
    {
        string path = Path.Combine(Path.GetTempPath(), $"proxsharp-restore-{Environment.ProcessId}.img");
        BenchData.Write(path, bytes);
        try
        {
            await using BenchServer server = await BenchServer.StartAsync();
            await using PbsClient client = Connect(server);
            using CryptConfig key = CryptConfig.CreateRandom();
            Datastore store = client.Datastores["store1"];
            BackupSnapshotPath plain = await BackUpAsync(store, path, "host/restore-plain", new BackupOptions());
            BackupSnapshotPath secret = await BackUpAsync(store, path, "host/restore-secret", new BackupOptions { Key = key });
            string tree = $"{path}.tree";
            BackupSnapshotPath files = await BackTreeUpAsync(store, path, tree);
            File.Delete(path);
            SnapshotOpenOptions ahead = new() { Key = key };
            await MeasureAsync("warm-up", store, plain, ahead, ToNowhereAsync);
            await MeasureAsync("image to nowhere", store, plain, ahead, ToNowhereAsync);
            await MeasureAsync("image to nowhere, one chunk at a time", store, plain, ahead with { MaxChunksAhead = 1 }, ToNowhereAsync);
            await MeasureAsync("image to a file", store, plain, ahead, reader => reader.RestoreFileAsync("disk", path, new RestoreFileOptions { Overwrite = true }));
            await MeasureAsync("image to the same file again", store, plain, ahead, reader => reader.RestoreFileAsync("disk", path, new RestoreFileOptions { Resume = true }));
            await MeasureAsync("verification", store, plain, ahead, VerifyAsync);
            await MeasureAsync("encrypted image to nowhere", store, secret, ahead, ToNowhereAsync);
            await MeasureAsync("directory of files of 1 MiB to a stream", store, files, ahead, static reader => reader.CopyToAsync("root.pxar", Stream.Null));
            await MeasureAsync("the same as tar", store, files, ahead, ToTarAsync);
            await MeasureAsync("the same to a directory", store, files, ahead, reader => reader.RestoreAsync("root.pxar", tree));
            Directory.Delete(tree, recursive: true);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static Task ToNowhereAsync(SnapshotReader reader) => reader.CopyToAsync("disk", Stream.Null);

    private static async Task ToTarAsync(SnapshotReader reader)
    {
        SnapshotArchive archive = await reader.OpenArchiveAsync("root");
        await archive.WriteTarAsync(Stream.Null);
    }

    /// <summary>Backs the bytes of a file up as the files of a directory, which is removed again.</summary>
    private static async Task<BackupSnapshotPath> BackTreeUpAsync(Datastore store, string path, string tree)
    {
        Directory.CreateDirectory(tree);
        await using (FileStream content = File.OpenRead(path))
        {
            byte[] piece = new byte[1 << 20];
            for (int i = 0; await content.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false) is var read and > 0; i++)
            {
                await File.WriteAllBytesAsync(Path.Combine(tree, i.ToString("d6", CultureInfo.InvariantCulture)), piece[..read]);
            }
        }

        BackupResult result = await store.BackupAsync(BackupGroupPath.Parse("host/restore-tree", CultureInfo.InvariantCulture), [BackupSource.Directory("root", tree)]);
        Directory.Delete(tree, recursive: true);
        return result.Snapshot;
    }

    private static async Task VerifyAsync(SnapshotReader reader)
    {
        SnapshotVerification result = await reader.VerifyAsync();
        if (!result.IsIntact)
        {
            throw new InvalidOperationException("The snapshot is damaged.");
        }
    }

    private static async Task MeasureAsync(string what, Datastore store, BackupSnapshotPath snapshot, SnapshotOpenOptions options, Func<SnapshotReader, Task> work)
    {
        Usage before = Usage.Now();
        await using SnapshotReader reader = await store.OpenSnapshotAsync(snapshot, options);
        await work(reader);
        Usage used = Usage.Since(before);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {used.Wall:0.00} s wall, {used.Cpu:0.00} s CPU, peak {used.PeakMebibytes} MiB, fetched {reader.BytesFetched >> 20} MiB in {reader.ChunksFetched} chunks"));
    }

    private static async Task<BackupSnapshotPath> BackUpAsync(Datastore store, string path, string group, BackupOptions options)
    {
        BackupResult result = await store.BackupAsync(BackupGroupPath.Parse(group, CultureInfo.InvariantCulture), [BackupSource.Image("disk", path)], options);
        return result.Snapshot;
    }

    private static PbsClient Connect(BenchServer server) => new(new ProxmoxClientOptions
    {
        Endpoints = [ProxmoxEndpoint.Parse(server.Address, ProxmoxProduct.BackupServer)],
        Credentials = ProxmoxCredentials.ApiToken(DefaultBackupServer.TokenId, DefaultBackupServer.TokenSecret),
        Trust = ServerTrust.Pin(server.Fingerprint),
    });
}
