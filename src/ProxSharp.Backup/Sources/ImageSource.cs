using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Runs;
using ProxSharp.Backup.Upload;

namespace ProxSharp.Backup.Sources;

/// <summary>An image, byte for byte.</summary>
internal sealed class ImageSource(string name, string? path, Stream? content, long? length, BackupImageOptions options) : BackupSource(name)
{
    private const int ReadSize = 1 << 20;
    private const int ChunkSize = FixedIndex.DefaultChunkSize;

    private readonly string _stored = ArchiveName.ToStored(name);

    /// <inheritdoc/>
    internal override IEnumerable<string> StoredNames(BackupOptions backup) => [_stored];

    /// <inheritdoc/>
    internal override async Task BackUpAsync(BackupRun run)
    {
        using ImageInput input = Open();
        FixedIndex? previous = await run.ReusePreviousAsync(_stored).ConfigureAwait(false) as FixedIndex;
        IReadOnlyList<ImageRange>? changed = await FindChangesAsync(run, input, previous).ConfigureAwait(false);
        RunningArchive archive = await run.StartFixedAsync(_stored, input.Length, changed is null ? null : previous).ConfigureAwait(false);
        try
        {
            foreach (ImageRange range in changed is null ? [new ImageRange(0, input.Length)] : ChunkRanges.Of(changed, input.Length, ChunkSize))
            {
                await archive.Upload.SkipToAsync(range.Offset).ConfigureAwait(false);
                await CopyAsync(archive.Upload, input, range, run.Token).ConfigureAwait(false);
            }

            await archive.Upload.SkipToAsync(input.Length).ConfigureAwait(false);

            if (input.CurrentLength is long now && now > input.Length)
            {
                run.Warn(_stored, FormattableString.Invariant(
                    $"{path} grew from {input.Length} to {now} bytes while it was read: what was added is not in the backup."));
            }

            await run.CompleteAsync(archive).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            await archive.Upload.AbandonAsync(failure).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Check()
    {
        if (path is not null)
        {
            Open().Dispose();
        }
    }

    private ImageInput Open()
    {
        ImageInput input = SourceReading.Run(_stored, () => path is null ? ImageInput.Read(content!, length) : ImageInput.Open(path));
        if (input.Length > 0)
        {
            return input;
        }

        input.Dispose();
        throw BackupSourceException.Create(_stored, "it is empty");
    }

    /// <inheritdoc/>
    public override Task<BackupSourceSize> MeasureAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using ImageInput input = SourceReading.Run(_stored, () => path is null ? ImageInput.Read(content!, length) : ImageInput.Open(path));
        return Task.FromResult(new BackupSourceSize(1, 1, input.Length, 0));
    }

    private async Task<IReadOnlyList<ImageRange>?> FindChangesAsync(BackupRun run, ImageInput input, FixedIndex? previous)
    {
        if (options.ChangedRanges is not { } ask || previous is null || previous.Size != input.Length || previous.ChunkSize != ChunkSize || !input.CanSkip)
        {
            return null;
        }

        // Chunks under another key, or without one, cannot stand in the same archive.
        BackupManifest manifest = run.Previous!.Manifest;
        bool sameKey = manifest.FindFile(_stored)!.CryptMode == run.Mode && manifest.KeyFingerprint == run.Options.Key?.Fingerprint;
        return sameKey ? await ask(new PreviousImage(manifest.Snapshot, previous.Size, previous.Checksum), run.Token).ConfigureAwait(false) : null;
    }

    private async Task CopyAsync(ArchiveUpload upload, ImageInput input, ImageRange range, CancellationToken cancellationToken)
    {
        long position = range.Offset;
        long end = range.Offset + range.Length;
        while (position < end)
        {
            if (position % ChunkSize == 0 && end - position >= ChunkSize && input.IsHole(position, ChunkSize))
            {
                cancellationToken.ThrowIfCancellationRequested();
                await upload.WriteHoleAsync().ConfigureAwait(false);
                position += ChunkSize;
                continue;
            }

            Memory<byte> room = await upload.GetMemoryAsync().ConfigureAwait(false);
            room = room[..(int)Math.Min(Math.Min(room.Length, ReadSize), end - position)];
            int count = await SourceReading.RunAsync(_stored, () => input.ReadAsync(position, room, cancellationToken)).ConfigureAwait(false);
            if (count == 0)
            {
                string why = FormattableString.Invariant(
                    $"it ended after {position} bytes, but should have {input.Length}. It must not change during the backup");
                throw BackupSourceException.Create(_stored, why);
            }

            await upload.CommitAsync(count).ConfigureAwait(false);
            position += count;
        }
    }
}
