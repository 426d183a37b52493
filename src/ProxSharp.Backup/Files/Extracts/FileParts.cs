using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Extracts;

/// <summary>
/// The parts of files that a restore of one archive leaves when it is broken off. Those of other archives have other names: what another restore left is
/// neither gone on with nor removed.
/// </summary>
internal sealed class FileParts(Sha256Digest archive, EntryPlacer placer)
{
    private const uint Permissions = 0x1FF;

    private readonly Sha256Digest _archive = archive;
    private readonly EntryPlacer _placer = placer;

    /// <summary>The name of the part of an entry.</summary>
    internal PxarName NameOf(PxarName name) => TemporaryName.OfPart(name, _archive);

    /// <summary>Finds what a restore that was broken off has of an entry; what is of no use is deleted.</summary>
    /// <param name="directory">The directory, open.</param>
    /// <param name="name">The name of the entry.</param>
    /// <param name="continues">Whether this restore goes on with parts.</param>
    internal PxarName? Find(ExtractDirectory directory, PxarName name, bool continues)
    {
        PxarName part = NameOf(name);
        if (directory.Handle!.Find(part) is not { } there || there.Kind == PxarEntryKind.Directory)
            return null;
        if (continues && there.Kind == PxarEntryKind.File && IsClosed(there))
        {
            // The lock that goes with a name tells others that the part is in use.
            _ = directory.Handle.NameTemporary();
            return part;
        }

        EntryPlacer.TryDelete(directory.Handle, part);
        return null;
    }

    /// <summary>Whether a file is closed to others and has no other name, as what a restore has not completed.</summary>
    internal bool IsClosed(Sources.FileStat there) =>
        there.Links <= 1 && (OperatingSystem.IsWindows() || (there.Mode & Permissions & ~_placer.FileMode) == 0);

    /// <summary>Keeps what has come of a small file: the chunk that it is of is not fetched again then.</summary>
    internal void Keep(ExtractDirectory directory, PxarName name, ReadOnlySpan<byte> content)
    {
        try
        {
            PxarName part = NameOf(name);
            if (directory.Handle!.Find(part) is not null)
                directory.Handle.Delete(part);
            using ITargetFile file = directory.Handle.Create(part, _placer.FileMode);
            file.Write(0, content);
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
