using System.Buffers;
using System.Buffers.Binary;

namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>Writes items. Metadata items stand in the order of the official client.</summary>
internal static class PxarItemWriter
{
    internal static void Header(IBufferWriter<byte> output, ulong type, long contentLength)
    {
        Span<byte> header = output.GetSpan(PxarFormat.HeaderSize);
        BinaryPrimitives.WriteUInt64LittleEndian(header, type);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], contentLength + PxarFormat.HeaderSize);
        output.Advance(PxarFormat.HeaderSize);
    }

    internal static void Numbers(IBufferWriter<byte> output, ulong type, params ReadOnlySpan<ulong> values)
    {
        Header(output, type, values.Length * sizeof(ulong));
        foreach (ulong value in values)
            Number(output, value);
    }

    internal static void Bytes(IBufferWriter<byte> output, ulong type, ReadOnlySpan<byte> content)
    {
        Header(output, type, content.Length);
        output.Write(content);
    }

    internal static void Text(IBufferWriter<byte> output, ulong type, ReadOnlySpan<byte> text)
    {
        Header(output, type, text.Length + 1);
        output.Write(text);
        output.Write("\0"u8);
    }

    internal static void HardLink(IBufferWriter<byte> output, ulong distance, ReadOnlySpan<byte> path)
    {
        Header(output, PxarFormat.HardLink, sizeof(ulong) + path.Length + 1);
        Number(output, distance);
        output.Write(path);
        output.Write("\0"u8);
    }

    internal static void Metadata(IBufferWriter<byte> output, PxarMetadata metadata)
    {
        Stat(output, metadata);
        foreach (PxarXattr xattr in metadata.Xattrs)
        {
            Header(output, PxarFormat.Xattr, xattr.Name.Length + 1 + xattr.Value.Length);
            output.Write(xattr.Name.Span);
            output.Write("\0"u8);
            output.Write(xattr.Value.Span);
        }

        if (metadata.Acl is { } acl)
            Acl(output, acl);
        if (metadata.FileCapability is { } capability)
            Bytes(output, PxarFormat.FileCapability, capability.Span);
        if (metadata.QuotaProjectId is { } project)
            Numbers(output, PxarFormat.QuotaProjectId, project);
    }

    private static void Stat(IBufferWriter<byte> output, PxarMetadata metadata)
    {
        Header(output, PxarFormat.Entry, PxarFormat.StatSize);
        Span<byte> stat = output.GetSpan(PxarFormat.StatSize)[..PxarFormat.StatSize];
        BinaryPrimitives.WriteUInt64LittleEndian(stat, metadata.Mode);
        BinaryPrimitives.WriteUInt64LittleEndian(stat[8..], (ulong)metadata.Flags);
        BinaryPrimitives.WriteUInt32LittleEndian(stat[16..], metadata.UserId);
        BinaryPrimitives.WriteUInt32LittleEndian(stat[20..], metadata.GroupId);
        BinaryPrimitives.WriteInt64LittleEndian(stat[24..], metadata.ModificationTime.Seconds);
        BinaryPrimitives.WriteUInt32LittleEndian(stat[32..], metadata.ModificationTime.Nanoseconds);
        stat[36..].Clear();
        output.Advance(PxarFormat.StatSize);
    }

    private static void Acl(IBufferWriter<byte> output, PosixAcl acl)
    {
        AclEntries(output, PxarFormat.AclUser, acl.Users);
        AclEntries(output, PxarFormat.AclGroup, acl.Groups);
        if (acl.GroupObject is { } group)
            Numbers(output, PxarFormat.AclGroupObject, (ulong)group);
        if (acl.Defaults is { } defaults)
        {
            Numbers(
                output,
                PxarFormat.AclDefault,
                Optional(defaults.UserObject),
                Optional(defaults.GroupObject),
                Optional(defaults.Other),
                Optional(defaults.Mask));
        }

        AclEntries(output, PxarFormat.AclDefaultUser, acl.DefaultUsers);
        AclEntries(output, PxarFormat.AclDefaultGroup, acl.DefaultGroups);
    }

    private static void AclEntries(IBufferWriter<byte> output, ulong type, IReadOnlyList<PosixAclEntry> entries)
    {
        foreach (PosixAclEntry entry in entries)
            Numbers(output, type, entry.Id, (ulong)entry.Permissions);
    }

    private static ulong Optional(PosixAclPermissions? permissions) => permissions is { } value ? (ulong)value : PxarFormat.AclAbsent;

    private static void Number(IBufferWriter<byte> output, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(output.GetSpan(sizeof(ulong)), value);
        output.Advance(sizeof(ulong));
    }
}
