namespace ProxSharp.Backup;

/// <summary>How a file of a snapshot is written to a file of this machine.</summary>
public sealed record RestoreFileOptions
{
    /// <summary>The defaults: nothing that exists is touched, and blocks of zeros are left out as holes.</summary>
    public static RestoreFileOptions Default { get; } = new();

    /// <summary>Writes over a file or block device that exists. Default: false, which fails then.</summary>
    public bool Overwrite { get; init; }

    /// <summary>
    /// Goes on with an image that was restored in part: what exists is compared with the digests of the snapshot, and only chunks that differ are fetched.
    /// After a failure the file stays for the next attempt. Default: false.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>Leaves blocks of zeros out, so that the file takes only the room of its data. Default: true. Block devices get all bytes.</summary>
    public bool Sparse { get; init; } = true;

    /// <summary>Told of every chunk; null for nobody.</summary>
    public IProgress<RestoreProgress>? Progress { get; init; }
}
