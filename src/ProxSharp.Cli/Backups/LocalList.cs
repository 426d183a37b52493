using System.Text.Json;
using ProxSharp.Backup;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Ids;

namespace ProxSharp.Cli.Backups;

/// <summary><c>prox backup list</c> for the directory of a datastore. What only a server knows is left out.</summary>
internal static class LocalList
{
    /// <summary>Shows the groups, the snapshots of one, or all snapshots.</summary>
    /// <returns>The exit code: one snapshot that cannot be read does not hide the others.</returns>
    public static async Task<int> ShowAsync(VerbRun run, LocalPlace place, string? typed, bool all, CancellationToken cancellationToken)
    {
        IReadOnlyList<BackupSnapshotPath> snapshots = place.Snapshots;
        if (typed is null && !all)
        {
            run.Write(BackupJson.List(snapshots.GroupBy(static snapshot => snapshot.Group), (json, group) => Write(json, place, group)), ListVerb.Groups);
            return ExitCodes.Success;
        }

        if (typed is not null)
        {
            BackupGroupPath group = SnapshotPlace.ParseGroup(typed);
            snapshots = [.. snapshots.Where(snapshot => snapshot.Group == group)];
            if (snapshots.Count == 0)
            {
                throw ListVerb.Nothing(place, typed);
            }
        }

        List<(BackupSnapshotPath Path, IReadOnlyList<SnapshotFile> Files)> rows = [];
        foreach (BackupSnapshotPath snapshot in snapshots)
        {
            if (await ReadAsync(run, place, snapshot, isOnly: snapshots.Count == 1, cancellationToken).ConfigureAwait(false) is { } files)
            {
                rows.Add((snapshot, files));
            }
        }

        run.Write(BackupJson.List(rows, (json, row) => Write(json, place, row.Path, row.Files)), ListVerb.Snapshots);
        return rows.Count == snapshots.Count ? ExitCodes.Success : ExitCodes.Error;
    }

    private static async Task<IReadOnlyList<SnapshotFile>?> ReadAsync(
        VerbRun run, LocalPlace place, BackupSnapshotPath snapshot, bool isOnly, CancellationToken cancellationToken)
    {
        try
        {
            SnapshotReader reader = await place.PeekAsync(snapshot, cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                return reader.Files;
            }
        }
        catch (Exception problem) when (!isOnly && problem is CliException or ProxmoxException or IOException or UnauthorizedAccessException)
        {
            CliError error = ErrorMapper.Map(problem);
            run.Command.Warn($"{snapshot} is left out, for it cannot be read: {error.Message.TrimEnd('.')}. {error.Hint}".TrimEnd());
            return null;
        }
    }

    private static void Write(Utf8JsonWriter json, LocalPlace place, IGrouping<BackupGroupPath, BackupSnapshotPath> group)
    {
        json.WriteString("group", group.Key.ToString());
        json.WriteNumber("last-backup", group.Max(static snapshot => snapshot.Time).ToUnixTimeSeconds());
        json.WriteNumber("backup-count", group.Count());
        json.WriteString("owner", place.FindOwner(group.Key));
    }

    private static void Write(Utf8JsonWriter json, LocalPlace place, BackupSnapshotPath snapshot, IReadOnlyList<SnapshotFile> files)
    {
        json.WriteString("snapshot", snapshot.ToString());
        json.WriteNumber("backup-time", snapshot.Time.ToUnixTimeSeconds());
        json.WriteNumber("size", files.Sum(static file => file.Length));
        json.WriteList("files", files.Select(static file => file.StoredName));
        json.WriteString("owner", place.FindOwner(snapshot.Group));
    }
}
