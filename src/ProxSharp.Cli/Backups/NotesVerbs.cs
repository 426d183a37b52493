using System.CommandLine;
using ProxSharp.Api;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Ids;
using ProxSharp.Pbs;

namespace ProxSharp.Cli.Backups;

/// <summary><c>prox backup notes</c>: the notes of snapshots and groups.</summary>
internal static class NotesVerbs
{
    private static readonly ResultShape s_notes = BackupJson.Shape("of", "of", "notes");

    /// <summary>Makes the noun.</summary>
    /// <param name="repository">The options that say where.</param>
    /// <param name="path">The words before it, for the examples.</param>
    public static Noun Build(RepositoryOptions repository, string path) =>
        new Noun("notes", "Notes of snapshots and of groups.").Add(Show(repository, path), Set(repository, path));

    private static Verb Show(RepositoryOptions repository, string path)
    {
        Argument<string> what = What();
        return new Verb("show", "Print the notes of a snapshot or a group.", VerbClass.Read, async (run, token) =>
        {
            BackupPlace place = await repository.OpenAsync(run, token).ConfigureAwait(false);
            Write(run, run.Value(what)!, await ReadAsync(place, run.Value(what)!, token).ConfigureAwait(false));
            return ExitCodes.Success;
        })
        {
            Calls = ["GET /admin/datastore/{store}/notes", "GET /admin/datastore/{store}/group-notes"],
            Arguments = [what],
            Options = repository.All,
            Examples =
            [
                new($"{path} show host/web/2026-01-31T02:00:00Z --datastore store1", "of a snapshot"),
                new($"{path} show host/web --datastore store1", "of a whole group"),
            ],
        };
    }

    private static Verb Set(RepositoryOptions repository, string path)
    {
        Argument<string> what = What();
        Argument<string> text = new("text") { Description = "The notes; the first line is shown in lists, an empty text removes them" };
        return new Verb("set", "Write the notes of a snapshot or a group.", VerbClass.Change, (run, token) => SetAsync(
            run, repository, run.Value(what)!, run.Value(text)!, token))
        {
            Aliases = ["update"],
            Calls = ["PUT /admin/datastore/{store}/notes", "PUT /admin/datastore/{store}/group-notes"],
            Arguments = [what, text],
            Options = repository.All,
            Traits = VerbTraits.DryRun,
            Examples =
            [
                new($"{path} set host/web/2026-01-31T02:00:00Z 'before the upgrade' --datastore store1", "of a snapshot"),
                new($"{path} set host/web 'the web server' --datastore store1", "of a whole group"),
            ],
        };
    }

    private static Argument<string> What() => new("snapshot") { Description = "A snapshot, or a group for its own notes" };

    private static async Task<int> SetAsync(VerbRun run, RepositoryOptions repository, string what, string text, CancellationToken cancellationToken)
    {
        BackupPlace place = await repository.OpenAsync(run, cancellationToken).ConfigureAwait(false);
        ChangeRules.CheckContext(run, place.Session.Context);
        string before = await ReadAsync(place, what, cancellationToken).ConfigureAwait(false);
        bool isSnapshot = BackupSnapshotPath.TryParse(what, out BackupSnapshotPath snapshot);
        BackupGroupPath group = isSnapshot ? snapshot.Group : SnapshotPlace.ParseGroup(what);
        PlannedCall call = BackupChange.Call(
            place, ApiMethod.Put, isSnapshot ? "notes" : "group-notes", group, isSnapshot ? snapshot.Time : null, "notes", text);
        Task SetAsync() => isSnapshot
            ? place.Folder.Snapshots[snapshot].SetNotesAsync(text, cancellationToken)
            : place.Folder.Groups[group].SetNotesAsync(text, cancellationToken);
        if (await BackupChange.IsPlannedAsync(run, place, call, SetAsync).ConfigureAwait(false))
        {
            return ExitCodes.Success;
        }

        Write(run, what, text);
        run.Note(run.IsDryRun ? $"Nothing was changed: this was a dry run. Now there is: {Terminal.TextCells.Visible(before)}" : "Done.");
        return ExitCodes.Success;
    }

    private static async Task<string> ReadAsync(BackupPlace place, string what, CancellationToken cancellationToken)
    {
        if (BackupSnapshotPath.TryParse(what, out BackupSnapshotPath path))
        {
            BackupSnapshot snapshot = place.Folder.Snapshots[path];
            return await place.AskAsync(path, () => snapshot.GetNotesAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        BackupGroupPath group = SnapshotPlace.ParseGroup(what);
        string notes = await place.Folder.Groups[group].GetNotesAsync(cancellationToken).ConfigureAwait(false);

        // Proxmox: a group that does not exist has no notes, like one without.
        return notes.Length > 0 || (await place.Folder.Groups.ListAsync(cancellationToken).ConfigureAwait(false)).Any(one => one.Path == group)
            ? notes
            : throw SnapshotPlace.NotFound($"There is no group {group} in {place.Describe()}", "prox backup list");
    }

    private static void Write(VerbRun run, string what, string notes)
    {
        // People want to read the text, lines and all.
        if (BackupJson.IsForPeople(run) && run.Command.Output.Format is OutputFormat.Table or OutputFormat.Wide)
        {
            foreach (string line in notes.Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n').Split('\n'))
            {
                run.Command.Services.Console.Out.WriteLine(Terminal.TextCells.Visible(line));
            }

            return;
        }

        run.Write(JsonText.Build(json =>
        {
            json.WriteStartObject();
            json.WriteString("of", what);
            json.WriteString("notes", notes);
            json.WriteEndObject();
        }), s_notes);
    }
}
