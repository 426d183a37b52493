using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Formats.Tests.Pxar;

/// <summary>Writes again what a reader reads.</summary>
internal static class ArchiveCopier
{
    /// <summary>Copies an archive, with contents from the reader or from somewhere else.</summary>
    internal static (byte[] Archive, byte[] Payload) Copy(PxarReader reader, bool split, Func<string, byte[]>? contents = null)
    {
        MemoryStream archive = new();
        MemoryStream payload = new();
        Assert.True(reader.Read());
        PxarMetadata root = reader.Entry.Metadata!;
        PxarWriter writer = split ? PxarWriter.CreateSplit(archive, payload, root, reader.Prelude) : PxarWriter.Create(archive, root);
        Dictionary<long, PxarLinkTarget> targets = [];
        while (reader.Read())
        {
            PxarEntry entry = reader.Entry;
            if (reader.Event == PxarReaderEvent.DirectoryEnd)
            {
                if (!entry.Name.IsRoot)
                    writer.EndDirectory();
                continue;
            }

            if (entry.Kind == PxarEntryKind.File && contents is not null)
                writer.WriteFile(entry.Name, entry.Metadata!, contents(PxarName.Text(reader.GetPath())));
            else
                Write(writer, reader, targets);
            if (entry.Kind == PxarEntryKind.File)
                targets[entry.Position] = writer.GetLastFile();
        }

        writer.Finish();
        Assert.Equal(archive.Length, writer.Position);
        Assert.Equal(payload.Length, writer.PayloadPosition);
        return (archive.ToArray(), payload.ToArray());
    }

    /// <inheritdoc cref="Copy"/>
    internal static async Task<(byte[] Archive, byte[] Payload)> CopyAsync(PxarReader reader, bool split)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        MemoryStream archive = new();
        MemoryStream payload = new();
        Assert.True(await reader.ReadAsync(cancellationToken));
        PxarMetadata root = reader.Entry.Metadata!;
        PxarWriter writer = split ? PxarWriter.CreateSplit(archive, payload, root, reader.Prelude) : PxarWriter.Create(archive, root);
        Dictionary<long, PxarLinkTarget> targets = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.Event == PxarReaderEvent.DirectoryEnd)
            {
                if (!reader.Entry.Name.IsRoot)
                    await writer.EndDirectoryAsync(cancellationToken);
                continue;
            }

            await WriteAsync(writer, reader, targets, cancellationToken);
            if (reader.Entry.Kind == PxarEntryKind.File)
                targets[reader.Entry.Position] = writer.GetLastFile();
        }

        await writer.FinishAsync(cancellationToken);
        return (archive.ToArray(), payload.ToArray());
    }

    private static void Write(PxarWriter writer, PxarReader reader, Dictionary<long, PxarLinkTarget> targets)
    {
        PxarEntry entry = reader.Entry;
        PxarMetadata metadata = entry.Metadata!;
        switch (entry.Kind)
        {
            case PxarEntryKind.Directory:
                writer.BeginDirectory(entry.Name, metadata);
                break;
            case PxarEntryKind.File:
                Assert.True(writer.WriteFile(entry.Name, metadata, entry.Length, reader.OpenContent()).IsExact);
                break;
            case PxarEntryKind.Symlink:
                writer.WriteSymlink(entry.Name, metadata, entry.LinkTarget);
                break;
            case PxarEntryKind.HardLink:
                writer.WriteHardLink(entry.Name, targets[entry.LinkPosition]);
                break;
            case PxarEntryKind.CharacterDevice or PxarEntryKind.BlockDevice:
                writer.WriteDevice(entry.Name, metadata, entry.DeviceMajor, entry.DeviceMinor);
                break;
            default:
                writer.WriteSpecial(entry.Name, metadata);
                break;
        }
    }

    private static async Task WriteAsync(
        PxarWriter writer,
        PxarReader reader,
        Dictionary<long, PxarLinkTarget> targets,
        CancellationToken cancellationToken)
    {
        PxarEntry entry = reader.Entry;
        PxarMetadata metadata = entry.Metadata!;
        switch (entry.Kind)
        {
            case PxarEntryKind.Directory:
                await writer.BeginDirectoryAsync(entry.Name, metadata, cancellationToken);
                break;
            case PxarEntryKind.File:
                Assert.True((await writer.WriteFileAsync(entry.Name, metadata, entry.Length, reader.OpenContent(), cancellationToken)).IsExact);
                break;
            case PxarEntryKind.Symlink:
                await writer.WriteSymlinkAsync(entry.Name, metadata, entry.LinkTarget, cancellationToken);
                break;
            case PxarEntryKind.HardLink:
                await writer.WriteHardLinkAsync(entry.Name, targets[entry.LinkPosition], cancellationToken);
                break;
            case PxarEntryKind.CharacterDevice or PxarEntryKind.BlockDevice:
                await writer.WriteDeviceAsync(entry.Name, metadata, entry.DeviceMajor, entry.DeviceMinor, cancellationToken);
                break;
            default:
                await writer.WriteSpecialAsync(entry.Name, metadata, cancellationToken);
                break;
        }
    }
}
