using System.Text.Json;
using ProxSharp.Backup;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Reading.Verification;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Ids;

namespace ProxSharp.Cli.Backups;

/// <summary>Verifies all snapshots in the directory of a datastore. One that is damaged keeps none of the others from being verified.</summary>
internal static class LocalVerification
{
    private static readonly ResultShape s_files = BackupJson.Shape("snapshot", "ns", "snapshot", "file", "status", "chunks", "size", "not-checked", "damage") with
    {
        KnownFields = ["checked"],
    };

    /// <summary>Reads everything.</summary>
    /// <param name="run">The run.</param>
    /// <param name="top">The namespace; those below it are verified, too.</param>
    /// <param name="key">The key; null checks of encrypted snapshots what is stored.</param>
    /// <param name="cancellationToken">Stops verifying.</param>
    /// <exception cref="CliException">There is nothing to verify.</exception>
    public static async Task<int> RunAsync(VerbRun run, LocalPlace top, CryptConfig? key, CancellationToken cancellationToken)
    {
        top.Reading = top.Reading with { AllowMissingKey = key is null };
        List<Row> rows = [];
        HashSet<string> skipped = [];
        (int count, int bad) = (0, 0);
        foreach (LocalPlace place in top.ListTree(Skip))
        {
            foreach (BackupSnapshotPath snapshot in place.ListSnapshots(Skip))
            {
                count++;
                bad += await VerifyAsync(run, place, snapshot, key, rows, cancellationToken).ConfigureAwait(false) ? 0 : 1;
            }
        }

        if (count + skipped.Count == 0)
        {
            throw SnapshotPlace.NotFound($"There is no finished backup in {top.Describe()}", "prox backup list");
        }

        run.Write(BackupJson.List(rows, Write), s_files);
        int partial = rows.Where(static row => row.Found is { } found && VerifiedFile.IsPartial(found)).Select(static row => row.Found).Distinct().Count();
        VerifiedFile.WarnOfPartial(run, partial, bad == 0);
        return Conclude(run, count, bad, partial, skipped.Count);

        void Skip(Exception problem)
        {
            // Namespaces in it and snapshots in it are looked for one after the other.
            string message = FileErrors.Map(problem).Message;
            if (skipped.Add(message))
            {
                run.Command.Warn(Terminal.TextCells.Visible($"{message}; what is in it is not verified"));
            }
        }
    }

    private static int Conclude(VerbRun run, int count, int bad, int partial, int skipped)
    {
        string words = (bad > 0 ? $"{count} snapshots, {bad} of them damaged or unreadable"
                : partial > 0 ? $"{count} snapshots: nothing is damaged as far as it was checked, {partial} not decrypted"
                : $"{count} snapshots: all is right")
            + (skipped == 0 ? "" : $"; {skipped} {(skipped == 1 ? "folder" : "folders")} could not be looked into");
        if (bad + skipped > 0)
        {
            throw SnapshotDamage.Make(words, bad > 0 ? "The list says which files and where" : "The warnings say which, and why");
        }

        run.Note(words);
        return ExitCodes.Success;
    }

    private static async Task<bool> VerifyAsync(
        VerbRun run, LocalPlace place, BackupSnapshotPath snapshot, CryptConfig? key, List<Row> rows, CancellationToken cancellationToken)
    {
        ProgressLine progress = new(run.Command);
        try
        {
            SnapshotReader reader = await place.OpenAsync(snapshot.ToString(), key, cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                SnapshotVerification found = await reader.VerifyAsync(new VerifyOptions { Progress = progress }, cancellationToken).ConfigureAwait(false);
                progress.End();
                rows.AddRange(found.Files.Select(file => new Row(place.Namespace, snapshot, found, file, null)));
                run.Note($"{Name(place, snapshot)}: {VerifiedFile.Words(found)}");
                return found.IsIntact;
            }
        }
        catch (Exception problem) when (problem is CliException or BackupKeyException or BackupSignatureException or SnapshotFileNotFoundException)
        {
            // It cannot be opened at all.
            return Fail(problem.Message);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return Fail(FileErrors.Map(problem).Message);
        }

        bool Fail(string why)
        {
            progress.End();
            rows.Add(new Row(place.Namespace, snapshot, null, null, why));
            run.Command.Warn(Terminal.TextCells.Visible($"{Name(place, snapshot)}: {why}"));
            return false;
        }
    }

    private static string Name(LocalPlace place, BackupSnapshotPath snapshot) => place.Namespace.IsRoot ? $"{snapshot}" : $"{place.Namespace}:{snapshot}";

    private static void Write(Utf8JsonWriter json, Row row)
    {
        json.WriteString("ns", row.Namespace.ToString());
        json.WriteString("snapshot", row.Snapshot.ToString());
        if (row is { File: { } file, Found: { } found })
        {
            VerifiedFile.Write(json, found, file);
            return;
        }

        json.WriteString("file", "index.json");
        json.WriteString("status", "not read");
        json.WritePropertyName("damage");
        BackupJson.WriteList(json, [row.Problem!], static (json, message) =>
        {
            json.WriteString("message", message);
            json.WriteList("paths", []);
        });
    }

    private sealed record Row(BackupNamespace Namespace, BackupSnapshotPath Snapshot, SnapshotVerification? Found, FileVerification? File, string? Problem);
}
