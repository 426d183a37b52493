using System.CommandLine;
using ProxSharp.Api;
using ProxSharp.Backup;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Ids;

namespace ProxSharp.Cli.Backups;

/// <summary>The verbs that change something about snapshots and groups without touching their contents.</summary>
internal static class SnapshotVerbs
{
    private static readonly ResultShape s_protection = BackupJson.Shape("snapshot", "snapshot", "protected");
    private static readonly ResultShape s_log = BackupJson.Shape("snapshot", "snapshot", "file", "size");
    private static readonly ResultShape s_owner = BackupJson.Shape("group", "group", "owner");

    /// <summary>Makes <c>protect</c> or <c>unprotect</c>.</summary>
    public static Verb Protect(RepositoryOptions repository, bool isProtected)
    {
        Argument<string> snapshot = Snapshot();
        string word = isProtected ? "protect" : "unprotect";
        string summary = isProtected ? "Protect a snapshot from being removed or pruned." : "Take the protection of a snapshot away.";
        return new Verb(word, summary, VerbClass.Change, (run, token) => ProtectAsync(run, repository, run.Value(snapshot)!, isProtected, token))
        {
            Calls = ["PUT /admin/datastore/{store}/protected"],
            Arguments = [snapshot],
            Options = repository.All,
            Traits = VerbTraits.DryRun,
            Examples =
            [
                new($"backup {word} host/web/2026-01-31T02:00:00Z --datastore store1", "a certain one"),
                new($"backup {word} host/web --datastore store1", "the newest of a group"),
            ],
        };
    }

    /// <summary>Makes <c>upload-log</c>.</summary>
    public static Verb UploadLog(RepositoryOptions repository)
    {
        // Not those of the other verbs: what is hidden here would be hidden there.
        KeyOptions keys = new();
        Argument<string> snapshot = Snapshot();
        Argument<string> file = new("file") { Description = "The log: at most 128 MiB" };
        return new Verb("upload-log", "Store the log of a backup beside it, as client.log.", VerbClass.Change, (run, token) => UploadLogAsync(
            run, repository, keys, run.Value(snapshot)!, run.Value(file)!, token))
        {
            Calls = ["POST /admin/datastore/{store}/upload-backup-log"],
            Details = "A snapshot takes one log, and only from its owner. With the key of the snapshot the log is encrypted; another one is refused. "
                + "Read it with: prox backup cat SNAPSHOT client.log",
            Arguments = [snapshot, file],
            Options = [.. repository.All, .. keys.ForOneFile],
            HiddenOptions = [keys.CryptMode],
            Traits = VerbTraits.DryRun,
            Examples =
            [
                new("backup upload-log host/web /var/log/backup.log --datastore store1", "to the newest backup"),
                new("backup upload-log host/web/2026-01-31T02:00:00Z backup.log --keyfile key.json --datastore store1", "encrypted"),
            ],
        };
    }

    /// <summary>Makes <c>change-owner</c>.</summary>
    public static Verb ChangeOwner(RepositoryOptions repository)
    {
        Argument<string> group = new("group") { Description = "The group, for example host/web" };
        Argument<string> owner = new("owner") { Description = "The user or API token that owns it from now on: user@realm or user@realm!token" };
        return new Verb("change-owner", "Give a group of backups to another user or API token.", VerbClass.Change, (run, token) => ChangeOwnerAsync(
            run, repository, SnapshotPlace.ParseGroup(run.Value(group)!), run.Value(owner)!, token))
        {
            Calls = ["POST /admin/datastore/{store}/change-owner"],
            Details = "Only its owner may add to a group. Needs the right to change the datastore, or to own both sides.",
            Arguments = [group, owner],
            Options = repository.All,
            Traits = VerbTraits.DryRun,
            Examples =
            [
                new("backup change-owner host/web backup@pbs!ci --datastore store1", "to an API token"),
                new("backup change-owner host/web backup@pbs --datastore store1 --dry-run", "only look"),
            ],
        };
    }

    /// <summary>Makes <c>show</c> of <c>snapshot protected</c>.</summary>
    public static Verb ShowProtection(RepositoryOptions repository)
    {
        Argument<string> snapshot = Snapshot();
        return new Verb("show", "Show whether a snapshot is protected.", VerbClass.Read, async (run, token) =>
        {
            BackupPlace place = await repository.OpenAsync(run, token).ConfigureAwait(false);
            BackupSnapshotPath path = await place.FindAsync(run.Value(snapshot)!, token).ConfigureAwait(false);
            Write(run, path, await place.AskAsync(path, () => place.Folder.Snapshots[path].IsProtectedAsync(token), token).ConfigureAwait(false));
            return ExitCodes.Success;
        })
        {
            Calls = ["GET /admin/datastore/{store}/protected"],
            Arguments = [snapshot],
            Options = repository.All,
            Examples =
            [
                new("backup snapshot protected show host/web --datastore store1", "of the newest of a group"),
                new("backup snapshot protected show host/web/2026-01-31T02:00:00Z -o json --datastore store1", "of one snapshot, as JSON for scripts"),
            ],
        };
    }

    /// <summary>Makes <c>update</c> of <c>snapshot protected</c>.</summary>
    public static Verb UpdateProtection(RepositoryOptions repository)
    {
        Argument<string> snapshot = Snapshot();
        // Of a truth value the parser takes none for false, and false takes the protection away.
        Argument<string> isProtected = new("protected") { Description = "true or false" };
        return new Verb("update", "Protect a snapshot, or take its protection away.", VerbClass.Change, (run, token) => ProtectAsync(
            run, repository, run.Value(snapshot)!, Truth(run.Value(isProtected)!), token))
        {
            Calls = ["PUT /admin/datastore/{store}/protected"],
            Arguments = [snapshot, isProtected],
            Options = repository.All,
            Traits = VerbTraits.DryRun,
            Examples =
            [
                new("backup snapshot protected update host/web/2026-01-31T02:00:00Z true --datastore store1", "the same as: prox backup protect"),
                new("backup snapshot protected update host/web false --datastore store1", "the same as: prox backup unprotect"),
            ],
        };
    }

    private static bool Truth(string word) =>
        SwitchWords.Truth(word) ?? throw CliException.Usage($"'{word}' is neither true nor false", "Write true to protect the snapshot, false to take the protection away");

    private static Argument<string> Snapshot() => new("snapshot") { Description = "The snapshot, or a group for its newest one" };

    private static async Task<int> ProtectAsync(
        VerbRun run, RepositoryOptions repository, string text, bool isProtected, CancellationToken cancellationToken)
    {
        BackupPlace place = await repository.OpenAsync(run, cancellationToken).ConfigureAwait(false);
        ChangeRules.CheckContext(run, place.Session.Context);
        BackupSnapshotPath path = await place.FindAsync(text, cancellationToken).ConfigureAwait(false);
        Task<bool> Ask() => place.Folder.Snapshots[path].IsProtectedAsync(cancellationToken);
        bool before = await place.AskAsync(path, Ask, cancellationToken).ConfigureAwait(false);
        PlannedCall call = BackupChange.Call(place, ApiMethod.Put, "protected", path.Group, path.Time, "protected", isProtected ? "1" : "0");
        if (before != isProtected && await BackupChange.IsPlannedAsync(
            run, place, call, () => place.Folder.Snapshots[path].SetProtectionAsync(isProtected, cancellationToken)).ConfigureAwait(false))
        {
            return ExitCodes.Success;
        }

        Write(run, path, isProtected);
        run.Note(before == isProtected ? "It was so before." : run.IsDryRun ? "Nothing was changed: this was a dry run." : "Done.");
        return ExitCodes.Success;
    }

    private static void Write(VerbRun run, BackupSnapshotPath path, bool isProtected) => run.Write(
        JsonText.Build(json =>
        {
            json.WriteStartObject();
            json.WriteString("snapshot", path.ToString());
            json.WriteBoolean("protected", isProtected);
            json.WriteEndObject();
        }),
        s_protection);

    private static async Task<int> UploadLogAsync(
        VerbRun run, RepositoryOptions repository, KeyOptions keys, string text, string file, CancellationToken cancellationToken)
    {
        string path = run.Command.Services.Environment.AbsolutePath(file);
        if (!Path.Exists(path))
        {
            throw SnapshotPlace.NotFound($"There is no file {path}", "Name the log that the backup has written", isCommand: false);
        }

        BackupPlace place = await repository.OpenAsync(run, cancellationToken).ConfigureAwait(false);
        ChangeRules.CheckContext(run, place.Session.Context);
        BackupSnapshotPath snapshot = await place.FindAsync(text, cancellationToken).ConfigureAwait(false);
        using CryptConfig? key = await keys.UnlockAsync(run, place.Environment, cancellationToken).ConfigureAwait(false);
        byte[] log = await SmallFile.ReadAsync(path, DataBlob.MaxDataSize, cancellationToken).ConfigureAwait(false);
        if (run.IsDryRun && key is not null)
        {
            // Tells what storing it would: that the key is another one.
            await (await place.OpenAsync(snapshot.ToString(), key, cancellationToken).ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        else if (!run.IsDryRun)
        {
            await place.AskAsync(snapshot, () => StoreLogAsync(place, snapshot, log, key, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        run.Write(JsonText.Build(json =>
        {
            json.WriteStartObject();
            json.WriteString("snapshot", snapshot.ToString());
            json.WriteString("file", path);
            json.WriteNumber("size", log.Length);
            json.WriteEndObject();
        }), s_log);
        run.Note(run.IsDryRun ? "Nothing was stored: this was a dry run." : "Done.");
        return ExitCodes.Success;
    }

    private static async Task<bool> StoreLogAsync(
        BackupPlace place, BackupSnapshotPath snapshot, byte[] log, CryptConfig? key, CancellationToken cancellationToken)
    {
        try
        {
            await place.Store.UploadBackupLogAsync(snapshot, log, place.Namespace, key, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ProxmoxApiException refused) when (refused.ServerMessage.Contains("already contains a log", StringComparison.Ordinal))
        {
            throw new CliException(new CliError
            {
                Code = "conflict",
                ExitCode = ExitCodes.Conflict,
                Message = $"{snapshot} has a log already, and it takes one only",
                Hint = $"Read it: prox backup cat {snapshot} client.log",
            });
        }
    }

    private static async Task<int> ChangeOwnerAsync(
        VerbRun run, RepositoryOptions repository, BackupGroupPath group, string owner, CancellationToken cancellationToken)
    {
        BackupPlace place = await repository.OpenAsync(run, cancellationToken).ConfigureAwait(false);
        ChangeRules.CheckContext(run, place.Session.Context);
        PlannedCall call = BackupChange.Call(place, ApiMethod.Post, "change-owner", group, null, "new-owner", owner);
        if (await BackupChange.IsPlannedAsync(
            run, place, call, () => place.Folder.Groups[group].ChangeOwnerAsync(owner, cancellationToken)).ConfigureAwait(false))
        {
            return ExitCodes.Success;
        }

        run.Write(JsonText.Build(json =>
        {
            json.WriteStartObject();
            json.WriteString("group", group.ToString());
            json.WriteString("owner", owner);
            json.WriteEndObject();
        }), s_owner);
        run.Note(run.IsDryRun ? "Nothing was changed: this was a dry run." : "Done.");
        return ExitCodes.Success;
    }
}
