using System.CommandLine;
using System.Text.Json;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Pbs;
using ProxSharp.Pbs.Backups;

namespace ProxSharp.Cli.Backups;

/// <summary><c>prox backup list</c>.</summary>
internal static class ListVerb
{
    /// <summary>How groups are shown.</summary>
    public static readonly ResultShape Groups = BackupJson.Shape("group", "group", "last-backup", "backup-count", "owner", "comment");

    /// <summary>How snapshots are shown.</summary>
    public static readonly ResultShape Snapshots = BackupJson.Shape("snapshot", "snapshot", "size", "files", "verification", "protected", "comment");

    /// <summary>Makes the verb.</summary>
    public static Verb Make(RepositoryOptions repository)
    {
        Argument<string?> group = new("group")
        {
            Description = "Its snapshots, for example host/web [default: the groups]",
            Arity = ArgumentArity.ZeroOrOne,
        };

        Option<bool> all = new("--all") { Description = "The snapshots of all groups" };
        return new Verb("list", "List the backup groups of a namespace, or the snapshots of a group.", VerbClass.Read, (run, token) => RunAsync(
            run, repository, run.Value(group), run.Value(all), token))
        {
            Calls = ["GET /admin/datastore/{store}/groups", "GET /admin/datastore/{store}/snapshots"],
            Arguments = [group],
            Options = [.. repository.ForReading, all],
            Traits = VerbTraits.Watch,
            Examples =
            [
                new("backup list --datastore store1", "the groups"),
                new("backup list --store-directory /mnt/datastore/store1", "those on a disk, without its server"),
                new("backup list host/web --repository backup@pbs@pbs1:store1 -o json", "the snapshots of one, for a program"),
            ],
        };
    }

    /// <summary>Makes the verb that lists snapshots, of all groups or of one.</summary>
    /// <param name="repository">The options that say where.</param>
    /// <param name="word">The word.</param>
    /// <param name="path">The words of the whole command, for the examples.</param>
    public static Verb MakeSnapshots(RepositoryOptions repository, string word, string path)
    {
        Argument<string?> group = new("group")
        {
            Description = "The group, for example host/web [default: all]",
            Arity = ArgumentArity.ZeroOrOne,
        };

        return new Verb(word, "List the snapshots of a namespace or of a group.", VerbClass.Read, (run, token) => RunAsync(
            run, repository, run.Value(group), all: true, token))
        {
            Calls = ["GET /admin/datastore/{store}/snapshots"],
            Arguments = [group],
            Options = repository.ForReading,
            Traits = VerbTraits.Watch,
            Examples =
            [
                new($"{path} --datastore store1", "all of them"),
                new($"{path} host/web -o name --datastore store1", "only the names of those of one group"),
            ],
        };
    }

    private static async Task<int> RunAsync(VerbRun run, RepositoryOptions repository, string? typed, bool all, CancellationToken cancellationToken)
    {
        int read = ExitCodes.Success;
        int shown = await Watching.RunAsync(
            run, async watched => read = await ShowAsync(run, repository, typed, all, watched).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return shown == ExitCodes.Success ? read : shown;
    }

    private static async Task<int> ShowAsync(VerbRun run, RepositoryOptions repository, string? typed, bool all, CancellationToken cancellationToken)
    {
        SnapshotPlace place = await repository.OpenForReadingAsync(run, cancellationToken).ConfigureAwait(false);
        if (place is LocalPlace local)
        {
            return await LocalList.ShowAsync(run, local, typed, all, cancellationToken).ConfigureAwait(false);
        }

        DatastoreNamespace folder = ((BackupPlace)place).Folder;
        if (typed is null && !all)
        {
            IReadOnlyList<BackupGroupInfo> groups = await folder.Groups.ListAsync(cancellationToken).ConfigureAwait(false);
            Warn(run, groups, "groups");
            run.Write(BackupJson.List(groups.OrderBy(static group => group.Path.ToString(), StringComparer.Ordinal), Write), Groups);
            return ExitCodes.Success;
        }

        IReadOnlyList<BackupSnapshotInfo> snapshots = typed is null
            ? await folder.Snapshots.ListAsync(null, cancellationToken).ConfigureAwait(false)
            : await folder.Groups[SnapshotPlace.ParseGroup(typed)].Snapshots.ListAsync(cancellationToken).ConfigureAwait(false);
        Warn(run, snapshots, "snapshots");
        if (typed is not null && snapshots.Count == 0)
        {
            throw Nothing(place, typed);
        }

        run.Write(BackupJson.List(snapshots.OrderBy(static snapshot => snapshot.Path.ToString(), StringComparer.Ordinal), Write), Snapshots);
        return ExitCodes.Success;
    }

    private static void Warn<T>(VerbRun run, IReadOnlyList<T> items, string what)
    {
        if (items is IncompleteList<T> { LeftOut: var leftOut })
        {
            run.Command.Warn($"{leftOut} of the {what} that the server lists cannot be read, and are left out: a type, name or time in its answer is none");
        }
    }

    /// <summary>Makes the error for a group without snapshots.</summary>
    public static CliException Nothing(SnapshotPlace place, string group) =>
        SnapshotPlace.NotFound($"There is no backup of {group} in {place.Describe()}", place.Option.Length > 0 ? place.Command("list") : "prox backup list");

    private static void Write(Utf8JsonWriter json, BackupGroupInfo group)
    {
        json.WriteString("group", group.Path.ToString());
        if (group.LastBackup is { } last)
        {
            json.WriteNumber("last-backup", last.ToUnixTimeSeconds());
        }

        json.WriteNumber("backup-count", group.BackupCount);
        json.WriteString("owner", group.Owner);
        json.WriteList("files", group.Files);
        json.WriteString("comment", group.Comment);
    }

    private static void Write(Utf8JsonWriter json, BackupSnapshotInfo snapshot)
    {
        json.WriteString("snapshot", snapshot.Path.ToString());
        json.WriteNumber("backup-time", snapshot.Path.Time.ToUnixTimeSeconds());
        if (snapshot.Size is { } size)
        {
            json.WriteNumber("size", size);
        }

        json.WriteList("files", snapshot.Files.Select(static file => file.Filename));
        json.WriteString("owner", snapshot.Owner);
        json.WriteBoolean("protected", snapshot.IsProtected);
        json.WriteString("verification", snapshot.Verification?.ToString());
        json.WriteString("key-fingerprint", snapshot.KeyFingerprint);
        json.WriteString("comment", snapshot.Comment);
    }
}
