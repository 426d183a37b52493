namespace ProxSharp.Backup.Protocol;

/// <summary>The two kinds of archives that consist of chunks.</summary>
internal enum IndexKind
{
    /// <summary>Chunks of any length, one behind the other.</summary>
    Dynamic,

    /// <summary>Chunks of 4 MiB at fixed places; the last one may be shorter.</summary>
    Fixed,
}
