using Microsoft.Extensions.Time.Testing;
using ProxSharp.Backup.Protocol;
using ProxSharp.Backup.Runs;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Tests.Fakes;

/// <summary>Runs backups against a fake store, one later than the other.</summary>
internal sealed class FakeBackup
{
    private long _time = 1_700_000_000;

    public FakeStore Store { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public FakeChannel Channel { get; private set; } = null!;

    public Task<BackupResult> RunAsync(
        IReadOnlyList<BackupSource> sources, BackupOptions? options = null, Action<FakeChannel>? prepare = null, CancellationToken cancellationToken = default)
    {
        Channel = new FakeChannel(Store);
        prepare?.Invoke(Channel);
        BackupRunner.Check(sources, options ?? new BackupOptions());
        BackupSnapshotPath snapshot = new(BackupGroupPath.Parse("host/web1"), DateTimeOffset.FromUnixTimeSeconds(_time += 60));
        return BackupRunner.RunAsync(new BackupWriterSession(Channel), snapshot, sources, options ?? new BackupOptions(), Time, null, cancellationToken);
    }

    /// <summary>Bytes that look random.</summary>
    public static byte[] Random(int length, int seed = 1)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
