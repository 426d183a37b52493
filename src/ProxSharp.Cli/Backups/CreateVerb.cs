using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Backup;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Ids;
using ProxSharp.Operations;

namespace ProxSharp.Cli.Backups;

/// <summary><c>prox backup create</c>.</summary>
internal sealed class CreateVerb
{
    private static readonly ResultShape s_plan = BackupJson.Shape("archive", "archive", "source", "files", "size", "warning-count");
    private static readonly ResultShape s_archives = BackupJson.Shape(
        "archive", "archive", "size", "bytes-reused", "bytes-uploaded", "bytes-sent", "duration");

    private readonly Argument<string[]> _sources = new("archive:path")
    {
        Description = "What to back up: name.pxar:/directory, name.img:/device or image, name.conf:/file, name.log:/file",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<bool> _failOnWarnings = new("--fail-on-warnings")
    {
        Description = "End with exit code 10 if something was left out, other than mount points by default, or changed meanwhile",
    };

    private readonly CreateOptions _options = new();
    private readonly RepositoryOptions _repository;
    private readonly KeyOptions _keys;

    private CreateVerb(RepositoryOptions repository, KeyOptions keys) => (_repository, _keys) = (repository, keys);

    /// <summary>Makes the verb.</summary>
    public static Verb Make(RepositoryOptions repository, KeyOptions keys)
    {
        CreateVerb verb = new(repository, keys);
        return new Verb("create", "Back up directories, disks and files. Only what the server does not have yet is sent.", VerbClass.Change, verb.RunAsync)
        {
            Calls = ["GET /backup"],
            Details =
                "A backup that fails or is broken off leaves no snapshot on the server; a group that was new may stay, empty. What could not be read as it was "
                + "is a warning. --dry-run counts what would be read; it opens files, and reads and sends nothing. As with the official client, the word create "
                + "may be left out.",
            Arguments = [verb._sources],
            Options = [.. repository.All, .. verb._options.All, .. keys.ForWriting, verb._failOnWarnings],
            HiddenOptions = verb._options.Hidden,
            Traits = VerbTraits.DryRun,
            Examples =
            [
                new("backup create root.pxar:/ etc.pxar:/etc --repository backup@pbs!ci@pbs1:store1", "two directories of this machine"),
                new("backup create disk.img:/dev/vg0/web-snap --backup-type vm --backup-id 100 --datastore store1", "a disk, to the server of the context"),
                new(
                    "backup create srv.pxar:/srv --keyfile key.json --exclude '*.tmp' --change-detection-mode metadata",
                    "encrypted, reading only what changed"),
            ],
        };
    }

    private async Task<int> RunAsync(VerbRun run, CancellationToken cancellationToken)
    {
        string[] specifications = run.Value(_sources)!;
        IReadOnlyList<BackupSource> sources = _options.ReadSources(run, specifications);
        BackupGroupPath group = _options.ReadGroup(run);
        BackupOptions options = _options.Read(run, new BackupOptions { Namespace = _repository.ReadNamespace(run) });
        CheckPaths(run, specifications, sources);
        if (run.IsDryRun)
        {
            return await ShowPlanAsync(run, group, sources, specifications, cancellationToken).ConfigureAwait(false);
        }

        BackupPlace place = await _repository.OpenAsync(run, cancellationToken).ConfigureAwait(false);
        ChangeRules.CheckContext(place.Session.Context);
        FoundKey? found = await _keys.FindAsync(run, place.Environment, cancellationToken).ConfigureAwait(false);
        using CryptConfig? key = found is var (file, name)
            ? await _keys.UnlockAsync(run, place.Environment, file, name, cancellationToken).ConfigureAwait(false)
            : null;
        _keys.Require(run, key);
        using MasterPublicKey? master = await _keys.ReadMasterAsync(run, place.Environment, key is not null, cancellationToken).ConfigureAwait(false);
        ProgressLine progress = new(run.Command);
        options = options with
        {
            Key = key,
            KeyCreated = found?.File.Created,
            CryptMode = _keys.ReadMode(run),
            MasterKey = master,
            Progress = progress,
            Warned = new WarningSink(run.Command, progress),
        };
        BackupResult result = await BackUpAsync(run, place, group, sources, options, progress, cancellationToken).ConfigureAwait(false);
        Write(run, place, result);
        return WarningEnds.Settle(result.WarningCount > result.MountPointCount && run.Value(_failOnWarnings), "They were told above, and the result counts them");
    }

    private static async Task<BackupResult> BackUpAsync(
        VerbRun run,
        BackupPlace place,
        BackupGroupPath group,
        IReadOnlyList<BackupSource> sources,
        BackupOptions options,
        ProgressLine progress,
        CancellationToken cancellationToken)
    {
        using GuardedSession? allowed = place.Converse("/backup", group, options.Notes, options.Time);
        try
        {
            BackupResult result = await place.Store.BackupAsync(group, sources, options, cancellationToken).ConfigureAwait(false);
            allowed?.Complete($"{result.Snapshot} was made.");
            return result;
        }
        catch (ProxmoxException e)
        {
            allowed?.Fail(e.Message);
            if (e is ProxmoxApiException && e.Message.Contains("older than last backup", StringComparison.Ordinal))
            {
                throw NotNewer(group, e);
            }

            throw;
        }
        catch (ArgumentException e)
        {
            throw CliException.Usage(
                e.Message.Split(" (Parameter")[0].TrimEnd('.'), "Each archive needs a name of its own; keys and crypt mode must fit together");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            progress.End();
            run.Command.TellInterrupted(new InterruptedNote("Interrupted: no snapshot was made") { Next = "Run it again to make the backup." });
            throw;
        }
        finally
        {
            progress.End();
        }
    }

    private static CliException NotNewer(BackupGroupPath group, ProxmoxException refusal) => new(
        new CliError
        {
            Code = "conflict",
            ExitCode = ExitCodes.Conflict,
            Message = $"The newest snapshot of {group} is not older than the one that is to be made",
            Hint = $"Leave --backup-time out, or give a later time: prox backup list {group}. If no time was given, check the clock of this machine",
        },
        refusal);

    // Looked at first, so that a slip is told before anybody is asked for a passphrase.
    private static void CheckPaths(VerbRun run, IReadOnlyList<string> specifications, IReadOnlyList<BackupSource> sources)
    {
        foreach ((string name, string path) in specifications.Select(text => CreateOptions.Split(run, text)))
        {
            if (!Path.Exists(path))
            {
                throw SnapshotPlace.NotFound($"There is no {path} to back up as {name}", "Check the path, and who may read it", isCommand: false);
            }

            if (!name.EndsWith(".pxar", StringComparison.Ordinal) && Directory.Exists(path))
            {
                throw CliException.Usage(
                    $"{path} is a directory, and {name} takes a file{(name.EndsWith(".img", StringComparison.Ordinal) ? " or a device" : "")}",
                    $"Directories are archived as .pxar: {Path.GetFileNameWithoutExtension(name)}.pxar:{path}");
            }
        }

        foreach (BackupSource source in sources)
        {
            try
            {
                source.Check();
            }
            catch (BackupSourceException misfit) when (!misfit.IsMissing && !IsDenied(misfit.InnerException))
            {
                throw CliException.Usage(
                    misfit.Message.TrimEnd('.'), "A name.pxar takes a directory, a name.img a file that is not empty or a disk, a name.conf or name.log a file");
            }
        }
    }

    private static bool IsDenied(Exception? cause) => cause is UnauthorizedAccessException or FileTreeException { Fault: FileTreeFault.Denied };

    private static async Task<int> ShowPlanAsync(
        VerbRun run, BackupGroupPath group, IReadOnlyList<BackupSource> sources, IReadOnlyList<string> specifications, CancellationToken cancellationToken)
    {
        List<(string Name, string Path, BackupSourceSize Size)> rows = [];
        foreach ((BackupSource source, string text) in sources.Zip(specifications))
        {
            (string name, string path) = CreateOptions.Split(run, text);
            rows.Add((name, path, await source.MeasureAsync(cancellationToken).ConfigureAwait(false)));
        }

        run.Note($"Would back up to {group}; nothing is read or sent.");
        run.Write(BackupJson.List(rows, static (json, row) =>
        {
            json.WriteString("archive", row.Name);
            json.WriteString("source", row.Path);
            json.WriteNumber("entries", row.Size.Entries);
            json.WriteNumber("files", row.Size.Files);
            if (row.Size.Bytes is { } bytes)
            {
                json.WriteNumber("size", bytes);
            }

            json.WriteNumber("warning-count", row.Size.WarningCount);
        }), s_plan);
        return ExitCodes.Success;
    }

    private static void Write(VerbRun run, BackupPlace place, BackupResult result)
    {
        if (run.Command.Output.Format == OutputFormat.Name)
        {
            run.Command.Services.Console.Out.WriteLine(result.Snapshot.ToString());
            return;
        }

        if (!BackupJson.IsForPeople(run))
        {
            run.Write(JsonText.Build(json => Write(json, place, result)));
            return;
        }

        run.Write(BackupJson.List(result.Archives, Write), s_archives);
        double seconds = result.Duration.TotalSeconds;
        string rate = seconds > 0 ? $" ({ValueRenderer.Bytes(result.BytesTotal / seconds)}/s)" : "";
        run.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Snapshot}: {ValueRenderer.Bytes(result.BytesTotal)} in {seconds:0.0} s{rate}, {ValueRenderer.Bytes(result.BytesReused)} reused, "
            + $"{ValueRenderer.Bytes(result.BytesSent)} sent{Count(result.WarningCount - result.MountPointCount, "warning", "")}"
            + $"{Count(result.MountPointCount, "mount point", " left out")}"));
    }

    private static string Count(int count, string what, string ending) =>
        count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {count} {what}{(count == 1 ? "" : "s")}{ending}");

    private static void Write(Utf8JsonWriter json, BackupPlace place, BackupResult result)
    {
        json.WriteStartObject();
        json.WriteString("snapshot", result.Snapshot.ToString());
        json.WriteString("datastore", place.Store.ToString());
        json.WriteString("ns", place.Namespace.ToString());
        json.WriteString("previous", result.Previous?.ToString());
        json.WriteNumber("size", result.BytesTotal);
        json.WriteNumber("bytes-reused", result.BytesReused);
        json.WriteNumber("bytes-uploaded", result.BytesUploaded);
        json.WriteNumber("bytes-sent", result.BytesSent);
        json.WriteNumber("duration", Math.Round(result.Duration.TotalSeconds, 3));
        json.WriteString("key-fingerprint", result.Manifest.KeyFingerprint?.ToString());
        json.WritePropertyName("archives");
        BackupJson.WriteList(json, result.Archives, Write);
        json.WriteNumber("warning-count", result.WarningCount);
        json.WritePropertyName("warnings");
        BackupJson.WriteList(json, result.Warnings, static (json, warning) =>
        {
            json.WriteString("archive", warning.Archive);
            json.WriteString("message", warning.Text);
        });
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, BackupArchiveResult archive)
    {
        json.WriteString("archive", archive.Name);
        json.WriteNumber("size", archive.Size);
        json.WriteNumber("bytes-reused", archive.BytesReused);
        json.WriteNumber("bytes-uploaded", archive.BytesUploaded);
        json.WriteNumber("bytes-sent", archive.BytesSent);
        json.WriteNumber("chunks", archive.Chunks);
        json.WriteNumber("chunks-reused", archive.ChunksReused);
        json.WriteNumber("duration", Math.Round(archive.Duration.TotalSeconds, 3));
        json.WriteString("csum", archive.Checksum.ToString());
    }

    /// <summary>Tells warnings as they come.</summary>
    private sealed class WarningSink(CommandRun run, ProgressLine progress) : IProgress<BackupWarning>
    {
        public void Report(BackupWarning value)
        {
            progress.End();
            string text = Terminal.TextCells.Visible(value.ToString());
            // That is so by default: nothing went wrong.
            if (value.Kind == FileWarningKind.MountPoint)
            {
                run.Note(text);
            }
            else
            {
                run.Warn(text);
            }
        }
    }
}
