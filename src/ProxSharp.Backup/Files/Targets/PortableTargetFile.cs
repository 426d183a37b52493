using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Targets;

/// <summary>An open regular file as .NET sees it.</summary>
internal sealed class PortableTargetFile(string path, FileMode mode, FileAccess access) : ITargetFile
{
    private readonly string _path = path;
    private readonly FileStream _stream = new(path, mode, access, FileShare.Read | FileShare.Delete, bufferSize: 1);

    public FileStat Stat
    {
        get
        {
            // What .NET says of permissions and times it says of a handle too, but only where there are permissions.
            uint mode = OperatingSystem.IsWindows() ? 0u : (uint)File.GetUnixFileMode(_stream.SafeFileHandle);
            DateTimeOffset time = File.GetLastWriteTimeUtc(_stream.SafeFileHandle);
            return new(PxarEntryKind.File, PxarMetadata.Create(PxarEntryKind.File, mode).Mode, 0, 0, _stream.Length, PxarTimestamp.FromDateTimeOffset(time));
        }
    }

    public void Dispose() => _stream.Dispose();

    // On Windows nobody else could have opened it to write.
    public bool TryLock() => true;

    // .NET does not say how many names a file has, so nobody asks.
    public bool Has(PxarMetadata metadata, MetadataParts parts) => false;

    public void Prepare(PxarMetadata metadata, MetadataParts parts, MetadataReport report)
    {
        // No attribute that .NET can set matters before content comes.
    }

    public int Read(long position, Span<byte> destination) => RandomAccess.Read(_stream.SafeFileHandle, destination, position);

    public void Write(long position, ReadOnlySpan<byte> source) => RandomAccess.Write(_stream.SafeFileHandle, source, position);

    public void SetLength(long length) => RandomAccess.SetLength(_stream.SafeFileHandle, length);

    public void Apply(PxarMetadata metadata, MetadataParts parts, MetadataReport report)
    {
        _stream.Flush();
        Apply(_path, metadata, parts, report);
    }

    public void Seal(PxarMetadata metadata, MetadataParts parts, MetadataReport report)
    {
        // No attribute that .NET can set hinders a renaming.
    }

    internal static void Apply(string path, PxarMetadata metadata, MetadataParts parts, MetadataReport report)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && parts.HasFlag(MetadataParts.Permissions))
                File.SetUnixFileMode(path, (UnixFileMode)(metadata.Mode & 0x3FF));
            DateTimeOffset time = metadata.ModificationTime.ToDateTimeOffset();
            if (metadata.Kind == PxarEntryKind.Directory)
                Directory.SetLastWriteTimeUtc(path, time.UtcDateTime);
            else
                File.SetLastWriteTimeUtc(path, time.UtcDateTime);
            if (OperatingSystem.IsWindows() && parts.HasFlag(MetadataParts.Flags))
                File.SetAttributes(path, (File.GetAttributes(path) & ~Kept) | Attributes(metadata.Flags));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            report.Failed($"Unable to set permissions, times or attributes: {exception.Message}");
        }
    }

    private static FileAttributes Kept => FileAttributes.Hidden | FileAttributes.System | FileAttributes.Archive;

    private static FileAttributes Attributes(PxarFlags flags) =>
        (flags.HasFlag(PxarFlags.Hidden) ? FileAttributes.Hidden : 0)
        | (flags.HasFlag(PxarFlags.System) ? FileAttributes.System : 0)
        | (flags.HasFlag(PxarFlags.Archive) ? FileAttributes.Archive : 0);
}
