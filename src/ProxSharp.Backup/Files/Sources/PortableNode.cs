using System.Text;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Sources;

/// <summary>An entry as .NET sees it.</summary>
internal sealed class PortableNode : IFileNode
{
    private readonly string _path;
    private readonly FileStream? _content;

    private PortableNode(string path, FileStat stat, FileStream? content) => (_path, Stat, _content) = (path, stat, content);

    public FileStat Stat { get; }

    public bool IsVirtual => false;

    public void Dispose() => _content?.Dispose();

    public List<FileName> List() => Translate(_path, () =>
    {
        List<FileName> names = [];
        foreach (string path in Directory.EnumerateFileSystemEntries(_path, "*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false }))
        {
            string name = Path.GetFileName(path);
            if (PxarName.IsValid(Encoding.UTF8.GetBytes(name)))
                names.Add(new(new(name), null));
        }

        return names;
    });

    public IFileNode Open(FileName name)
    {
        string text = Encoding.UTF8.GetString(name.Name.Span);
        return Open(Path.Combine(_path, text), text, follow: false);
    }

    public IFileNode OpenTarget(FileName name)
    {
        string text = Encoding.UTF8.GetString(name.Name.Span);
        string path = Path.Combine(_path, text);
        string target = Translate(text, () => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);
        return Open(target, text, follow: true);
    }

    public PxarMetadata ReadMetadata(MetadataParts parts, Action<string> failed) => new()
    {
        Mode = Stat.Mode,
        ModificationTime = Stat.ModificationTime,
        Flags = OperatingSystem.IsWindows() && parts.HasFlag(MetadataParts.Flags) && Stat.Kind != PxarEntryKind.Symlink ? ReadFlags() : PxarFlags.None,
    };

    public int Read(long position, Span<byte> destination) => RandomAccess.Read(_content!.SafeFileHandle, destination, position);

    public byte[] ReadLink() => Encoding.UTF8.GetBytes((new FileInfo(_path).LinkTarget ?? "").Replace('\\', '/'));

    public void Announce()
    {
        // The stream was opened for reading in order, which is all that can be said here.
    }

    public FileStat Refresh() => Translate(_path, () => Read(_path, follow: false));

    internal static PortableNode Open(string path, string name, bool follow) => Translate(name, () =>
    {
        FileStat stat = Read(path, follow);
        FileStream? content = stat.Kind == PxarEntryKind.File
            ? new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan)
            : null;
        return new PortableNode(path, content is null ? stat : stat with { Length = content.Length }, content);
    });

    private static T Translate<T>(string name, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileTreeException(FileTreeFault.Vanished, name, $"\"{name}\" is not there.", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new FileTreeException(FileTreeFault.Denied, name, $"\"{name}\" may not be read.", exception);
        }
        catch (IOException exception) when (exception is not FileTreeException)
        {
            throw new FileTreeException(FileTreeFault.Failed, name, $"Unable to read \"{name}\": {exception.Message}", exception);
        }
    }

    private static FileStat Read(string path, bool follow)
    {
        FileInfo info = new(path);
        FileAttributes attributes = File.GetAttributes(path);
        bool isLink = !follow && attributes.HasFlag(FileAttributes.ReparsePoint) && info.LinkTarget is not null;
        if (!isLink && !follow && attributes.HasFlag(FileAttributes.ReparsePoint) && attributes.HasFlag(FileAttributes.Directory))
            throw new FileTreeException(FileTreeFault.Unsupported, path, $"\"{path}\" is a reparse point that archives cannot hold.");
        PxarEntryKind kind = isLink ? PxarEntryKind.Symlink : attributes.HasFlag(FileAttributes.Directory) ? PxarEntryKind.Directory : PxarEntryKind.File;
        uint permissions = isLink ? 0x1FFu : Permissions(info, attributes);
        long length = kind == PxarEntryKind.File ? info.Length : 0;
        return new(kind, PxarMetadata.Create(kind, permissions).Mode, 0, 0, length, PxarTimestamp.FromDateTimeOffset(info.LastWriteTimeUtc));
    }

    private static uint Permissions(FileInfo info, FileAttributes attributes)
    {
        if (!OperatingSystem.IsWindows())
            return (uint)info.UnixFileMode;
        // 0755 and 0644, or without the right to write.
        bool readOnly = attributes.HasFlag(FileAttributes.ReadOnly);
        return attributes.HasFlag(FileAttributes.Directory) ? readOnly ? 0x16Du : 0x1EDu : readOnly ? 0x124u : 0x1A4u;
    }

    private PxarFlags ReadFlags()
    {
        FileAttributes attributes = File.GetAttributes(_path);
        return (attributes.HasFlag(FileAttributes.Hidden) ? PxarFlags.Hidden : 0)
            | (attributes.HasFlag(FileAttributes.System) ? PxarFlags.System : 0)
            | (attributes.HasFlag(FileAttributes.Archive) ? PxarFlags.Archive : 0);
    }
}
