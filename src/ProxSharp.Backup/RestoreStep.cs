namespace ProxSharp.Backup;

/// <summary>What a restore to a file would do (<see cref="RestoreFileOptions.DryRun"/>).</summary>
public enum RestoreStep
{
    /// <summary>Make the file.</summary>
    Create,

    /// <summary>Replace the file that exists, or write over the device.</summary>
    Overwrite,

    /// <summary>Compare what there is of it with the snapshot, and write what differs.</summary>
    Resume,

    /// <summary>Leave the file as it is: it has the content already.</summary>
    Keep,
}
