using System.Formats.Tar;
using System.IO.Compression;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Simulator.Pbs.Content;

/// <summary>Packs a directory of an archive for a download.</summary>
internal sealed class FolderArchive(PxarArchive archive)
{
    private const uint PermissionBits = 0xfff;
    private const int ModeShift = 16;
    private const ulong LargestDeviceNumber = 0x1fffff;

    private static readonly DateTimeOffset s_firstZipTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_lastZipTime = new(2107, 12, 31, 23, 59, 58, TimeSpan.Zero);

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
                Describe(zip.CreateEntry(name + "/"), node.Entry.Metadata);
                Add(zip, node, name + "/");
            }
            else if (node.Kind is PxarEntryKind.File or PxarEntryKind.HardLink)
            {
                ZipArchiveEntry entry = zip.CreateEntry(name, CompressionLevel.Fastest);
                Describe(entry, node.Entry.Metadata);
                using Stream source = archive.OpenContent(node);
                using Stream target = entry.Open();
                source.CopyTo(target);
            }
        }
    }

    // Proxmox: times in UTC; those that the format cannot tell become its first or last.
    private static void Describe(ZipArchiveEntry entry, PxarMetadata? metadata)
    {
        if (metadata is null)
        {
            return;
        }

        DateTimeOffset time = Time(metadata);
        entry.LastWriteTime = time < s_firstZipTime ? s_firstZipTime : time > s_lastZipTime ? s_lastZipTime : time;
        entry.ExternalAttributes = (int)((uint)metadata.Mode << ModeShift);
    }

    private static DateTimeOffset Time(PxarMetadata metadata)
    {
        long seconds = Math.Clamp(metadata.ModificationTime.Seconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds());
        return DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(seconds == metadata.ModificationTime.Seconds ? metadata.ModificationTime.Nanoseconds / 100 : 0);
    }

    private void Add(TarWriter tar, PxarNode directory, string path)
    {
        foreach (PxarNode node in archive.List(directory))
        {
            string name = path + node.Name;
            if (Entry(node, name) is { } entry)
            {
                using Stream? content = node.Kind is PxarEntryKind.File or PxarEntryKind.HardLink ? archive.OpenContent(node) : null;
                if (content is not null)
                {
                    entry.DataStream = content;
                }

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
        PxarEntryKind.CharacterDevice => new PaxTarEntry(TarEntryType.CharacterDevice, name) { DeviceMajor = DeviceNumber(node.Entry.DeviceMajor), DeviceMinor = DeviceNumber(node.Entry.DeviceMinor) },
        PxarEntryKind.BlockDevice => new PaxTarEntry(TarEntryType.BlockDevice, name) { DeviceMajor = DeviceNumber(node.Entry.DeviceMajor), DeviceMinor = DeviceNumber(node.Entry.DeviceMinor) },
        _ => null,
    };

    // Numbers that the format cannot tell become its largest.
    private static int DeviceNumber(ulong number) => (int)Math.Min(number, LargestDeviceNumber);

    private static void SetMetadata(PaxTarEntry entry, PxarMetadata? metadata)
    {
        if (metadata is null)
        {
            return;
        }

        entry.Mode = (UnixFileMode)(metadata.Mode & PermissionBits);
        entry.Uid = (int)Math.Min(metadata.UserId, int.MaxValue);
        entry.Gid = (int)Math.Min(metadata.GroupId, int.MaxValue);
        entry.ModificationTime = Time(metadata);
    }
}
