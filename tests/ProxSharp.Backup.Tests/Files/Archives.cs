using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Tests.Files;

/// <summary>Archives in memory.</summary>
internal static class Archives
{
    internal static async Task<byte[]> WriteAsync(string path, DirectoryArchiveOptions? options = null)
    {
        using MemoryStream archive = new();
        await new DirectoryArchiver(path, options).WriteAsync(archive, cancellationToken: TestContext.Current.CancellationToken);
        return archive.ToArray();
    }

    internal static async Task<TreeExtractResult> ExtractAsync(byte[] archive, string path, TreeExtractOptions? options = null, byte[]? payload = null)
    {
        using PxarReader reader = new(new MemoryStream(archive), payload is null ? null : new MemoryStream(payload));
        return await new TreeExtractor(path, options).ExtractAsync(reader, TestContext.Current.CancellationToken);
    }

    /// <summary>Makes an archive.</summary>
    internal static byte[] Make(PxarMetadata root, Action<PxarWriter> fill)
    {
        using MemoryStream archive = new();
        PxarWriter writer = PxarWriter.Create(archive, root);
        fill(writer);
        writer.Finish();
        return archive.ToArray();
    }

    /// <summary>Metadata of the user who runs the tests: not only root can restore what is his.</summary>
    internal static PxarMetadata Own(PxarEntryKind kind, uint permissions) => PxarMetadata.Create(kind, permissions) with
    {
        UserId = Libc.IsSupported ? Libc.EffectiveUser() : 0,
        GroupId = Libc.IsSupported ? Libc.EffectiveGroup() : 0,
    };

    internal static PxarArchive Open(byte[] archive, byte[]? payload = null) =>
        PxarArchive.Open(RandomAccessSource.FromMemory(archive), payload is null ? null : RandomAccessSource.FromMemory(payload));

    internal static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>An index of chunks that end at certain places; the digests are made up.</summary>
    internal static DynamicIndex Index(IEnumerable<long> ends)
    {
        using DynamicIndexBuilder builder = new();
        long start = 0;
        foreach (long end in ends)
        {
            builder.Add(end - start, new Sha256Digest(SHA256.HashData(BitConverter.GetBytes(end))));
            start = end;
        }

        return builder.Build(Guid.Empty, DateTimeOffset.UnixEpoch);
    }

    /// <summary>An archive of version 1 with the entries of another one, and contents from elsewhere.</summary>
    internal static byte[] Rebuild(byte[] archive, Func<string, byte[]> contents)
    {
        using PxarReader reader = new(new MemoryStream(archive));
        using MemoryStream copy = new();
        Assert.True(reader.Read());
        PxarWriter writer = PxarWriter.Create(copy, reader.Entry.Metadata!);
        Dictionary<long, PxarLinkTarget> files = [];
        while (reader.Read() && !(reader.Event == PxarReaderEvent.DirectoryEnd && reader.Entry.Name.IsRoot))
        {
            PxarEntry entry = reader.Entry;
            if (reader.Event == PxarReaderEvent.DirectoryEnd)
                writer.EndDirectory();
            else if (entry.Kind == PxarEntryKind.Directory)
                writer.BeginDirectory(entry.Name, entry.Metadata!);
            else if (entry.Kind == PxarEntryKind.Symlink)
                writer.WriteSymlink(entry.Name, entry.Metadata!, entry.LinkTarget);
            else if (entry.Kind == PxarEntryKind.HardLink)
                writer.WriteHardLink(entry.Name, files[entry.LinkPosition]);
            else
            {
                writer.WriteFile(entry.Name, entry.Metadata!, contents(PxarName.Text(reader.GetPath())));
                files[entry.Position] = writer.GetLastFile();
            }
        }

        writer.Finish();
        return copy.ToArray();
    }

    /// <summary>All that an archive says, one line an entry; extended attributes in the order of their names, because file systems have orders of their own.</summary>
    internal static List<string> Describe(byte[] archive, byte[]? payload = null)
    {
        using PxarReader reader = new(new MemoryStream(archive), payload is null ? null : new MemoryStream(payload));
        List<string> lines = [];
        while (reader.Read())
        {
            if (reader.Event == PxarReaderEvent.Entry)
                lines.Add(Line(reader));
        }

        return lines;
    }

    private static string Line(PxarReader reader)
    {
        PxarEntry entry = reader.Entry;
        StringBuilder line = new();
        line.Append(CultureInfo.InvariantCulture, $"/{PxarName.Text(reader.GetPath())} {entry.Kind} {entry.DeviceMajor}:{entry.DeviceMinor} -> {PxarName.Text(entry.LinkTarget.Span)}");
        if (entry.Kind == PxarEntryKind.File)
            line.Append(CultureInfo.InvariantCulture, $" {entry.Length} {Convert.ToHexStringLower(SHA256.HashData(reader.OpenContent()))}");
        if (entry.Metadata is not { } metadata)
            return line.ToString();
        line.Append(CultureInfo.InvariantCulture, $" {Convert.ToString(metadata.Mode, 8)} {metadata.UserId}:{metadata.GroupId} {metadata.ModificationTime} {metadata.Flags} {metadata.QuotaProjectId}");
        foreach (PxarXattr xattr in metadata.Xattrs.OrderBy(static x => PxarName.Text(x.Name.Span), StringComparer.Ordinal))
            line.Append(CultureInfo.InvariantCulture, $" {PxarName.Text(xattr.Name.Span)}={Convert.ToHexStringLower(xattr.Value.Span)}");
        if (metadata.Acl is { } acl)
            line.Append(CultureInfo.InvariantCulture, $" acl {Text(acl.Users)};{Text(acl.Groups)};{acl.GroupObject};{acl.Defaults};{Text(acl.DefaultUsers)};{Text(acl.DefaultGroups)}");
        if (metadata.FileCapability is { } capability)
            line.Append(CultureInfo.InvariantCulture, $" cap {Convert.ToHexStringLower(capability.Span)}");
        return line.ToString();
    }

    private static string Text(IReadOnlyList<PosixAclEntry> entries) => string.Join(",", entries);
}
