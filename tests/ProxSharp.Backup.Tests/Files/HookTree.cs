using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Tests.Files;

/// <summary>The files of the system, but something happens between the steps of reading them.</summary>
internal sealed class HookTree(IFileTree inner) : IFileTree
{
    public string? Limits => inner.Limits;

    /// <summary>Happens when a directory was listed.</summary>
    internal Action<string> Listed { get; init; } = static _ => { };

    /// <summary>Happens when an entry was opened.</summary>
    internal Action<string> Opened { get; init; } = static _ => { };

    /// <summary>Happens before content is read.</summary>
    internal Action<string, long> Reading { get; init; } = static (_, _) => { };

    /// <summary>Says of a directory that it is another file system.</summary>
    internal Func<string, ulong?> Device { get; init; } = static _ => null;

    /// <summary>Says of a directory that it is virtual.</summary>
    internal Func<string, bool> Virtual { get; init; } = static _ => false;

    public IFileNode OpenRoot(string path) => new Node(this, inner.OpenRoot(path), Path.GetFileName(path));

    private sealed class Node(HookTree tree, IFileNode inner, string name) : IFileNode
    {
        public FileStat Stat => tree.Device(name) is { } device ? inner.Stat with { Device = device } : inner.Stat;

        public bool IsVirtual => inner.IsVirtual || tree.Virtual(name);

        public void Dispose() => inner.Dispose();

        public List<FileName> List()
        {
            List<FileName> names = inner.List();
            tree.Listed(name);
            return names;
        }

        public IFileNode Open(FileName child) => Opened(child, inner.Open(child));

        public IFileNode OpenTarget(FileName child) => Opened(child, inner.OpenTarget(child));

        private Node Opened(FileName child, IFileNode opened)
        {
            Node node = new(tree, opened, child.Name.ToString());
            tree.Opened(child.Name.ToString());
            return node;
        }

        public PxarMetadata ReadMetadata(MetadataParts parts, Action<string> failed) => inner.ReadMetadata(parts, failed);

        public int Read(long position, Span<byte> destination)
        {
            tree.Reading(name, position);
            return inner.Read(position, destination);
        }

        public byte[] ReadLink() => inner.ReadLink();

        public void Announce() => inner.Announce();

        public FileStat Refresh() => inner.Refresh();
    }
}
