using Microsoft.Win32.SafeHandles;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Chunking;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Sources;

namespace ProxSharp.Backup.Reading.Snapshots;

/// <summary>Writes all chunks of a file to their places in a file or block device, and leaves zeros out where that gives zeros.</summary>
internal sealed class ImageRestorer(ChunkedFile file, RestoreFileOptions options, ProgressReporter progress)
{
    private const int ZeroBlock = 1 << 20;
    private static readonly byte[] s_zeros = new byte[ZeroBlock];

    private long _written;
    private long _leftOut;
    private long _kept;

    /// <summary>From here on the target holds nothing but zeros.</summary>
    private long _emptyFrom;

    /// <summary>Whether zeros are written only where there are none: then holes of an earlier attempt stay.</summary>
    private bool _keepsHoles;

    public async Task<RestoreFileResult> RestoreAsync(string path, CancellationToken cancellationToken)
    {
        RestoreTarget place = RestoreTarget.Find(path, options);
        if (options.DryRun && !place.OnlyCompares)
            return new(file.Index.Size, 0, 0, 0, progress.Elapsed) { Step = place.Foresee(file.Index.Size) };
        SafeFileHandle target = place.Open(file.Index.Size);
        try
        {
            using (target)
            {
                if (place.OnlyCompares)
                    await RequireSameAsync(place, target, path, cancellationToken).ConfigureAwait(false);
                else
                    await WriteAllAsync(place, target, path, cancellationToken).ConfigureAwait(false);
                place.Complete(isOpen: true);
            }

            place.Complete(isOpen: false);
        }
        catch (Exception failure)
        {
            // What was written so far is what the next attempt goes on with.
            if (_written == 0 && _kept == 0)
                place.Discard();
            if (FullDisk.Is(failure))
                throw FullDisk.Tell(path, failure);
            if (place.IsDevice && failure is NotSupportedException)
                throw new IOException($"{path} is a device that no image can be written to. Restore to a file, or to a block device.", failure);
            throw;
        }

        return new(file.Index.Size, _written, _leftOut, _kept, progress.Elapsed) { Step = options.DryRun ? RestoreStep.Keep : null };
    }

    /// <summary>Gives the file its length. Returns from where on it holds nothing but zeros that may stay holes.</summary>
    private long SetLength(SafeFileHandle target, string path)
    {
        long length = RandomAccess.GetLength(target);
        try
        {
            RandomAccess.SetLength(target, file.Index.Size);
        }
        catch (ArgumentOutOfRangeException failure)
        {
            throw LargestFile.Tell(path, length, file.Index.Size, size => RandomAccess.SetLength(target, size), failure);
        }

        return options.Sparse ? length : long.MaxValue;
    }

    /// <summary>Sees that a file which must not be changed is what is wanted already.</summary>
    private async Task RequireSameAsync(RestoreTarget place, SafeFileHandle target, string path, CancellationToken cancellationToken)
    {
        // The length of a device is where it ends, and may be more than the image has.
        _emptyFrom = place.IsDevice ? ImageInput.EndOf(target) : RandomAccess.GetLength(target);
        bool fits = place.IsDevice ? _emptyFrom >= file.Index.Size : _emptyFrom == file.Index.Size;
        bool same = fits && (await ChooseAsync(target, null, cancellationToken).ConfigureAwait(false)).Count == 0;
        if (!same)
            throw RestoreTarget.Exists(path, $"exists already, and is not {file.File.Name} of this snapshot");
    }

    private async Task WriteAllAsync(RestoreTarget place, SafeFileHandle target, string path, CancellationToken cancellationToken)
    {
        _keepsHoles = options is { Sparse: true, Resume: true } && !place.IsDevice;
        _emptyFrom = place.IsDevice ? long.MaxValue : SetLength(target, path);
        using SafeFileHandle? old = place.TryOpenOld();
        IReadOnlyList<IndexChunk> wanted = await ChooseAsync(target, old, cancellationToken).ConfigureAwait(false);
        // The first chunk comes alone: over a line that breaks after little more than one, each attempt gains that at least.
        ChunkPrefetcher chunks = file.Prefetch(wanted, window: 1);
        await using (chunks.ConfigureAwait(false))
        {
            while (chunks.Position < wanted.Count)
            {
                (IndexChunk chunk, SharedChunk? data) = chunks.Take();
                if (data is null)
                    await WriteZerosAsync(target, chunk, cancellationToken).ConfigureAwait(false);
                else
                    await WriteAsync(target, chunk, data, cancellationToken).ConfigureAwait(false);
                progress.Add(chunk.Length, 1);
            }
        }
    }

    /// <summary>The chunks that the target does not have, nor gets from the file that it replaces.</summary>
    private async Task<IReadOnlyList<IndexChunk>> ChooseAsync(SafeFileHandle target, SafeFileHandle? old, CancellationToken cancellationToken)
    {
        IReadOnlyList<IndexChunk> all = new IndexChunkList(file.Index);
        if (!options.Resume)
            return all;
        bool[] same = new bool[all.Count];
        ParallelOptions parallel = new() { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        await Parallel.ForAsync(0, all.Count, parallel, async (i, stop) =>
        {
            same[i] = await IsThereAsync(target, old, all[i], stop).ConfigureAwait(false);
            if (same[i])
            {
                Interlocked.Add(ref _kept, all[i].Length);
                progress.Add(all[i].Length, 1);
            }
        }).ConfigureAwait(false);
        List<IndexChunk> missing = [];
        for (int i = 0; i < all.Count; i++)
        {
            if (!same[i])
                missing.Add(all[i]);
        }

        return missing;
    }

    private async ValueTask<bool> IsThereAsync(SafeFileHandle target, SafeFileHandle? old, IndexChunk chunk, CancellationToken cancellationToken)
    {
        // What lies behind the old end is zeros, and the digests of those are known.
        bool mayBe = chunk.Start < _emptyFrom;
        if ((!mayBe && old is null) || chunk.Length > DataBlob.MaxChunkSize)
            return false;
        using ChunkBuffer buffer = file.Loader.Pool.Rent((int)chunk.Length);
        if (mayBe && await HoldsAsync(target, chunk, buffer, cancellationToken).ConfigureAwait(false))
            return true;
        if (old is null || !await HoldsAsync(old, chunk, buffer, cancellationToken).ConfigureAwait(false))
            return false;
        await WriteAsync(target, chunk, buffer.Memory, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Reads what a file has in the place of a chunk, and whether that is the chunk.</summary>
    private async ValueTask<bool> HoldsAsync(SafeFileHandle from, IndexChunk chunk, ChunkBuffer buffer, CancellationToken cancellationToken)
    {
        for (int filled = 0; filled < buffer.Length;)
        {
            int read = await RandomAccess.ReadAsync(from, buffer.Memory[filled..], chunk.Start + filled, cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return false;
            filled += read;
        }

        return ChunkDigest.Compute(buffer.Memory.Span, file.Loader.Key) == chunk.Digest;
    }

    private async Task WriteAsync(SafeFileHandle target, IndexChunk chunk, SharedChunk data, CancellationToken cancellationToken)
    {
        try
        {
            ReadOnlyMemory<byte> bytes = await data.GetDataAsync(cancellationToken).ConfigureAwait(false);
            await WriteAsync(target, chunk, bytes, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            data.Release();
        }
    }

    private async Task WriteAsync(SafeFileHandle target, IndexChunk chunk, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (chunk.Start < _emptyFrom && !_keepsHoles)
        {
            await PutAsync(target, bytes, chunk.Start, cancellationToken).ConfigureAwait(false);
            return;
        }

        for (int at = 0; at < bytes.Length;)
        {
            (int start, int end) = ZeroRuns.NextData(bytes.Span, at);
            await SkipAsync(target, chunk.Start + at, start - at, cancellationToken).ConfigureAwait(false);
            if (start < end)
                await PutAsync(target, bytes[start..end], chunk.Start + start, cancellationToken).ConfigureAwait(false);
            at = end;
        }
    }

    private async Task WriteZerosAsync(SafeFileHandle target, IndexChunk chunk, CancellationToken cancellationToken)
    {
        if (chunk.Start >= _emptyFrom || _keepsHoles)
        {
            await SkipAsync(target, chunk.Start, chunk.Length, cancellationToken).ConfigureAwait(false);
            return;
        }

        for (long at = chunk.Start; at < chunk.End; at += ZeroBlock)
            await PutAsync(target, s_zeros.AsMemory(0, (int)Math.Min(ZeroBlock, chunk.End - at)), at, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Leaves zeros out, and writes them only over what is something else.</summary>
    private async ValueTask SkipAsync(SafeFileHandle target, long position, long length, CancellationToken cancellationToken)
    {
        long end = position + length;
        if (position >= _emptyFrom)
            Interlocked.Add(ref _leftOut, length);
        if (position >= _emptyFrom || length == 0)
            return;
        using ChunkBuffer buffer = file.Loader.Pool.Rent((int)Math.Min(ZeroBlock, length));
        while (position < end)
        {
            int read = await RandomAccess.ReadAsync(
                target, buffer.Memory[..(int)Math.Min(buffer.Length, end - position)], position, cancellationToken).ConfigureAwait(false);
            if (read == 0)
                throw new EndOfStreamException("The file that is restored was cut meanwhile.");
            for (int at = 0; at < read;)
            {
                (int start, int stop) = ZeroRuns.NextData(buffer.Memory.Span[..read], at);
                Interlocked.Add(ref _leftOut, start - at);
                if (start < stop)
                    await PutAsync(target, s_zeros.AsMemory(0, stop - start), position + start, cancellationToken).ConfigureAwait(false);
                at = stop;
            }

            position += read;
        }
    }

    private async ValueTask PutAsync(SafeFileHandle target, ReadOnlyMemory<byte> bytes, long position, CancellationToken cancellationToken)
    {
        await RandomAccess.WriteAsync(target, bytes, position, cancellationToken).ConfigureAwait(false);
        Interlocked.Add(ref _written, bytes.Length);
    }
}
