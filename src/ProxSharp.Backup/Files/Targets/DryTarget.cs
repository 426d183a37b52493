using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Targets;

/// <summary>Shows a target as it is, and counts what would be done to it. Nothing is changed.</summary>
internal sealed class DryTarget(ITargetTree target, RestorePreview preview, bool countsRoot) : ITargetTree
{
    public string? Limits => target.Limits;

    public ITargetDirectory OpenRoot(string path)
    {
        // What has the name is opened, or refused, as by a restore; be it a link that leads nowhere.
        if (Path.Exists(path) || new FileInfo(path).LinkTarget is not null)
            return new DryDirectory(target.OpenRoot(path), preview);
        string? above = Path.GetDirectoryName(path);
        while (above is not null && !Path.Exists(above))
            above = Path.GetDirectoryName(above);
        if (above is not null && !Directory.Exists(above))
            throw new FileTreeException(FileTreeFault.Failed, path, $"Unable to create \"{path}\": \"{above}\" is no directory.");
        preview.Created += countsRoot ? 1 : 0;
        return new DryDirectory(null, preview);
    }

    /// <param name="there">What exists; null for nothing.</param>
    /// <param name="preview">Counts.</param>
    private sealed class DryDirectory(ITargetDirectory? there, RestorePreview preview) : ITargetDirectory
    {
        private static readonly PxarName s_temporary = TemporaryName.Create();

        public void Dispose() => there?.Dispose();

        public FileStat? Find(PxarName name) => there?.Find(name);

        public byte[] ReadLink(PxarName name) => there?.ReadLink(name) ?? [];

        public void MakeDirectory(PxarName name, uint mode) => Make(name, "create the directory");

        public ITargetDirectory Enter(PxarName name, bool unlocks = false) => new DryDirectory(Find(name) is null ? null : there!.Enter(name), preview);

        public ITargetFile Create(PxarName name, uint mode)
        {
            Make(name, "create the file");
            return new DryFile(null);
        }

        public ITargetFile Open(PxarName name, bool write = false) => new DryFile(there?.Open(name));

        public void MakeSymlink(PxarName name, ReadOnlySpan<byte> target) => Make(name, "create the link");

        public void MakeLink(PxarName name, ITargetDirectory from, PxarName file) => Make(name, "create the hard link");

        public void MakeNode(PxarName name, PxarEntry entry, uint mode) => Make(name, "create");

        public PxarName NameTemporary() => s_temporary;

        public IReadOnlyList<PxarName> DeleteAbandoned() => [];

        public void DeleteKept(IReadOnlyList<PxarName> names)
        {
        }

        public void Unlock()
        {
        }

        public bool Rename(PxarName from, PxarName to)
        {
            preview.Overwritten++;
            return false;
        }

        public void Move(PxarName from, PxarName to)
        {
        }

        public void Delete(PxarName name)
        {
        }

        public void Apply(PxarName name, PxarMetadata metadata, MetadataParts parts, MetadataReport report)
        {
        }

        public void Apply(PxarMetadata metadata, MetadataParts parts, MetadataReport report)
        {
        }

        private void Make(PxarName name, string action)
        {
            // It would be renamed, which counts.
            if (name == s_temporary)
                return;
            if (Find(name) is not null)
                throw new FileTreeException(FileTreeFault.Exists, name.ToString(), $"Unable to {action} \"{name}\": {Descriptor.Describe(Errno.Exists)}.");
            preview.Created++;
        }
    }

    /// <param name="there">What exists; null for nothing.</param>
    private sealed class DryFile(ITargetFile? there) : ITargetFile
    {
        public FileStat Stat => there?.Stat ?? default;

        public void Dispose() => there?.Dispose();

        public bool TryLock() => true;

        public bool Has(PxarMetadata metadata, MetadataParts parts) => there?.Has(metadata, parts) == true;

        public void Prepare(PxarMetadata metadata, MetadataParts parts, MetadataReport report)
        {
        }

        public int Read(long position, Span<byte> destination) => there?.Read(position, destination) ?? 0;

        public void Write(long position, ReadOnlySpan<byte> source)
        {
        }

        public void SetLength(long length)
        {
        }

        public void Apply(PxarMetadata metadata, MetadataParts parts, MetadataReport report)
        {
        }

        public void Seal(PxarMetadata metadata, MetadataParts parts, MetadataReport report)
        {
        }
    }
}
