using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Extracts;

/// <summary>
/// The parts of files that a restore of one archive leaves when it is broken off. Those of other archives have other names: what another restore left is
/// neither gone on with nor removed. Whoever has a part under way has it locked, and others write under names of their own meanwhile.
/// </summary>
internal sealed class FileParts(Sha256Digest archive, EntryPlacer placer)
{
    private const uint Permissions = 0x1FF;

    private readonly Sha256Digest _archive = archive;
    private readonly EntryPlacer _placer = placer;

    /// <summary>Whether a failure only breaks a restore off: the same one may go on later, with what there is.</summary>
    internal static bool IsBreak(Exception stop) =>
        stop is OperationCanceledException or ProxmoxConnectionException or BackupSessionLostException or ProxmoxApiException;

    /// <summary>The name of the part of an entry.</summary>
    internal PxarName NameOf(PxarName name) => TemporaryName.OfPart(name, _archive);

    /// <summary>Opens what a restore that was broken off has of an entry, and locks it; what is of no use is deleted.</summary>
    /// <param name="directory">The directory, open.</param>
    /// <param name="name">The name of the entry.</param>
    /// <param name="continues">Whether this restore goes on with parts.</param>
    /// <returns>Null if there is nothing to go on with, or another restore has it under way.</returns>
    internal ITargetFile? Open(ExtractDirectory directory, PxarName name, bool continues)
    {
        PxarName part = NameOf(name);
        ITargetDirectory handle = directory.Handle!;
        if (handle.Find(part) is not { } there || there.Kind == PxarEntryKind.Directory)
            return null;
        // The lock that goes with a name tells those that clean up that the part is in use.
        _ = handle.NameTemporary();
        ITargetFile? file = null;
        try
        {
            if (there.Kind == PxarEntryKind.File)
            {
                file = handle.Open(part, write: true);
                if (!IsHeld(handle, part, file))
                    return null;
                if (continues && IsClosed(file.Stat))
                    return Interlocked.Exchange(ref file, null);
            }

            handle.Delete(part);
        }
        catch (FileTreeException)
        {
            // It is not there any more, or belongs to somebody else: then it helps nobody.
        }
        finally
        {
            file?.Dispose();
        }

        return null;
    }

    /// <summary>Creates the part of an entry, and locks it.</summary>
    /// <param name="directory">The directory, open.</param>
    /// <param name="name">The name of the entry.</param>
    /// <param name="create">Creates a file under the name it is given.</param>
    /// <returns>Null if something has its name, which another restore may have under way.</returns>
    internal ITargetFile? Create(ExtractDirectory directory, PxarName name, Func<PxarName, ITargetFile> create)
    {
        PxarName part = NameOf(name);
        ITargetDirectory handle = directory.Handle!;
        _ = handle.NameTemporary();
        if (handle.Find(part) is not null)
            return null;
        try
        {
            ITargetFile file = create(part);
            if (IsHeld(handle, part, file))
                return file;
            file.Dispose();
        }
        catch (FileTreeException exception) when (exception.Fault == FileTreeFault.Exists)
        {
            // Another restore of this archive was faster.
        }

        return null;
    }

    // It may have got its name, or have been deleted, before it was locked.
    private static bool IsHeld(ITargetDirectory handle, PxarName part, ITargetFile file) => file.TryLock() && EntryPlacer.Has(handle, part, file);

    /// <summary>Whether a file is closed to others and has no other name, as what a restore has not completed.</summary>
    internal bool IsClosed(Sources.FileStat there) =>
        there.Links <= 1 && (OperatingSystem.IsWindows() || (there.Mode & Permissions & ~_placer.FileMode) == 0);

    /// <summary>Keeps what has come of a small file: the chunk that it is of is not fetched again then.</summary>
    internal void Keep(ExtractDirectory directory, PxarName name, ReadOnlySpan<byte> content)
    {
        try
        {
            Open(directory, name, continues: false)?.Dispose();
            using ITargetFile? file = Create(directory, name, part => directory.Handle!.Create(part, _placer.FileMode));
            file?.Write(0, content);
        }
        catch (FileTreeException)
        {
            // What broke the restore off is thrown.
        }
    }

    /// <summary>Deletes the part of a file that is complete.</summary>
    internal void Delete(ExtractDirectory directory, PxarName name)
    {
        if (directory.Kept.Count > 0 && NameOf(name) is var part && directory.Kept.Contains(part))
            TryDelete(directory, part);
    }

    /// <summary>Deletes the notes about the archive in a target that is complete.</summary>
    internal void DeleteJournal(ExtractDirectory root)
    {
        // An archive that is no file of a snapshot has none.
        if (root.Kept.Count > 0 && _archive != default && TemporaryName.OfJournal(_archive) is var journal && root.Kept.Contains(journal))
            TryDelete(root, journal);
    }

    private static void TryDelete(ExtractDirectory directory, PxarName name)
    {
        try
        {
            directory.Handle!.DeleteKept([name]);
        }
        catch (FileTreeException)
        {
            // What is restored is complete without.
        }
    }
}
