using System.CommandLine;
using System.Text.Json;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Ids;

namespace ProxSharp.Cli.Backups;

/// <summary><c>prox backup files</c>: the files of a snapshot as the server has them, the manifest and the log among them.</summary>
internal static class FilesVerb
{
    private static readonly ResultShape s_files = BackupJson.Shape("filename", "filename", "size", "crypt-mode");

    /// <summary>Makes the verb.</summary>
    /// <param name="repository">The options that say where.</param>
    /// <param name="path">The words of the whole command, for the examples.</param>
    public static Verb Make(RepositoryOptions repository, string path)
    {
        Argument<string> snapshot = BrowseVerbs.Snapshot();
        return new Verb("files", "List the files of a snapshot as they are stored.", VerbClass.Read, async (run, token) =>
        {
            SnapshotPlace place = await repository.OpenForReadingAsync(run, token).ConfigureAwait(false);
            BackupSnapshotPath found = await place.FindAsync(run.Value(snapshot)!, token).ConfigureAwait(false);
            run.Write(BackupJson.List(await place.ListFilesAsync(found, token).ConfigureAwait(false), Write), s_files);
            return ExitCodes.Success;
        })
        {
            Details = "Names have their endings, and the manifest (index.json.blob) and logs are among them. Needs no key. What is in them: prox backup ls.",
            Calls = ["GET /admin/datastore/{store}/files"],
            Arguments = [snapshot],
            Options = repository.ForReading,
            Examples =
            [
                new($"{path} host/web --datastore store1", "of the newest of a group"),
                new($"{path} host/web/2026-01-31T02:00:00Z -o json --datastore store1", "of one snapshot, as JSON for scripts"),
            ],
        };
    }

    /// <summary>The protection of a file in the words of servers.</summary>
    public static string Word(CryptMode mode) => mode switch
    {
        CryptMode.Encrypt => "encrypt",
        CryptMode.SignOnly => "sign-only",
        _ => "none",
    };

    private static void Write(Utf8JsonWriter json, StoredFile file)
    {
        json.WriteString("filename", file.Name);
        if (file.Size is { } size)
        {
            json.WriteNumber("size", size);
        }

        if (file.CryptMode is { } mode)
        {
            json.WriteString("crypt-mode", mode);
        }
    }
}
