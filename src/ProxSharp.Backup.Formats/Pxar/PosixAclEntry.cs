namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>An entry of a POSIX ACL for a certain user or group.</summary>
/// <param name="Id">The numeric id of the user or group.</param>
/// <param name="Permissions">What it allows.</param>
public readonly record struct PosixAclEntry(ulong Id, PosixAclPermissions Permissions);
