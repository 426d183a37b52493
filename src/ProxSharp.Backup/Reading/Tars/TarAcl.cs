using System.Globalization;
using System.Text;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Reading.Tars;

/// <summary>ACLs as tar programs write them: <c>user::rw-,user:1000:r--,group::r--,mask::r--,other::---</c>.</summary>
internal static class TarAcl
{
    /// <summary>The access ACL; null if the mode says all.</summary>
    public static string? Access(PxarMetadata metadata)
    {
        if (metadata.Acl is not { } acl || (acl.Users.Count == 0 && acl.Groups.Count == 0 && acl.GroupObject is null))
            return null;
        StringBuilder text = new();
        Append(text, "user", null, (PosixAclPermissions)((metadata.Mode >> 6) & 7));
        AppendAll(text, "user", acl.Users);
        PosixAclPermissions mask = (PosixAclPermissions)((metadata.Mode >> 3) & 7);
        // With a mask the group bits of the mode are the mask.
        Append(text, "group", null, acl.GroupObject ?? mask);
        AppendAll(text, "group", acl.Groups);
        Append(text, "mask", null, mask);
        Append(text, "other", null, (PosixAclPermissions)(metadata.Mode & 7));
        return text.ToString(0, text.Length - 1);
    }

    /// <summary>The default ACL of a directory; null if there is none.</summary>
    public static string? Default(PxarMetadata metadata)
    {
        if (metadata.Acl is not { Defaults: { } defaults } acl)
            return null;
        StringBuilder text = new();
        Append(text, "user", null, defaults.UserObject ?? PosixAclPermissions.None);
        AppendAll(text, "user", acl.DefaultUsers);
        Append(text, "group", null, defaults.GroupObject ?? PosixAclPermissions.None);
        AppendAll(text, "group", acl.DefaultGroups);
        if (defaults.Mask is { } mask)
            Append(text, "mask", null, mask);
        Append(text, "other", null, defaults.Other ?? PosixAclPermissions.None);
        return text.ToString(0, text.Length - 1);
    }

    private static void AppendAll(StringBuilder text, string kind, IReadOnlyList<PosixAclEntry> entries)
    {
        foreach (PosixAclEntry entry in entries)
            Append(text, kind, entry.Id, entry.Permissions);
    }

    private static void Append(StringBuilder text, string kind, ulong? id, PosixAclPermissions permissions) => text
        .Append(kind).Append(':').Append(id?.ToString(CultureInfo.InvariantCulture)).Append(':')
        .Append(permissions.HasFlag(PosixAclPermissions.Read) ? 'r' : '-')
        .Append(permissions.HasFlag(PosixAclPermissions.Write) ? 'w' : '-')
        .Append(permissions.HasFlag(PosixAclPermissions.Execute) ? 'x' : '-')
        .Append(',');
}
