using ProxSharp.Backup.Files;
using ProxSharp.Backup.Upload;

namespace ProxSharp.Backup.Runs;

/// <summary>The catalog of a backup on its way to the server.</summary>
internal sealed class CatalogUpload(RunningArchive archive)
{
    /// <summary>The archive that it is.</summary>
    public RunningArchive Archive { get; } = archive;

    /// <summary>Takes the entries.</summary>
    public CatalogOutput Output { get; } = new(new ArchiveUploadStream(archive.Upload));
}
