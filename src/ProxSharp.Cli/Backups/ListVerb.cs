using System.CommandLine;
using System.Text.Json;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Pbs.Backups;

namespace ProxSharp.Cli.Backups;

/// <summary><c>prox backup list</c>.</summary>
internal static class ListVerb
{
    private static readonly ResultShape s_groups = BackupJson.Shape("group", "group", "last-backup", "backup-count", "owner", "comment");
    private static readonly ResultShape s_snapshots = BackupJson.Shape("snapshot", "snapshot", "size", "files", "verification", "protected", "comment");

    /// <summary>Makes the verb.</summary>
    public static Verb Make(RepositoryOptions repository)
    {
        Argument<string?> group = new("group")
        {
            Description = "Its snapshots, for example host/web [default: the groups]",
            Arity = ArgumentArity.ZeroOrOne,
        };

        Option<bool> all = new("--all") { Description = "The snapshots of all groups" };
        return new Verb("list", "List the backup groups of a namespace, or the snapshots of a group.", VerbClass.Read, (run, token) => Watching.RunAsync(
            run, watched => ShowAsync(run, repository, run.Value(group), run.Value(all), watched), token))
        {
            Aliases = ["snapshots"],
            Calls = ["GET /admin/datastore/{store}/groups", "GET /admin/datastore/{store}/snapshots"],
            Arguments = [group],
            Options = [.. repository.All, all],
            Traits = VerbTraits.Watch,
            Examples =
            [
                new("backup list --datastore store1", "the groups"),
                new("backup list host/web --repository backup@pbs@pbs1:store1 -o json", "the snapshots of one, for a program"),
            ],
        };
    }

    private static async Task ShowAsync(VerbRun run, RepositoryOptions repository, string? typed, bool all, CancellationToken cancellationToken)
    {
        BackupPlace place = await repository.OpenAsync(run, cancellationToken).ConfigureAwait(false);
        if (typed is null && !all)
        {
            IReadOnlyList<BackupGroupInfo> groups = await place.Folder.Groups.ListAsync(cancellationToken).ConfigureAwait(false);
            run.Write(BackupJson.List(groups.OrderBy(static group => group.Path.ToString(), StringComparer.Ordinal), Write), s_groups);
            return;
        }

        IReadOnlyList<BackupSnapshotInfo> snapshots = typed is null
            ? await place.Folder.Snapshots.ListAsync(null, cancellationToken).ConfigureAwait(false)
            : await place.Folder.Groups[BackupPlace.ParseGroup(typed)].Snapshots.ListAsync(cancellationToken).ConfigureAwait(false);
        if (typed is not null && snapshots.Count == 0)
        {
            throw BackupPlace.NotFound($"There is no backup of {typed} in {place.Describe()}", "prox backup list");
        }

        run.Write(BackupJson.List(snapshots.OrderBy(static snapshot => snapshot.Path.ToString(), StringComparer.Ordinal), Write), s_snapshots);
    }

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
