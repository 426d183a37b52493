using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Tests.Files;

/// <summary>The target of the system, but something happens before a file in its root is opened, or an entry is created there.</summary>
internal sealed class HookTarget(ITargetTree inner, Action opening, Action<string>? creating = null) : ITargetTree
{
    public string? Limits => inner.Limits;

    public ITargetDirectory OpenRoot(string path) => new Root(inner.OpenRoot(path), opening, creating ?? (static _ => { }));

    private sealed class Root(ITargetDirectory inner, Action opening, Action<string> creating) : ITargetDirectory
    {
        public void Dispose() => inner.Dispose();

        public FileStat? Find(PxarName name) => inner.Find(name);

        public byte[] ReadLink(PxarName name) => inner.ReadLink(name);

        public void MakeDirectory(PxarName name, uint mode) => inner.MakeDirectory(name, mode);

        public ITargetDirectory Enter(PxarName name, bool unlocks = false) => inner.Enter(name, unlocks);

        public ITargetFile Create(PxarName name, uint mode)
        {
            creating(name.ToString());
            return inner.Create(name, mode);
        }

        public ITargetFile Open(PxarName name, bool write = false)
        {
            opening();
            return inner.Open(name, write);
        }

        public void MakeSymlink(PxarName name, ReadOnlySpan<byte> target)
        {
            creating(name.ToString());
            inner.MakeSymlink(name, target);
        }

        public void MakeLink(PxarName name, ITargetDirectory from, PxarName file)
        {
            creating(name.ToString());
            inner.MakeLink(name, ((Root)from).Inner, file);
        }

        public void MakeNode(PxarName name, PxarEntry entry, uint mode) => inner.MakeNode(name, entry, mode);

        public PxarName NameTemporary() => inner.NameTemporary();

        public IReadOnlyList<PxarName> DeleteAbandoned() => inner.DeleteAbandoned();

        public void DeleteKept(IReadOnlyList<PxarName> names) => inner.DeleteKept(names);

        public void Unlock() => inner.Unlock();

        public bool Rename(PxarName from, PxarName to) => inner.Rename(from, to);

        public void Move(PxarName from, PxarName to) => inner.Move(from, to);

        public void Delete(PxarName name) => inner.Delete(name);

        public void Apply(PxarName name, PxarMetadata metadata, MetadataParts parts, MetadataReport report) => inner.Apply(name, metadata, parts, report);

        public void Apply(PxarMetadata metadata, MetadataParts parts, MetadataReport report) => inner.Apply(metadata, parts, report);

        private ITargetDirectory Inner => inner;
    }
}
