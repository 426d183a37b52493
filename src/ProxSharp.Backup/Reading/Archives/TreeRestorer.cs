using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Extracts;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Archives;

/// <summary>Restores whole trees, read in order. Nothing is looked up, so that nothing is fetched that is there already.</summary>
internal static class TreeRestorer
{
    /// <summary>Restores a tree.</summary>
    /// <param name="main">The archive; of a split one the names.</param>
    /// <param name="payload">The contents of a split one.</param>
    /// <param name="directory">The target.</param>
    /// <param name="options">How to restore, without patterns.</param>
    /// <param name="progress">Follows the contents.</param>
    /// <param name="cancellationToken">Stops restoring.</param>
    public static async Task<TreeExtractResult> RestoreAsync(
        ChunkedFile main,
        ChunkedFile? payload,
        string directory,
        TreeExtractOptions options,
        ProgressReporter progress,
        CancellationToken cancellationToken)
    {
        TreeStreams streams = new(main, payload, directory, options, progress);
        await using (streams.ConfigureAwait(false))
        {
            TreeExtractor extractor = new(directory, options) { Local = streams.Local, Journal = streams.Recorder, Archive = main.Index.Checksum };
            using PxarReader reader = new(streams.Main, streams.Payload);
            streams.Recorder?.Attach(reader);
            try
            {
                TreeExtractResult result = await extractor.ExtractAsync(reader, cancellationToken).ConfigureAwait(false);
                progress.Complete();
                return result;
            }
            catch (Exception failure) when (!MayGoOn(failure))
            {
                streams.Recorder?.Discard();
                throw;
            }
        }
    }

    // What is damaged or in the way stays so: then a part is restored, or another snapshot.
    private static bool MayGoOn(Exception failure) => FileParts.IsBreak(failure)
        || failure is FileTreeException { Fault: FileTreeFault.Full or FileTreeFault.Denied };
}
