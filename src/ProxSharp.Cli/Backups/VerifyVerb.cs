using System.CommandLine;
using ProxSharp.Backup;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Reading.Verification;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Backups;

/// <summary><c>prox backup verify</c>.</summary>
internal static class VerifyVerb
{
    private static readonly ResultShape s_files = BackupJson.Shape("file", "file", "status", "chunks", "size", "not-checked", "damage") with
    {
        KnownFields = ["checked"],
    };

    /// <summary>Makes the verb.</summary>
    public static Verb Make(RepositoryOptions repository, KeyOptions keys)
    {
        Argument<string?> what = new("snapshot")
        {
            Description = "A snapshot or group [default: all of the namespace and below it]; --local needs one",
            Arity = ArgumentArity.ZeroOrOne,
        };

        Option<bool> local = new("--local")
        {
            Description = "Read and check everything here, with the key if there is one, instead of letting the server do it",
        };

        ServerVerification server = new(repository);
        return new Verb("verify", "Check backups against their checksums: on the server, or by reading them here.", VerbClass.Change, (run, token) =>
            run.Value(local) || run.IsGiven(repository.Directory)
                ? run.Value(run.Standard.DryRun)
                    ? throw CliException.Usage("What is verified here is only read", "Leave --dry-run out: nothing is changed")
                    : server.IsGiven(run)
                    ? throw CliException.Usage("What is verified here is read as a whole", "Leave --ignore-verified and --outdated-after out")
                    : ReadAsync(run, repository, keys, run.Value(what), token)
                : run.Value(keys.RequireSignature)
                    ? throw CliException.Usage("A server has no key to check signatures with", "Add --local to --require-signature")
                    : server.RunAsync(run, run.Value(what), token))
        {
            Calls = ["POST /admin/datastore/{store}/verify"],
            Details = "The server compares chunks with their digests, also of snapshots that it has verified before. With --ignore-verified it passes over "
                + "those, and the command ends with exit code 1 if one of them failed then. --local also decodes and decrypts them, reads archives through, "
                + "and names the files that lose bytes; it ends with exit code 1 if something is damaged. With --store-directory that is what happens, "
                + "also to all snapshots there if none is named; without their key only what is stored of encrypted ones is checked there: that each chunk is there "
                + "and has the right CRC, not what is in it (not-checked).",
            Arguments = [what],
            Options = [.. repository.ForReading, .. keys.ForReading, local, .. server.Options],
            Traits = VerbTraits.Waits | VerbTraits.DryRun,
            Examples =
            [
                new("backup verify host/web --local --keyfile key.json --datastore store1", "read the newest backup here"),
                new("backup verify --store-directory /mnt/datastore/store1", "read everything on a disk, without its server"),
                new("backup verify --datastore store1 --no-wait", "let the server verify everything"),
                new("backup verify --datastore store1 --outdated-after 30", "only what was not verified in the last 30 days"),
            ],
        };
    }

    /// <summary>Verifies one file of a snapshot before it is restored.</summary>
    /// <param name="place">Where the snapshot is.</param>
    /// <param name="reader">The snapshot.</param>
    /// <param name="file">The file.</param>
    /// <param name="wanted">What of it is wanted.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Stops verifying.</param>
    /// <exception cref="CliException">It is damaged.</exception>
    public static async Task RequireIntactAsync(
        SnapshotPlace place,
        SnapshotReader reader,
        SnapshotFile file,
        IReadOnlyList<PathPattern> wanted,
        ProgressLine progress,
        CancellationToken cancellationToken)
    {
        List<string> names = [file.StoredName];
        // If the contents are missing, that is what is wrong with the names.
        if (file.Kind == SnapshotFileKind.SplitMetadata && reader.FindFile(ContentsOf(file)) is { } contents)
        {
            names.Add(contents.StoredName);
        }

        VerifyOptions options = new() { Files = names, Progress = progress };
        SnapshotVerification found = await reader.VerifyAsync(options, cancellationToken).ConfigureAwait(false);
        progress.End();
        FileDamage[] damages = [.. found.Files.SelectMany(static verified => verified.Damages)];
        if (damages.Length > 0)
        {
            string hint = $"Nothing was restored. What is lost: {place.VerifyCommand(reader.Snapshot)}.";
            throw SnapshotDamage.Make(
                $"{file.Name} of {reader.Snapshot} is damaged: {damages[0].Message}",
                SnapshotDamage.LeaveOut(damages, wanted) is { } rest ? $"{hint} {rest}" : hint);
        }
    }

    /// <summary>The stored name of the contents of a split archive.</summary>
    public static string ContentsOf(SnapshotFile names) => names.StoredName.Replace(".mpxar.", ".ppxar.", StringComparison.Ordinal);

    private static async Task<int> ReadAsync(VerbRun run, RepositoryOptions repository, KeyOptions keys, string? what, CancellationToken cancellationToken)
    {
        if (what is null && !run.IsGiven(repository.Directory))
        {
            throw CliException.Usage("--local verifies one snapshot", "Name it: prox backup verify SNAPSHOT --local");
        }

        SnapshotPlace place = await repository.OpenForReadingAsync(run, cancellationToken).ConfigureAwait(false);
        using CryptConfig? key = await keys.UnlockForAsync(run, place, null, cancellationToken).ConfigureAwait(false);
        if (what is not { } snapshot)
        {
            return await LocalVerification.RunAsync(run, (LocalPlace)place, key, cancellationToken).ConfigureAwait(false);
        }

        if (place is LocalPlace)
        {
            // As it is for all snapshots of the directory: what is stored can be checked without the key.
            place.Reading = place.Reading with { AllowMissingKey = key is null };
        }

        SnapshotReader reader = await place.OpenAsync(snapshot, key, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            ProgressLine progress = new(run.Command);
            SnapshotVerification found = await reader.VerifyAsync(new VerifyOptions { Progress = progress }, cancellationToken).ConfigureAwait(false);
            progress.End();
            run.Write(BackupJson.List(found.Files, (json, file) => VerifiedFile.Write(json, found, file)), s_files);
            VerifiedFile.WarnOfPartial(run, VerifiedFile.IsPartial(found) ? 1 : 0, found.IsIntact);
            string words = $"{found.Snapshot}: {VerifiedFile.Words(found)}";
            if (!found.IsIntact)
            {
                throw SnapshotDamage.Make(words, "The list says which files and where");
            }

            run.Note(words);
            return ExitCodes.Success;
        }
    }
}
