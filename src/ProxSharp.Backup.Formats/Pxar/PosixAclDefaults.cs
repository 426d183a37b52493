namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>The entries of a directory's default ACL that name no user or group; null where there is no such entry.</summary>
/// <param name="UserObject">For the owner.</param>
/// <param name="GroupObject">For the owning group.</param>
/// <param name="Other">For all others.</param>
/// <param name="Mask">The most that named users and groups get.</param>
public readonly record struct PosixAclDefaults(
    PosixAclPermissions? UserObject,
    PosixAclPermissions? GroupObject,
    PosixAclPermissions? Other,
    PosixAclPermissions? Mask);
