using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Extracts;

/// <summary>
/// Puts entries in their place. A small new one gets its name at once, and is deleted if it cannot be completed; a large one, and one that replaces another,
/// gets the name when it is complete, so that there is always an old or a new one, and never a part. Several threads may use it.
/// </summary>
internal sealed class EntryPlacer(TreeExtractOptions options, WarningLog warnings, ExtractTotals totals)
{
    private readonly TreeExtractOptions _options = options;
    private readonly WarningLog _warnings = warnings;
    private readonly ExtractTotals _totals = totals;

    internal MetadataParts Parts { get; } = (options.RestoreOwnership ? MetadataParts.Ownership : 0)
        | (options.RestorePermissions ? MetadataParts.Permissions : 0)
        | (options.RestoreXattrs ? MetadataParts.Xattrs | MetadataParts.Capabilities : 0)
        | (options.RestoreAcls ? MetadataParts.Acls : 0)
        | (options.RestoreFlags ? MetadataParts.Flags | MetadataParts.Project : 0);

    // Closed to others until the permissions are set; if they never are, what new entries get.
    internal uint FileMode => Parts.HasFlag(MetadataParts.Permissions) ? 0b110_000_000u : 0b110_110_110u;

    internal uint DirectoryMode => Parts.HasFlag(MetadataParts.Permissions) ? 0b111_000_000u : 0b111_111_111u;

    /// <summary>Whether nothing is kept of what exists.</summary>
    internal bool Overwrites => _options.Existing == ExistingFiles.Overwrite;

    /// <summary>Looks what is in the place of an entry.</summary>
    /// <param name="directory">The directory, open.</param>
    /// <param name="name">The name.</param>
    /// <param name="there">What is there; null for nothing, or if that ends the restore anyway.</param>
    /// <returns>Whether to go on.</returns>
    internal bool Look(ExtractDirectory directory, PxarName name, out FileStat? there)
    {
        there = _options.Existing == ExistingFiles.Fail ? null : directory.Handle!.Find(name);
        if (there is not { } stat)
            return true;
        if (_options.Existing == ExistingFiles.Skip)
        {
            _totals.Skip();
            return false;
        }

        if (stat.Kind != PxarEntryKind.Directory)
            return true;
        string path = PxarName.Text(directory.PathOf(name));
        throw new FileTreeException(FileTreeFault.OtherKind, path, $"\"{path}\" is a directory, which is not replaced by anything else.");
    }

    /// <summary>Creates an entry.</summary>
    /// <param name="directory">The directory, open.</param>
    /// <param name="name">The name.</param>
    /// <param name="replaces">Whether something is there that is replaced.</param>
    /// <param name="create">Creates it under the name it is given.</param>
    /// <param name="complete">Completes what was created.</param>
    /// <param name="seal">Does what can only be done when it has its name; null for nothing.</param>
    /// <param name="flags">The attributes that it gets then.</param>
    /// <param name="isRight">Whether what another one made meanwhile is what is to be there; null for never.</param>
    /// <returns>Whether it is there now; if not, that was told.</returns>
    internal bool Place(
        ExtractDirectory directory,
        PxarName name,
        bool replaces,
        Action<PxarName> create,
        Action<PxarName> complete,
        Action? seal = null,
        PxarFlags flags = PxarFlags.None,
        Func<FileStat, bool>? isRight = null)
    {
        ITargetDirectory handle = directory.Handle!;
        PxarName place = replaces ? handle.NameTemporary() : name;
        try
        {
            create(place);
        }
        catch (FileTreeException exception) when (exception.Fault == FileTreeFault.Unsupported)
        {
            LeaveOut(directory, name, exception);
            return false;
        }
        catch (FileTreeException exception) when (!replaces && MayTryAgain(exception))
        {
            if (!Look(directory, name, out FileStat? there))
                return false;
            return (there is { } made && isRight?.Invoke(made) == true)
                || Place(directory, name, replaces: true, create, complete, seal, flags);
        }

        try
        {
            complete(place);
            if (replaces)
                Replace(directory, place, name, flags);
        }
        catch
        {
            TryDelete(handle, place);
            throw;
        }

        seal?.Invoke();
        return true;
    }

    /// <summary>Tells that an entry has no place in the tree.</summary>
    internal void LeaveOut(ExtractDirectory directory, PxarName name, FileTreeException failure) =>
        _warnings.Add(FileWarningKind.NotCreated, directory.PathOf(name), $"{failure.Message} It is left out.");

    /// <summary>
    /// Whether an entry that could not be created was made by somebody else since its place was looked at: then it is looked at once more, and what is there is
    /// treated like anything that exists.
    /// </summary>
    internal bool MayTryAgain(FileTreeException failure) => failure.Fault == FileTreeFault.Exists && _options.Existing != ExistingFiles.Fail;

    /// <summary>Counts a file that would be written or compared, if nothing is restored; what is in its way is refused as it would be.</summary>
    /// <returns>False if it is to be restored.</returns>
    internal bool Foresees(ExtractDirectory directory, PxarName name, PxarEntry entry, bool replaces, bool compares)
    {
        if (_totals.Preview is not { } preview)
            return false;
        if (compares)
        {
            preview.Compared++;
            preview.BytesCompared += entry.Length;
        }
        else if (Place(directory, name, replaces, place => directory.Handle!.Create(place, FileMode).Dispose(), static _ => { }))
        {
            preview.BytesWritten += entry.Length;
        }

        _totals.AddFile(entry.Length, kept: false);
        return true;
    }

    /// <summary>Whether a name stands for an open file.</summary>
    internal static bool Has(ITargetDirectory handle, PxarName name, ITargetFile file) =>
        file.Stat is var own && (own.Inode == 0 || (handle.Find(name) is { } there && there.IsSameAs(own)));

    /// <summary>Gives a complete file its name. What somebody else gave the name meanwhile is treated like anything that exists.</summary>
    /// <param name="directory">The directory, open.</param>
    /// <param name="place">The name that it has.</param>
    /// <param name="name">The name that it gets.</param>
    /// <param name="replaces">Whether something was there that is replaced.</param>
    /// <param name="file">The file, open.</param>
    /// <param name="flags">The attributes that it gets then.</param>
    /// <returns>Whether it has the name; if not, that was told.</returns>
    internal bool Give(ExtractDirectory directory, PxarName place, PxarName name, bool replaces, ITargetFile file, PxarFlags flags)
    {
        if (!Has(directory.Handle!, place, file))
        {
            if (Has(directory.Handle!, name, file))
                return true;
            throw new FileTreeException(
                FileTreeFault.Failed,
                name.ToString(),
                $"\"{name}\" is written by another restore at the same time. Repeat this one with what exists kept where it is the same when that one is done.");
        }

        try
        {
            if (!replaces)
            {
                directory.Handle!.Move(place, name);
                return true;
            }
        }
        catch (FileTreeException exception) when (exception.Fault == FileTreeFault.Unsupported)
        {
            LeaveOut(directory, name, exception);
            return false;
        }
        catch (FileTreeException exception) when (MayTryAgain(exception))
        {
            if (!Look(directory, name, out _))
                return false;
        }

        Replace(directory, place, name, flags);
        return true;
    }

    /// <summary>Gives an entry the name of another one, and tells if that could not be changed or deleted, and the new one can be.</summary>
    /// <param name="directory">The directory, open.</param>
    /// <param name="place">The name that the entry has.</param>
    /// <param name="name">The name that it gets.</param>
    /// <param name="flags">The attributes that it gets then.</param>
    internal void Replace(ExtractDirectory directory, PxarName place, PxarName name, PxarFlags flags)
    {
        bool wasLocked = directory.Handle!.Rename(place, name);
        if (wasLocked && (!Parts.HasFlag(MetadataParts.Flags) || (flags & (PxarFlags.Immutable | PxarFlags.Append)) == 0))
            Report(directory, name).Unlocked();
    }

    internal MetadataReport Report(ExtractDirectory directory, PxarName name) => new(_warnings, () => directory.PathOf(name));

    /// <summary>Deletes what this restore made, if it has the name still.</summary>
    internal static void TryDelete(ITargetDirectory handle, PxarName name, ITargetFile? file = null)
    {
        try
        {
            if (file is null || Has(handle, name, file))
                handle.Delete(name);
        }
        catch (FileTreeException)
        {
            // What made this necessary is thrown; a remainder is seen by its permissions and time.
        }
    }
}
