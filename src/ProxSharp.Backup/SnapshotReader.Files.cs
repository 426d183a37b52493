using System.Text;
using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup;

/// <content>Whole files to files.</content>
public sealed partial class SnapshotReader
{
    /// <summary>
    /// Writes a file of the snapshot to a file: the bytes of an image, of a small file or of an archive (which is not unpacked). It is written beside its
    /// place, and moves there when it is complete: after a failure what existed is as it was, and what there is of an image stays at
    /// <see cref="GetPartialPath"/> for <see cref="RestoreFileOptions.Resume"/>. A device is written in place; one that is too small is refused first.
    /// </summary>
    /// <param name="name">Its name, with or without the stored suffix.</param>
    /// <param name="path">The file, or for an image also a block device.</param>
    /// <param name="options">How to write; null for the defaults.</param>
    /// <param name="cancellationToken">Stops restoring.</param>
    /// <exception cref="SnapshotFileNotFoundException">The snapshot has no such file.</exception>
    /// <exception cref="Formats.BackupKeyException">The file is encrypted, and there is no key.</exception>
    /// <exception cref="ProxmoxProtocolException">The file is damaged.</exception>
    /// <exception cref="IOException">The file exists already, cannot be written, or is a device that is smaller than the image.</exception>
    public async Task<RestoreFileResult> RestoreFileAsync(
        string name,
        string path,
        RestoreFileOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= RestoreFileOptions.Default;
        long start = Time.GetTimestamp();
        SnapshotFile? file = FindFile(name);
        bool inOneStream = file is { IsIndex: true } && (file.Kind != SnapshotFileKind.SplitMetadata || name == file.Name || name == file.StoredName);
        if (inOneStream)
        {
            ChunkedFile chunked = await OpenChunkedAsync(file!, cancellationToken).ConfigureAwait(false);
            ImageRestorer restorer = new(chunked, options, Report(chunked, options.Progress));
            return await restorer.RestoreAsync(path, cancellationToken).ConfigureAwait(false);
        }

        RestoreFileResult result = await CopyToNewFileAsync(name, path, options, cancellationToken).ConfigureAwait(false);
        return result with { Elapsed = Time.GetElapsedTime(start) };
    }

    /// <summary>Names the file in which an image comes into being until it is complete: beside its place, with <c>.prox-partial</c> at its end.</summary>
    /// <param name="path">Where the image is restored to. A link stands for what it leads to.</param>
    public static string GetPartialPath(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return RestoreTarget.PartialOf(path);
    }

    /// <summary>
    /// Says whether a file in the target of a tree's restore only notes how far that came. It stays when a restore is broken off, and is nothing of what was
    /// restored.
    /// </summary>
    /// <param name="name">The name of the file, without its directory.</param>
    public static bool IsResumeJournal(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TemporaryName.IsJournal(Encoding.UTF8.GetBytes(name));
    }

    private static async Task<bool> HoldsAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        new FileInfo(path) is { Exists: true } file && file.Length == content.Length
        && (await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false)).AsSpan().SequenceEqual(content.Span);

    private async Task<RestoreFileResult> CopyToNewFileAsync(
        string name, string path, RestoreFileOptions options, CancellationToken cancellationToken)
    {
        // What is small is fetched first, so that a file that cannot be read leaves what exists alone.
        ReadOnlyMemory<byte>? content = FindFile(name) is { IsIndex: true } ? null : await ReadBlobAsync(name, cancellationToken).ConfigureAwait(false);
        if (options is { Resume: true, Overwrite: false } && content is { } wanted && await HoldsAsync(path, wanted, cancellationToken).ConfigureAwait(false))
            return new(wanted.Length, 0, 0, wanted.Length, default) { Step = options.DryRun ? RestoreStep.Keep : null };
        RestoreTarget place = RestoreTarget.Find(path, options, replacesPart: true);
        if (options.DryRun)
        {
            long size = content?.Length ?? GetFile(name).Length;
            return new(size, 0, 0, 0, default) { Step = place.Foresee(size) };
        }

        FileStream target = new(place.Open(content?.Length), FileAccess.Write, 1 << 16, isAsync: true);
        try
        {
            long length;
            await using (target.ConfigureAwait(false))
            {
                if (content is { } bytes)
                    await target.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
                else
                    await CopyToAsync(name, target, options.Progress, cancellationToken).ConfigureAwait(false);
                await target.FlushAsync(cancellationToken).ConfigureAwait(false);
                length = content?.Length ?? target.Position;
                place.Complete(isOpen: true);
            }

            place.Complete(isOpen: false);
            return new(length, length, 0, 0, default);
        }
        catch (Exception failure)
        {
            place.Discard();
            if (FullDisk.Is(failure))
                throw FullDisk.Tell(path, failure);
            throw;
        }
    }
}
