using System.Text.Json;
using ProxSharp.Backup;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Ids;

namespace ProxSharp.Cli.Backups;

/// <summary>
/// <c>prox backup list</c> for the directory of a datastore. What only a server knows is left out. What cannot be read hides nothing else: it is told, and the
/// list has what can be known.
/// </summary>
internal sealed class LocalList
{
    private readonly VerbRun _run;
    private readonly LocalPlace _place;
    private readonly Dictionary<string, string?> _owners = [];
    private bool _isPartial;

    private LocalList(VerbRun run, LocalPlace place) => (_run, _place) = (run, place);

    /// <summary>Shows the groups, the snapshots of one, or all snapshots.</summary>
    /// <returns>The exit code: 1 if something could not be read.</returns>
    public static async Task<int> ShowAsync(VerbRun run, LocalPlace place, string? typed, bool all, CancellationToken cancellationToken)
    {
        LocalList list = new(run, place);
        await (typed is null && !all ? list.ShowGroupsAsync(cancellationToken) : list.ShowSnapshotsAsync(typed, cancellationToken)).ConfigureAwait(false);
        return list._isPartial ? ExitCodes.Error : ExitCodes.Success;
    }

    // Only the newest snapshot of each group is opened, as a server does: there may be many thousands of others.
    private async Task ShowGroupsAsync(CancellationToken cancellationToken)
    {
        List<Row> rows = [];
        IEnumerable<ListedSnapshot> all = _place.ListSnapshots(Skip).Select(static snapshot => new ListedSnapshot(snapshot, true));
        foreach (IGrouping<string, ListedSnapshot> group in all.GroupBy(static snapshot => snapshot.Path.Group.ToString(), StringComparer.Ordinal))
        {
            // They come by time.
            rows.Add(await ReadAsync(group.Last().Path, group.Count(), cancellationToken).ConfigureAwait(false));
        }

        _run.Write(BackupJson.List(rows, WriteGroup), ListVerb.Groups);
    }

    private async Task ShowSnapshotsAsync(string? typed, CancellationToken cancellationToken)
    {
        IReadOnlyList<BackupSnapshotPath> snapshots = typed is null ? _place.ListSnapshots(Skip) : _place.ListSnapshots(SnapshotPlace.ParseGroup(typed));
        if (typed is not null && snapshots.Count == 0)
        {
            throw ListVerb.Nothing(_place, typed);
        }

        List<Row> rows = [];
        foreach (BackupSnapshotPath snapshot in snapshots)
        {
            rows.Add(await ReadAsync(snapshot, 1, cancellationToken).ConfigureAwait(false));
        }

        _run.Write(BackupJson.List(rows, Write), ListVerb.Snapshots);
    }

    private async Task<Row> ReadAsync(BackupSnapshotPath snapshot, int count, CancellationToken cancellationToken)
    {
        string group = snapshot.Group.ToString();
        if (!_owners.TryGetValue(group, out string? owner))
        {
            _owners[group] = owner = await _place.FindOwnerAsync(snapshot.Group, Tell, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            SnapshotReader reader = await _place.PeekAsync(snapshot, cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                return new Row(snapshot, reader.Files, owner, count);
            }
        }
        catch (Exception problem) when (problem is CliException or ProxmoxException or IOException or UnauthorizedAccessException)
        {
            CliError error = ErrorMapper.Map(problem);
            Tell($"{snapshot} is there, but cannot be read: {error.Message.TrimEnd('.')}. {error.Hint}".TrimEnd());
            return new Row(snapshot, null, owner, count);
        }
    }

    private void Skip(Exception problem) => Tell($"{FileErrors.Map(problem).Message}; what is in it is left out");

    private void Tell(string problem)
    {
        _isPartial = true;
        _run.Command.Warn(Terminal.TextCells.Visible(problem));
    }

    private static void WriteGroup(Utf8JsonWriter json, Row row)
    {
        json.WriteString("group", row.Newest.Group.ToString());
        json.WriteNumber("last-backup", row.Newest.Time.ToUnixTimeSeconds());
        json.WriteNumber("backup-count", row.Count);
        json.WriteString("owner", row.Owner);
        WriteFiles(json, row);
    }

    private static void Write(Utf8JsonWriter json, Row row)
    {
        json.WriteString("snapshot", row.Newest.ToString());
        json.WriteNumber("backup-time", row.Newest.Time.ToUnixTimeSeconds());
        if (row.Files is { } files)
        {
            json.WriteNumber("size", files.Sum(static file => file.Length));
        }

        WriteFiles(json, row);
        json.WriteString("owner", row.Owner);
    }

    private static void WriteFiles(Utf8JsonWriter json, Row row)
    {
        if (row.Files is { } files)
        {
            json.WriteList("files", files.Select(static file => file.StoredName));
        }
    }

    /// <summary>A snapshot, or a group by its newest one. There are no files if it cannot be read.</summary>
    private sealed class Row(BackupSnapshotPath newest, IReadOnlyList<SnapshotFile>? files, string? owner, int count)
    {
        public BackupSnapshotPath Newest => newest;

        public IReadOnlyList<SnapshotFile>? Files => files;

        public string? Owner => owner;

        public int Count => count;
    }
}
