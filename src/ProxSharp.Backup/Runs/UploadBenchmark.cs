using ProxSharp.Backup.Protocol;
using ProxSharp.Ids;
using ProxSharp.Pbs;

namespace ProxSharp.Backup.Runs;

/// <summary>Sends data that the server throws away, several requests at a time as a backup does.</summary>
internal static class UploadBenchmark
{
    private const int BlockSize = 4 << 20;
    private const int InFlight = 8;

    /// <summary>Runs it; returns bytes in a second.</summary>
    public static async Task<double> RunAsync(Datastore store, TimeSpan duration, CancellationToken cancellationToken)
    {
        TimeProvider time = store.Client.Options.TimeProvider;
        BackupSnapshotPath snapshot = new(new BackupGroupPath(BackupType.Host, "benchmark"), time.GetUtcNow());
        BackupWriterSession session = await BackupWriterSession.OpenAsync(
            store, BackupNamespace.Root, snapshot, new WriterSessionOptions { Benchmark = true }, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            byte[] block = new byte[BlockSize];
            long start = time.GetTimestamp();
            long[] sent = await Task.WhenAll(Enumerable.Range(0, InFlight).Select(_ => SendAsync())).ConfigureAwait(false);
            return sent.Sum() / time.GetElapsedTime(start).TotalSeconds;

            async Task<long> SendAsync()
            {
                long bytes = 0;
                do
                {
                    await session.SpeedTestAsync(block, cancellationToken).ConfigureAwait(false);
                    bytes += BlockSize;
                }
                while (time.GetElapsedTime(start) < duration);
                return bytes;
            }
        }
    }
}
