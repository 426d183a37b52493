using System.CommandLine;
using System.Text.Json;
using ProxSharp.Backup;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Comparison;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Backups;

/// <summary><c>prox backup diff</c>.</summary>
internal static class CompareVerb
{
    private const long MemoryOfEach = 24L << 20;

    private static readonly ResultShape s_shape = BackupJson.Shape("path", "change", "parts", "kind", "size", "path") with
    {
        KnownFields = ["change", "parts", "path", "kind", "size", "mtime", "mode", "uid", "gid", "device", "target"],
    };

    /// <summary>Makes the verb.</summary>
    public static Verb Make(RepositoryOptions repository, KeyOptions keys)
    {
        Argument<string> older = new("older") { Description = "The older snapshot" };
        Argument<string> newer = new("newer") { Description = "The newer snapshot, or a group for its newest one" };
        Argument<string> archive = new("archive") { Description = "The directory tree" };
        Argument<string?> path = new("path") { Description = "A directory in it [default: its root]", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> metadata = new("--metadata") { Description = "Compare owners, modes, link targets and attributes, too" };
        Option<bool> contents = new("--contents") { Description = "Compare the contents of files of the same size, too; fetches what is not in the same chunks" };
        return new Verb("diff", "Show what was added, removed and changed between two snapshots.", VerbClass.Read, async (run, token) =>
        {
            SnapshotPlace place = await repository.OpenForReadingAsync(run, token).ConfigureAwait(false);
            using CryptConfig? key = await keys.UnlockForAsync(run, place, null, token).ConfigureAwait(false);
            CompareOptions options = new()
            {
                WithMetadata = run.Value(metadata),
                WithContents = run.Value(contents),
                Path = ArchiveText.Check(run.Value(path) ?? ""),
            };
            return await CompareAsync(run, place, key, run.Value(older)!, run.Value(newer)!, run.Value(archive)!, options, token).ConfigureAwait(false);
        })
        {
            Calls = ["GET /reader"],
            Details =
                "Ends with exit code 0 if there is no difference, and 1 if there is one, as diff does; errors have codes of their own: 2 wrong words, "
                + "5 nothing there, 3 and 4 the server. Damage is 1, too, with an error. Kinds, names, sizes and times are compared, which come from the catalogs and "
                + "are little to fetch; owners, modes and attributes with --metadata, and files of equal size byte for byte with --contents.",
            Arguments = [older, newer, archive, path],
            Options = [.. repository.ForReading, .. keys.ForReading, metadata, contents],
            Examples =
            [
                new("backup diff host/web/2026-01-30T02:00:00Z host/web root.pxar --datastore store1", "since that day"),
                new("backup diff host/web/2026-01-30T02:00:00Z host/web root.pxar /etc --metadata -o jsonl", "only /etc, with owners and modes, for a program"),
            ],
        };
    }

    private static async Task<int> CompareAsync(
        VerbRun run,
        SnapshotPlace place,
        CryptConfig? key,
        string older,
        string newer,
        string archive,
        CompareOptions options,
        CancellationToken cancellationToken)
    {
        // Two snapshots are read at once, and what is read of both goes through a cache of the comparison: each needs little of its own.
        place.Reading = place.Reading with { CacheBytes = MemoryOfEach, MaxBytesAhead = MemoryOfEach };
        SnapshotReader first = await place.OpenAsync(older, key, cancellationToken).ConfigureAwait(false);
        await using (first.ConfigureAwait(false))
        {
            SnapshotReader second = await place.OpenAsync(newer, key, cancellationToken).ConfigureAwait(false);
            await using (second.ConfigureAwait(false))
            {
                int changes = await SnapshotDamage.ReadAsync(
                    place, second, () => WriteAsync(run, first, second, archive, options, cancellationToken)).ConfigureAwait(false);
                return changes == 0 ? ExitCodes.Success : ExitCodes.Error;
            }
        }
    }

    private static async Task<int> WriteAsync(
        VerbRun run, SnapshotReader first, SnapshotReader second, string archive, CompareOptions options, CancellationToken cancellationToken)
    {
        IAsyncEnumerable<SnapshotChange> changes =
            await BrowsedTree.CompareAsync(run, first, second, archive, options, cancellationToken).ConfigureAwait(false);
        return await run.WriteRowsAsync(changes, (json, change) => Write(json, change, options.WithMetadata), s_shape).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter json, SnapshotChange change, bool withMetadata)
    {
        json.WriteString("change", BackupJson.Word(change.Kind));
        if (change.Kind == SnapshotChangeKind.Changed)
        {
            json.WriteString("parts", Parts(change.Parts));
        }

        BrowseVerbs.Write(json, change.Entry, withMetadata);
    }

    private static string Parts(ChangedParts parts)
    {
        List<string> words = [];
        foreach (ChangedParts part in Enum.GetValues<ChangedParts>())
        {
            if (part != ChangedParts.None && parts.HasFlag(part))
            {
                words.Add(BackupJson.Word(part));
            }
        }

        return string.Join(", ", words);
    }
}
