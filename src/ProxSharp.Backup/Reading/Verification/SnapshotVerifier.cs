using System.Collections.Concurrent;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Verification;

/// <summary>Fetches every chunk of a snapshot once, in no order, and sees whether it is what its digest says.</summary>
internal sealed class SnapshotVerifier(SnapshotReader reader, VerifyOptions options)
{
    // What is known of a chunk: null if it is right. Encrypted and plain chunks never share a digest.
    private readonly ConcurrentDictionary<(Sha256Digest Digest, long Length), FoundProblem?> _known = new();

    public async Task<SnapshotVerification> VerifyAsync(CancellationToken cancellationToken)
    {
        long start = reader.Time.GetTimestamp();
        long fetched = reader.BytesFetched;
        List<FileVerification> files = [];
        IEnumerable<SnapshotFile> wanted = options.Files.Count == 0 ? reader.Files : options.Files.Select(reader.GetFile);
        foreach (SnapshotFile file in wanted)
            files.Add(await VerifyAsync(file, cancellationToken).ConfigureAwait(false));
        return new(reader.Snapshot, reader.Signature, files, reader.BytesFetched - fetched, reader.Time.GetElapsedTime(start));
    }

    private static FileVerification Broken(SnapshotFile file, Exception exception) =>
        new(file, 0, 0, [new(ChunkProblem.File, 0, file.Length, null, exception.Message)]);

    private async Task<FileVerification> VerifyAsync(SnapshotFile file, CancellationToken cancellationToken)
    {
        try
        {
            bool readable = reader.CanDecrypt(file) || file.StoredName == ArchiveName.EncryptedKey;
            if (!file.IsIndex)
            {
                await (readable ? reader.ReadBlobAsync(file, cancellationToken) : reader.CheckStoredBlobAsync(file, cancellationToken)).ConfigureAwait(false);
                return new(file, 0, 0, []) { WithContents = readable };
            }

            if (file.Kind == SnapshotFileKind.SplitMetadata)
                _ = reader.GetPayload(file);
            ChunkedFile chunked = await reader.OpenStoredAsync(file, cancellationToken).ConfigureAwait(false);
            return await VerifyAsync(chunked, readable, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ProxmoxProtocolException or SnapshotFileNotFoundException or UnauthorizedAccessException)
        {
            return Broken(file, exception);
        }
    }

    private async Task<FileVerification> VerifyAsync(ChunkedFile file, bool readable, CancellationToken cancellationToken)
    {
        if (!readable)
        {
            long stored = await VerifyChunksAsync(file, readable, cancellationToken).ConfigureAwait(false);
            return new(file.File, file.Index.Count, stored, Collect(file.Index)) { WithContents = false };
        }

        if (options.Structure && await TryReadThroughAsync(file, cancellationToken).ConfigureAwait(false) is { } distinct)
            return new(file.File, file.Index.Count, distinct, []);
        long verified = await VerifyChunksAsync(file, readable, cancellationToken).ConfigureAwait(false);
        List<FileDamage> damages = Collect(file.Index);
        if (damages.Count > 0 && options.FindAffectedPaths)
            damages = await new DamageLocator(reader, file, damages).LocateAsync(cancellationToken).ConfigureAwait(false);
        else if (damages.Count == 0 && options.Structure)
            damages = await FindFaultsAsync(file, cancellationToken).ConfigureAwait(false);
        return new(file.File, file.Index.Count, verified, damages);
    }

    private async Task<List<FileDamage>> FindFaultsAsync(ChunkedFile file, CancellationToken cancellationToken)
    {
        ChunkedFile? names = await FindNamesAsync(file.File, cancellationToken).ConfigureAwait(false);
        return await StructureCheck.FindAsync(file, names, cancellationToken).ConfigureAwait(false) is { } fault ? [fault] : [];
    }

    /// <summary>The names to the contents of a split archive; null if they are not there, or cannot be read, which is told of them.</summary>
    private async Task<ChunkedFile?> FindNamesAsync(SnapshotFile file, CancellationToken cancellationToken)
    {
        bool IsNames(SnapshotFile other) => other.Kind == SnapshotFileKind.SplitMetadata && SnapshotNames.PayloadOf(other) == file.StoredName;
        if (file.Kind != SnapshotFileKind.SplitPayload || reader.Files.FirstOrDefault(IsNames) is not { } names || !reader.CanDecrypt(names))
            return null;
        try
        {
            return await reader.OpenChunkedAsync(names, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ProxmoxProtocolException or SnapshotFileNotFoundException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Reads a directory tree through with all its chunks, so that they are fetched once for both. At the first fault it gives up, and the slower ways find
    /// out what is wrong.
    /// </summary>
    /// <returns>How many chunks were verified for the first time; null if something is wrong, or the file is no directory tree.</returns>
    private async Task<long?> TryReadThroughAsync(ChunkedFile file, CancellationToken cancellationToken)
    {
        ChunkedFile? names = await FindNamesAsync(file.File, cancellationToken).ConfigureAwait(false);
        if (names is null && file.File.Kind is not (SnapshotFileKind.Archive or SnapshotFileKind.SplitMetadata))
            return null;
        try
        {
            Stream stream = new ForwardStream(new ProgressStream(file.OpenWholeStream(), reader.Report(file, options.Progress)));
            Stream list = names?.OpenStream(eager: true) ?? Stream.Null;
            await using (list.ConfigureAwait(false))
            await using (stream.ConfigureAwait(false))
                await StructureCheck.ReadArchiveAsync(names is null ? stream : list, names is null ? null : stream, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ProxmoxProtocolException or MissingChunkException or UnauthorizedAccessException)
        {
            return null;
        }

        return new IndexChunkList(file.Index).LongCount(chunk => _known.TryAdd((chunk.Digest, chunk.Length), null));
    }

    private async Task<long> VerifyChunksAsync(ChunkedFile file, bool readable, CancellationToken cancellationToken)
    {
        long verified = 0;
        ProgressReporter progress = reader.Report(file, options.Progress);
        ReadAhead ahead = reader.Ahead;
        using ByteBudget budget = new(ahead.Bytes);
        ParallelOptions parallel = new() { CancellationToken = cancellationToken, MaxDegreeOfParallelism = ahead.Chunks };
        await Parallel.ForAsync(0, file.Index.Count, parallel, async (i, stop) =>
        {
            IndexChunk chunk = file.Index[i];
            // The first one to name a chunk verifies it; whoever comes later only counts it.
            if (_known.TryAdd((chunk.Digest, chunk.Length), null))
            {
                if (await CheckAsync(file.Loader, chunk, readable, budget, stop).ConfigureAwait(false) is { } problem)
                    _known[(chunk.Digest, chunk.Length)] = problem;
                Interlocked.Increment(ref verified);
            }

            progress.Add(chunk.Length, 1);
        }).ConfigureAwait(false);
        return verified;
    }

    private static async Task<FoundProblem?> CheckAsync(
        ChunkLoader loader,
        IndexChunk chunk,
        bool readable,
        ByteBudget budget,
        CancellationToken cancellationToken)
    {
        long cost = await budget.TakeAsync(chunk.Length * 2, cancellationToken).ConfigureAwait(false);
        try
        {
            if (readable)
                (await loader.LoadAsync(chunk, cancellationToken).ConfigureAwait(false)).Dispose();
            else
                await loader.CheckStoredAsync(chunk, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (MissingChunkException exception)
        {
            return new FoundProblem(ChunkProblem.Missing, exception.Message);
        }
        catch (Exception exception) when (exception is ProxmoxProtocolException or UnauthorizedAccessException)
        {
            return new FoundProblem(ChunkProblem.Damaged, exception.Message);
        }
        finally
        {
            budget.Give(cost);
        }
    }

    private List<FileDamage> Collect(IChunkIndex index)
    {
        List<FileDamage> damages = [];
        for (int i = 0; i < index.Count; i++)
        {
            IndexChunk chunk = index[i];
            if (_known[(chunk.Digest, chunk.Length)] is { } problem)
                damages.Add(new(problem.Problem, chunk.Start, chunk.End, chunk.Digest, problem.Message));
        }

        return damages;
    }

    private sealed record FoundProblem(ChunkProblem Problem, string Message);
}
