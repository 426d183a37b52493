using System.Text;
using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Targets;

/// <summary>A directory as .NET sees it. Before each change it is made sure that no directory on the way has become a link.</summary>
internal sealed class PortableTargetDirectory : ITargetDirectory
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly string _path;
    private readonly PortableTargetDirectory? _parent;

    internal PortableTargetDirectory(string path, PortableTargetDirectory? parent = null) => (_path, _parent) = (path, parent);

    public void Dispose()
    {
        // Nothing is held open.
    }

    public FileStat? Find(PxarName name)
    {
        string path = PathOf(name);
        if (!Path.Exists(path) && new FileInfo(path).LinkTarget is null)
            return null;
        using PortableNode node = PortableNode.Open(path, name.ToString(), follow: false);
        return node.Stat;
    }

    public byte[] ReadLink(PxarName name) => Encoding.UTF8.GetBytes((new FileInfo(PathOf(name)).LinkTarget ?? "").Replace('\\', '/'));

    public void MakeDirectory(PxarName name, uint mode)
    {
        string path = PathOf(name);
        if (Path.Exists(path))
            throw new FileTreeException(FileTreeFault.Exists, path, $"Unable to create the directory \"{name}\": it exists.");
        Do(name, () => Directory.CreateDirectory(path));
    }

    public ITargetDirectory Enter(PxarName name, bool unlocks = false)
    {
        PortableTargetDirectory directory = new(PathOf(name), this);
        directory.EnsureNoLinks();
        return directory;
    }

    public ITargetFile Create(PxarName name, uint mode) =>
        Translate(name.ToString(), () => new PortableTargetFile(PathOf(name), FileMode.CreateNew, FileAccess.ReadWrite));

    public ITargetFile Open(PxarName name, bool write = false) => Translate(
        name.ToString(), () => new PortableTargetFile(PathOf(name), FileMode.Open, write ? FileAccess.ReadWrite : FileAccess.Read));

    public void Unlock()
    {
        // .NET knows no such attributes; what it calls read-only is no hindrance on Unix, and an error that tells on Windows.
    }

    public void MakeSymlink(PxarName name, ReadOnlySpan<byte> target)
    {
        string text = Encoding.UTF8.GetString(target);
        Do(name, () => File.CreateSymbolicLink(PathOf(name), text));
    }

    public void MakeLink(PxarName name, ITargetDirectory from, PxarName file) =>
        Do(name, () => File.Copy(((PortableTargetDirectory)from).PathOf(file), PathOf(name)));

    public void MakeNode(PxarName name, PxarEntry entry, uint mode) =>
        throw new FileTreeException(FileTreeFault.Unsupported, name.ToString(), $"This system cannot create \"{name}\": it is no file, directory or link.");

    public PxarName NameTemporary() => TemporaryName.Create();

    /// <summary>A file that somebody writes cannot be opened alone.</summary>
    public IReadOnlyList<PxarName> DeleteAbandoned()
    {
        EnsureNoLinks();
        List<PxarName> kept = [];
        foreach (string path in Translate(_path, () => Directory.GetFiles(_path, ".proxsharp-*")))
        {
            PxarName name = new(Path.GetFileName(path));
            if (TemporaryName.IsOurs(name))
                DeleteUnused(name);
            if (TemporaryName.IsKept(name))
                kept.Add(name);
        }

        return kept;
    }

    public void DeleteKept(IReadOnlyList<PxarName> names)
    {
        foreach (PxarName name in names)
        {
            if (Find(name) is { Kind: PxarEntryKind.File })
                DeleteUnused(name);
        }
    }

    private void DeleteUnused(PxarName name)
    {
        string path = PathOf(name);
        try
        {
            if (!File.GetAttributes(path).HasFlag(FileAttributes.ReparsePoint))
                new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is in use, or belongs to somebody else.
        }
    }

    public bool Rename(PxarName from, PxarName to)
    {
        Do(to, () => File.Move(PathOf(from), PathOf(to), overwrite: true));
        return false;
    }

    public void Move(PxarName from, PxarName to)
    {
        string path = PathOf(to);
        if (Path.Exists(path))
            throw new FileTreeException(FileTreeFault.Exists, path, $"Unable to create the file \"{to}\": it exists.");
        Do(to, () => File.Move(PathOf(from), path));
    }

    public void Delete(PxarName name) => Do(name, () => File.Delete(PathOf(name)));

    public void Apply(PxarName name, PxarMetadata metadata, MetadataParts parts, MetadataReport report)
    {
        // Links have a time, but setting it through .NET would set the one of their target.
    }

    public void Apply(PxarMetadata metadata, MetadataParts parts, MetadataReport report)
    {
        EnsureNoLinks();
        PortableTargetFile.Apply(_path, metadata, parts, report);
    }

    internal static T Translate<T>(string name, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new FileTreeException(FileTreeFault.Denied, name, $"\"{name}\" may not be written.", exception);
        }
        catch (FileNotFoundException exception)
        {
            throw new FileTreeException(FileTreeFault.Vanished, name, $"\"{name}\" is not there.", exception);
        }
        catch (IOException exception) when (exception is not FileTreeException)
        {
            throw new FileTreeException(FileTreeFault.Failed, name, $"Unable to write \"{name}\": {exception.Message}", exception);
        }
    }

    private static void Do(PxarName name, Action action) => Translate(name.ToString(), () =>
    {
        action();
        return true;
    });

    private string PathOf(PxarName name)
    {
        EnsureNoLinks();
        string text;
        try
        {
            text = Strict.GetString(name.Span);
        }
        catch (DecoderFallbackException exception)
        {
            throw new FileTreeException(FileTreeFault.Unsupported, name.ToString(), $"The name \"{name}\" is no UTF-8.", exception);
        }

        if (OperatingSystem.IsWindows() && !IsWindowsName(text))
            throw new FileTreeException(FileTreeFault.Unsupported, text, $"Windows has no file called \"{text}\".");
        return Path.Combine(_path, text);
    }

    // Colons would write to alternate streams, and points or blanks at the end are dropped: both would be another file.
    private static bool IsWindowsName(string name)
    {
        string stem = name.Split('.')[0].TrimEnd(' ').ToUpperInvariant();
        bool isDevice = stem is "CON" or "PRN" or "AUX" or "NUL" or "CONIN$" or "CONOUT$"
            || (stem.Length == 4 && stem[..3] is "COM" or "LPT" && stem[3] is (>= '0' and <= '9') or '¹' or '²' or '³');
        return !isDevice && name.IndexOfAny(Path.GetInvalidFileNameChars()) < 0 && !name.Contains(':', StringComparison.Ordinal)
            && !name.Contains('\\', StringComparison.Ordinal) && name[^1] is not ('.' or ' ');
    }

    private void EnsureNoLinks()
    {
        for (PortableTargetDirectory directory = this; directory._parent is { } parent; directory = parent)
        {
            FileAttributes attributes = Translate(directory._path, () => File.GetAttributes(directory._path));
            if (attributes.HasFlag(FileAttributes.ReparsePoint) || !attributes.HasFlag(FileAttributes.Directory))
                throw new FileTreeException(FileTreeFault.OtherKind, directory._path, $"\"{directory._path}\" is no directory, or a link to one.");
        }
    }
}
