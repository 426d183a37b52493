using System.Buffers;
using Microsoft.Win32.SafeHandles;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Reading.Snapshots;

/// <summary>A snapshot in the directory of a datastore.</summary>
internal sealed class LocalSnapshotSource(LocalDatastore store, BackupNamespace backupNamespace, BackupSnapshotPath snapshot) : ISnapshotSource
{
    public const string ManifestName = ArchiveName.Manifest;
    private const int BlockSize = 1 << 20;
    private readonly string _folder = FindFolder(Path.Combine(store.Root, backupNamespace.StorePath, snapshot.Group.ToString()), snapshot.TimeText);

    public BackupSnapshotPath Snapshot => snapshot;

    public string Origin => store.Root;

    /// <summary>The name of a snapshot's folder: copies on file systems that cannot hold colons are without them.</summary>
    public static string RestoreColons(string time) =>
        time is { Length: 18 } && time[10] == 'T' && time[17] == 'Z' ? $"{time[..13]}:{time[13..15]}:{time[15..]}" : time;

    public async ValueTask DownloadAsync(string fileName, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using SafeFileHandle file = Open(fileName);
        long length = RandomAccess.GetLength(file);
        for (long position = 0; ;)
        {
            Memory<byte> room = destination.GetMemory((int)Math.Clamp(length - position, 1, BlockSize));
            int read = await RandomAccess.ReadAsync(file, room, position, cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return;
            destination.Advance(read);
            position += read;
        }
    }

    public ValueTask ReadChunkAsync(Sha256Digest digest, IBufferWriter<byte> destination, CancellationToken cancellationToken = default) =>
        store.Chunks.ReadChunkAsync(digest, destination, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string FindFolder(string group, string time)
    {
        string folder = Path.Combine(group, time);
        string copied = Path.Combine(group, time.Replace(":", "", StringComparison.Ordinal));
        return !Directory.Exists(folder) && Directory.Exists(copied) ? copied : folder;
    }

    private SafeFileHandle Open(string fileName)
    {
        // The name may come from a manifest, and must not lead out of the folder.
        if (!ArchiveName.IsStored(fileName))
            throw new SnapshotFileNotFoundException($"\"{fileName}\" is no name of a file of a snapshot.");
        try
        {
            return OpenFile.Read(Path.Combine(_folder, fileName));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SnapshotFileNotFoundException($"{snapshot} of {store.Root} has no {fileName}.", exception);
        }
    }
}
