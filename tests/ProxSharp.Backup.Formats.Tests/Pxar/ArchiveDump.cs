using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Formats.Tests.Pxar;

/// <summary>Archives as lines of text, one an entry with all that is known of it, so that two ways to read can be compared.</summary>
internal static class ArchiveDump
{
    internal static List<string> Streaming(Stream archive, Stream? payload = null, bool contents = true, PxarReaderOptions? options = null)
    {
        using PxarReader reader = new(archive, payload, options);
        List<string> lines = [];
        while (reader.Read())
        {
            if (reader.Event == PxarReaderEvent.DirectoryEnd)
                continue;
            bool hasContent = contents && reader.Entry.Kind == PxarEntryKind.File;
            lines.Add(Line(reader.GetPath(), reader.Entry, hasContent ? Hash(reader.OpenContent()) : ""));
        }

        return lines;
    }

    internal static async Task<List<string>> StreamingAsync(Stream archive, Stream? payload = null, bool contents = true)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using PxarReader reader = new(archive, payload);
        List<string> lines = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.Event == PxarReaderEvent.DirectoryEnd)
                continue;
            string hash = "";
            if (contents && reader.Entry.Kind == PxarEntryKind.File)
                hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(reader.OpenContent(), cancellationToken));
            lines.Add(Line(reader.GetPath(), reader.Entry, hash));
        }

        return lines;
    }

    internal static List<string> RandomAccess(PxarArchive archive, bool contents = true)
    {
        List<string> lines = [];
        Stack<(PxarNode Node, byte[] Path)> open = new([(archive.Root, [])]);
        while (open.TryPop(out var top))
        {
            bool hasContent = contents && top.Node.Kind == PxarEntryKind.File;
            lines.Add(Line(top.Path, top.Node.Entry, hasContent ? Hash(archive.OpenContent(top.Node)) : ""));
            if (top.Node.Kind != PxarEntryKind.Directory)
                continue;
            foreach (PxarNode child in archive.List(top.Node).Reverse())
                open.Push((child, Join(top.Path, child.Name)));
        }

        return lines;
    }

    internal static async Task<List<string>> RandomAccessAsync(PxarArchive archive, bool contents = true)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        List<string> lines = [];
        Stack<(PxarNode Node, byte[] Path)> open = new([(archive.Root, [])]);
        while (open.TryPop(out var top))
        {
            string hash = "";
            if (contents && top.Node.Kind == PxarEntryKind.File)
                hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(await archive.OpenContentAsync(top.Node, cancellationToken), cancellationToken));
            lines.Add(Line(top.Path, top.Node.Entry, hash));
            if (top.Node.Kind != PxarEntryKind.Directory)
                continue;
            List<(PxarNode, byte[])> children = [];
            await foreach (PxarNode child in archive.ListAsync(top.Node, cancellationToken))
                children.Add((child, Join(top.Path, child.Name)));
            children.Reverse();
            children.ForEach(open.Push);
        }

        return lines;
    }

    internal static byte[] Join(byte[] parent, PxarName name) => parent.Length == 0 ? name.Span.ToArray() : [.. parent, (byte)'/', .. name.Span];

    internal static string Describe(PxarMetadata? metadata)
    {
        if (metadata is null)
            return "";
        StringBuilder text = new();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Convert.ToString(metadata.Mode, 8)} {metadata.UserId}:{metadata.GroupId} {metadata.Flags} {metadata.ModificationTime}");
        foreach (PxarXattr xattr in metadata.Xattrs)
            text.Append(CultureInfo.InvariantCulture, $" {Encoding.UTF8.GetString(xattr.Name.Span)}={Convert.ToHexString(xattr.Value.Span)}");
        if (metadata.Acl is { } acl)
        {
            text.Append(" u ").AppendJoin(',', acl.Users).Append(" g ").AppendJoin(',', acl.Groups).Append(" o ").Append(acl.GroupObject)
                .Append(" d ").Append(acl.Defaults).Append(" du ").AppendJoin(',', acl.DefaultUsers).Append(" dg ").AppendJoin(',', acl.DefaultGroups);
        }

        if (metadata.FileCapability is { } capability)
            text.Append(" cap ").Append(Convert.ToHexString(capability.Span));
        return text.Append(CultureInfo.InvariantCulture, $" q {metadata.QuotaProjectId}").ToString();
    }

    private static string Line(byte[] path, PxarEntry entry, string hash) => string.Create(
        CultureInfo.InvariantCulture,
        $"{PxarName.Text(path)} {entry.Kind} @{entry.Position} {entry.Length} {entry.Payload} -> {PxarName.Text(entry.LinkTarget.Span)}@{entry.LinkPosition} "
        + $"dev {entry.DeviceMajor},{entry.DeviceMinor} {Describe(entry.Metadata)} {hash}");

    private static string Hash(Stream content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
