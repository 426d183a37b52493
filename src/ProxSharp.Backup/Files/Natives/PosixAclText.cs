using System.Buffers.Binary;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Natives;

/// <summary>ACLs as the attributes <c>system.posix_acl_access</c> and <c>system.posix_acl_default</c> hold them: version 2, little endian. Pure.</summary>
internal static class PosixAclText
{
    private const int HeaderSize = 4;
    private const int EntrySize = 8;
    private const ushort UserObject = 1;
    private const ushort User = 2;
    private const ushort GroupObject = 4;
    private const ushort Group = 8;
    private const ushort Mask = 0x10;
    private const ushort Other = 0x20;
    private const uint NoId = uint.MaxValue;

    /// <summary>Reads both attributes; null stands for an attribute that is not there.</summary>
    /// <returns>Null if there is nothing that the mode does not say.</returns>
    internal static PosixAcl? Read(byte[]? access, byte[]? defaults)
    {
        Entries entries = Parse(access);
        Entries inherited = Parse(defaults);
        PosixAcl acl = new()
        {
            Users = entries.Users,
            Groups = entries.Groups,
            GroupObject = entries.Mask is null ? null : entries.GroupObject,
            Defaults = defaults is null ? null : new(inherited.UserObject, inherited.GroupObject, inherited.Other, inherited.Mask),
            DefaultUsers = inherited.Users,
            DefaultGroups = inherited.Groups,
        };
        return acl.IsEmpty ? null : acl;
    }

    /// <summary>Writes the access attribute.</summary>
    /// <returns>Null if the mode says it all.</returns>
    internal static byte[]? WriteAccess(PosixAcl acl, uint mode)
    {
        if (acl.Users.Count + acl.Groups.Count == 0 && acl.GroupObject is null)
            return null;
        PosixAclPermissions group = (PosixAclPermissions)((mode >> 3) & 7);
        return Write(
            new((PosixAclPermissions)((mode >> 6) & 7), acl.GroupObject ?? group, (PosixAclPermissions)(mode & 7), group),
            acl.Users,
            acl.Groups);
    }

    /// <summary>Writes the default attribute.</summary>
    /// <returns>Null if there is no default ACL.</returns>
    internal static byte[]? WriteDefault(PosixAcl acl) =>
        acl.Defaults is { } defaults ? Write(defaults, acl.DefaultUsers, acl.DefaultGroups) : null;

    private static Entries Parse(ReadOnlySpan<byte> value)
    {
        Entries entries = new();
        if (value.Length < HeaderSize || BinaryPrimitives.ReadUInt32LittleEndian(value) != 2)
            return entries;
        for (value = value[HeaderSize..]; value.Length >= EntrySize; value = value[EntrySize..])
        {
            PosixAclPermissions permissions = (PosixAclPermissions)BinaryPrimitives.ReadUInt16LittleEndian(value[2..]);
            entries.Add(BinaryPrimitives.ReadUInt16LittleEndian(value), permissions, BinaryPrimitives.ReadUInt32LittleEndian(value[4..]));
        }

        entries.Sort();
        return entries;
    }

    private static byte[] Write(PosixAclDefaults unnamed, IReadOnlyList<PosixAclEntry> users, IReadOnlyList<PosixAclEntry> groups)
    {
        List<byte> value = [2, 0, 0, 0];
        Append(value, UserObject, unnamed.UserObject, NoId);
        foreach (PosixAclEntry entry in users)
            Append(value, User, entry.Permissions, (uint)entry.Id);
        Append(value, GroupObject, unnamed.GroupObject, NoId);
        foreach (PosixAclEntry entry in groups)
            Append(value, Group, entry.Permissions, (uint)entry.Id);
        Append(value, Mask, unnamed.Mask, NoId);
        Append(value, Other, unnamed.Other, NoId);
        return [.. value];
    }

    private static void Append(List<byte> value, ushort tag, PosixAclPermissions? permissions, uint id)
    {
        if (permissions is not { } there)
            return;
        Span<byte> entry = stackalloc byte[EntrySize];
        BinaryPrimitives.WriteUInt16LittleEndian(entry, tag);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], (ushort)((ulong)there & 7));
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], id);
        value.AddRange(entry);
    }

    private sealed class Entries
    {
        internal List<PosixAclEntry> Users { get; } = [];

        internal List<PosixAclEntry> Groups { get; } = [];

        internal PosixAclPermissions? UserObject { get; private set; }

        internal PosixAclPermissions? GroupObject { get; private set; }

        internal PosixAclPermissions? Mask { get; private set; }

        internal PosixAclPermissions? Other { get; private set; }

        internal void Add(ushort tag, PosixAclPermissions permissions, uint id)
        {
            switch (tag)
            {
                case PosixAclText.User:
                    Users.Add(new(id, permissions));
                    break;
                case PosixAclText.Group:
                    Groups.Add(new(id, permissions));
                    break;
                case PosixAclText.UserObject:
                    UserObject = permissions;
                    break;
                case PosixAclText.GroupObject:
                    GroupObject = permissions;
                    break;
                case PosixAclText.Mask:
                    Mask = permissions;
                    break;
                case PosixAclText.Other:
                    Other = permissions;
                    break;
            }
        }

        // Proxmox: archives have the entries in the order of their ids.
        internal void Sort()
        {
            Users.Sort(Compare);
            Groups.Sort(Compare);
        }

        private static int Compare(PosixAclEntry left, PosixAclEntry right) =>
            left.Id != right.Id ? left.Id.CompareTo(right.Id) : left.Permissions.CompareTo(right.Permissions);
    }
}
