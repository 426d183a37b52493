namespace ProxSharp.Operations.Plans;

/// <summary>What happens to backups.</summary>
internal enum BackupEffect
{
    /// <summary>They are removed, or moved elsewhere, now.</summary>
    Removed,

    /// <summary>Some are removed now, by rules; the server leaves those alone that it protects itself.</summary>
    Sifted,

    /// <summary>A job will remove some of them whenever it runs.</summary>
    SiftedLater,

    /// <summary>Those on another server that are no longer here are removed there, now or whenever a job runs.</summary>
    SiftedElsewhere,

    /// <summary>They are kept, and nobody reaches them any more.</summary>
    Unreachable,
}
