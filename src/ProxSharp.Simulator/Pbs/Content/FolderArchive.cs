using System.Formats.Tar;
using System.IO.Compression;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Simulator.Pbs.Content;

/// <summary>Packs a directory of an archive for a download.</summary>
internal sealed class FolderArchive(PxarArchive archive)
{
    private const uint PermissionBits = 0xfff;

    /// <summary>A zip file of the directory's content.</summary>
    public byte[] Zip(PxarNode directory)
    {
        using MemoryStream output = new();
        using (ZipArchive zip = new(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, directory, "");
        }

        return output.ToArray();
    }

    /// <summary>A tar file of the directory's content.</summary>
    public byte[] Tar(PxarNode directory)
    {
        using MemoryStream output = new();
        using (TarWriter tar = new(output, TarEntryFormat.Pax, leaveOpen: true))
        {
            Add(tar, directory, "");
        }

        return output.ToArray();
    }

    private void Add(ZipArchive zip, PxarNode directory, string path)
    {
        foreach (PxarNode node in archive.List(directory))
        {
            string name = path + node.Name;
            if (node.Kind == PxarEntryKind.Directory)
            {
                zip.CreateEntry(name + "/");
                Add(zip, node, name + "/");
            }
            else if (node.Kind is PxarEntryKind.File or PxarEntryKind.HardLink)
            {
                ZipArchiveEntry entry = zip.CreateEntry(name, CompressionLevel.Fastest);
                using Stream source = archive.OpenContent(node);
                using Stream target = entry.Open();
                source.CopyTo(target);
            }
        }
    }

    private void Add(TarWriter tar, PxarNode directory, string path)
    {
        foreach (PxarNode node in archive.List(directory))
        {
            string name = path + node.Name;
            if (Entry(node, name) is { } entry)
            {
                using Stream? content = node.Kind is PxarEntryKind.File or PxarEntryKind.HardLink ? archive.OpenContent(node) : null;
                entry.DataStream = content;
                SetMetadata(entry, node.Entry.Metadata);
                tar.WriteEntry(entry);
            }

            if (node.Kind == PxarEntryKind.Directory)
            {
                Add(tar, node, name + "/");
            }
        }
    }

    private static PaxTarEntry? Entry(PxarNode node, string name) => node.Kind switch
    {
        PxarEntryKind.Directory => new PaxTarEntry(TarEntryType.Directory, name),
        PxarEntryKind.File or PxarEntryKind.HardLink => new PaxTarEntry(TarEntryType.RegularFile, name),
        PxarEntryKind.Symlink => new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = PxarName.Text(node.Entry.LinkTarget.Span) },
        PxarEntryKind.Fifo => new PaxTarEntry(TarEntryType.Fifo, name),
        PxarEntryKind.CharacterDevice => new PaxTarEntry(TarEntryType.CharacterDevice, name) { DeviceMajor = (int)node.Entry.DeviceMajor, DeviceMinor = (int)node.Entry.DeviceMinor },
        PxarEntryKind.BlockDevice => new PaxTarEntry(TarEntryType.BlockDevice, name) { DeviceMajor = (int)node.Entry.DeviceMajor, DeviceMinor = (int)node.Entry.DeviceMinor },
        _ => null,
    };

    private static void SetMetadata(PaxTarEntry entry, PxarMetadata? metadata)
    {
        if (metadata is null)
        {
            return;
        }

        entry.Mode = (UnixFileMode)(metadata.Mode & PermissionBits);
        entry.Uid = (int)metadata.UserId;
        entry.Gid = (int)metadata.GroupId;
        entry.ModificationTime = metadata.ModificationTime.ToDateTimeOffset();
    }
}
