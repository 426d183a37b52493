namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>What an entry of a POSIX ACL allows. Bits without a name are kept as they are.</summary>
[Flags]
public enum PosixAclPermissions : ulong
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>To execute the file, or to enter the directory.</summary>
    Execute = 1,

    /// <summary>To write.</summary>
    Write = 2,

    /// <summary>To read.</summary>
    Read = 4,
}
