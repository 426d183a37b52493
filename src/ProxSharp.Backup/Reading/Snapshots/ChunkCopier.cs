using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Reading.Chunks;

namespace ProxSharp.Backup.Reading.Snapshots;

/// <summary>Writes all chunks of a file to a stream while those that follow are fetched.</summary>
internal static class ChunkCopier
{
    private const int ZeroBlock = 1 << 20;
    private static readonly byte[] s_zeros = new byte[ZeroBlock];

    public static async Task CopyAsync(ChunkedFile file, Stream destination, ProgressReporter progress, CancellationToken cancellationToken)
    {
        ChunkPrefetcher chunks = file.Prefetch();
        await using (chunks.ConfigureAwait(false))
        {
            while (chunks.Position < file.Index.Count)
            {
                (IndexChunk chunk, SharedChunk? data) = chunks.Take();
                await WriteAsync(chunk, data, destination, cancellationToken).ConfigureAwait(false);
                progress.Add(chunk.Length, 1);
            }
        }
    }

    private static async ValueTask WriteAsync(IndexChunk chunk, SharedChunk? data, Stream destination, CancellationToken cancellationToken)
    {
        if (data is null)
        {
            for (long left = chunk.Length; left > 0; left -= ZeroBlock)
                await destination.WriteAsync(s_zeros.AsMemory(0, (int)Math.Min(left, ZeroBlock)), cancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            await destination.WriteAsync(await data.GetDataAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            data.Release();
        }
    }
}
