using System.Text.RegularExpressions;
using ProxSharp.Backup.Formats;

namespace ProxSharp.Simulator.Pbs.Storage;

/// <summary>Copies a datastore from a folder of the machine.</summary>
internal static partial class DatastoreImport
{
    /// <summary>Copies everything.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static void Run(Datastore store, string folder, DateTimeOffset now)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }))
        {
            string[] names = Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar);
            byte[] content = File.ReadAllBytes(file);
            if (names[0] != DiskChunkStore.FolderName)
            {
                store.Files.Write(string.Join('/', names.Select(static name => TimePattern.Replace(name, "$1:$2:$3Z"))), content);
            }
            else if (Sha256Digest.TryParse(names[^1], out Sha256Digest digest))
            {
                store.Chunks.Write(digest, content, now);
            }
        }
    }

    private static Regex TimePattern => field ??= new("^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2})([0-9]{2})([0-9]{2})Z$");
}
