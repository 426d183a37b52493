using System.CommandLine;
using ProxSharp.Backup;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Backups;

/// <summary><c>prox backup catalog</c>: all that is in the directory trees of a snapshot, by the words of the official client.</summary>
internal static class CatalogNoun
{
    private static readonly ResultShape s_entries = BackupJson.Shape("path", "archive", "kind", "size", "mtime", "path");

    /// <summary>Builds it.</summary>
    public static Noun Build(RepositoryOptions repository, KeyOptions keys) =>
        new Noun("catalog", "The entries of all directory trees of a snapshot.").Add(Dump(repository, keys));

    private static Verb Dump(RepositoryOptions repository, KeyOptions keys)
    {
        Argument<string> snapshot = new("snapshot") { Description = "The snapshot, or a group for its newest one" };
        return new Verb("dump", "List all entries of all directory trees of a snapshot.", VerbClass.Read, (run, token) => BrowseVerbs.OpenAsync(
            run, repository, keys, run.Value(snapshot)!, reader => ListAsync(run, reader, token), token))
        {
            Calls = ["GET /reader"],
            Details = "The same as prox backup ls SNAPSHOT ARCHIVE --recursive for each of its archives.",
            Arguments = [snapshot],
            Options = [.. repository.ForReading, .. keys.ForReading],
            Examples =
            [
                new("backup catalog dump host/web --datastore store1", "of the newest of a group"),
                new("backup catalog dump host/web/2026-01-31T02:00:00Z -o jsonl --datastore store1", "of one snapshot, a JSON object a line"),
            ],
        };
    }

    private static async Task<int> ListAsync(VerbRun run, SnapshotReader reader, CancellationToken cancellationToken)
    {
        List<(string Archive, ArchiveEntry Entry)> rows = [];
        foreach (SnapshotFile file in reader.Files.Where(static file => file.Kind is SnapshotFileKind.Archive or SnapshotFileKind.SplitMetadata))
        {
            BrowsedTree tree = await BrowsedTree.OpenAsync(run, reader, file.Name, withMetadata: false, cancellationToken).ConfigureAwait(false);
            await foreach (ArchiveEntry entry in tree.WalkAsync("", cancellationToken).ConfigureAwait(false))
            {
                rows.Add((tree.Name, entry));
            }
        }

        run.Write(BackupJson.List(rows, static (json, row) =>
        {
            json.WriteString("archive", row.Archive);
            BrowseVerbs.Write(json, row.Entry);
        }), s_entries);
        return ExitCodes.Success;
    }
}
