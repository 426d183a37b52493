using ProxSharp.Backup.Formats.Manifests;

namespace ProxSharp.Backup.Reading.Snapshots;

/// <summary>Finds the file of a snapshot that a user means: <c>root</c>, <c>root.pxar</c> and <c>root.pxar.didx</c> name the same.</summary>
internal static class SnapshotNames
{
    private static readonly string[] s_suffixes = [".didx", ".fidx", ".blob"];
    private static readonly string[] s_short = [".pxar.didx", ".mpxar.didx", ".img.fidx", ".conf.blob", ".log.blob", ".pcat1.didx"];

    public static SnapshotFile? Find(IReadOnlyList<SnapshotFile> files, string name)
    {
        foreach (string candidate in Candidates(name))
        {
            foreach (SnapshotFile file in files)
            {
                if (file.StoredName == candidate)
                    return file;
            }
        }

        return null;
    }

    /// <summary>The payload stream of a metadata stream.</summary>
    public static string PayloadOf(SnapshotFile metadata) => metadata.StoredName[..^".mpxar.didx".Length] + ".ppxar.didx";

    public static SnapshotFileNotFoundException NotFound(IReadOnlyList<SnapshotFile> files, string name, string origin)
    {
        IEnumerable<string> names = files.Select(static file => file.Name).Append(ArchiveName.Manifest[..^".blob".Length]);
        return new($"There is no \"{name}\" in {origin}. It has {string.Join(", ", names)}.");
    }

    private static IEnumerable<string> Candidates(string name)
    {
        yield return name;
        foreach (string suffix in s_suffixes)
            yield return name + suffix;
        // A split archive is asked for by the name that it would have in one piece.
        if (name.EndsWith(".pxar", StringComparison.Ordinal))
            yield return name[..^".pxar".Length] + ".mpxar.didx";
        if (name.EndsWith(".pxar.didx", StringComparison.Ordinal))
            yield return name[..^".pxar.didx".Length] + ".mpxar.didx";
        foreach (string suffix in s_short)
            yield return name + suffix;
    }
}
