namespace ProxSharp.Backup.Files;

/// <summary>
/// What a restore does where an entry exists already. A directory that exists is used in any case but <see cref="Fail"/>, and is never replaced by something
/// else.
/// </summary>
public enum ExistingFiles
{
    /// <summary>
    /// The restore ends with an error. Only the target directory itself may exist, which gets the metadata of the root of the archive, as with all policies but
    /// <see cref="Skip"/>.
    /// </summary>
    Fail,

    /// <summary>The entry is replaced, at once when the new one is complete.</summary>
    Overwrite,

    /// <summary>
    /// The entry is left as it is; of directories, the target among them, the metadata. Further names (hard links) of a file that is left and has the size and
    /// time of the one in the archive are linked to it; those of any other are left out where the archive is read in order, with a warning.
    /// </summary>
    Skip,

    /// <summary>
    /// A file of the same size and time of modification is kept, which resumes a restore quickly; its owner, mode, attributes and ACL are set again.
    /// One that has other names as well is kept if all of that is right already. All else is replaced.
    /// </summary>
    KeepSameTime,

    /// <summary>
    /// A file of the same content is kept: all is read and compared. Its metadata are set again; one that has other names as well is kept if they are right
    /// already. All else is replaced.
    /// </summary>
    KeepSameContent,
}
