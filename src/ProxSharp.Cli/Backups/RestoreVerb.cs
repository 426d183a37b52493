using System.CommandLine;
using System.Text.Json;
using ProxSharp.Backup;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Tars;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Backups;

/// <summary><c>prox backup restore</c>.</summary>
internal sealed class RestoreVerb
{
    private readonly Argument<string> _snapshot = new("snapshot") { Description = "The snapshot, or a group for its newest one" };
    private readonly Argument<string> _archive = new("archive")
    {
        Description = "The archive or file of it, for example root.pxar, disk.img or index.json",
    };

    private readonly Argument<string> _target = new("target")
    {
        Description = "A directory for a .pxar, else a file or device; - is standard output",
    };

    private readonly Option<string[]> _patterns = new("--pattern")
    {
        Description = "Only what matches, for example /etc/hosts or '*.conf'; repeat it",
        HelpName = "pattern",
    };

    private readonly Option<string> _existing = new("--existing")
    {
        Description =
            "What to do where something exists: fail, overwrite, skip, same-time or same-content (keep what is equal, replace the rest) "
            + "[default: fail]",
        HelpName = "policy",
    };

    private readonly Option<bool> _overwrite = new("--overwrite")
    {
        Description = "The same as --existing overwrite. A link is replaced itself, and never followed; one in the place of a directory ends the restore",
    };

    private readonly Option<bool> _overwriteFiles = new("--overwrite-files") { Description = "Let files of the archive replace what exists" };
    private readonly Option<bool> _overwriteSymlinks = new("--overwrite-symlinks") { Description = "Let symbolic links of the archive replace what exists" };
    private readonly Option<bool> _overwriteLinks = new("--overwrite-hardlinks") { Description = "Let hard links of the archive replace what exists" };
    private readonly Option<string> _prelude = new("--prelude-target")
    {
        Description = "Write the prelude of a split archive, its exclude patterns as JSON, to this file too, which is written over",
        HelpName = "file",
    };

    private readonly Option<bool> _existingFolders = new("--allow-existing-dirs")
    {
        Description = "Restore into directories that exist; other entries must not exist still, unless --existing says otherwise",
    };

    private readonly Option<string> _rate = new("--rate")
    {
        Description = "Fetch no more than this in a second, for example 10MB or 512KiB",
        HelpName = "bytes",
    };

    private readonly Option<string> _burst = new("--burst")
    {
        Description = "How much may be fetched at once after a pause [default: one second's worth]",
        HelpName = "bytes",
    };

    private readonly Option<bool> _resume = new("--resume")
    {
        Description = "Go on with a restore that was broken off: keep what has the right content already. Of a complete tree in one archive (mode "
            + "legacy) most is fetched again, to compare",
    };

    private readonly Option<bool> _verify = new("--verify")
    {
        Description = "Verify the archive as a whole first, and restore nothing if it is damaged",
    };

    private readonly Option<bool> _tar = new("--tar") { Description = "Write a directory tree to - as tar instead of as pxar" };
    private readonly Option<bool> _noOwners = new("--ignore-ownership") { Description = "Do not restore owners and groups" };
    private readonly Option<bool> _noModes = new("--ignore-permissions") { Description = "Do not restore permissions" };
    private readonly Option<bool> _noXattrs = new("--ignore-xattrs") { Description = "Do not restore extended attributes and capabilities" };
    private readonly Option<bool> _noAcls = new("--ignore-acls") { Description = "Do not restore ACLs" };
    private readonly Option<bool> _failOnWarnings = new("--fail-on-warnings")
    {
        Description = "End with exit code 10 if something could not be restored as it was",
    };

    // The official client fails where devices cannot be made unless this is given; here that is a warning in any case.
    private readonly Option<bool> _deviceErrors = new("--ignore-extract-device-errors") { Description = "Go on where devices cannot be made, as always" };
    private readonly RepositoryOptions _repository;
    private readonly KeyOptions _keys;

    private RestoreVerb(RepositoryOptions repository, KeyOptions keys)
    {
        (_repository, _keys) = (repository, keys);
        _existing.AcceptOnlyFromAmong("fail", "overwrite", "skip", "same-time", "same-content");
    }

    /// <summary>Makes the verb.</summary>
    public static Verb Make(RepositoryOptions repository)
    {
        // Not those of the other verbs: what is hidden here would be hidden there.
        KeyOptions keys = new();
        RestoreVerb verb = new(repository, keys);
        return new Verb("restore", "Restore a directory tree, a disk or a file of a snapshot.", VerbClass.Read, verb.RunAsync)
        {
            Calls = ["GET /reader"],
            Details =
                "Whatever is restored is checked against the digests of the snapshot on the way. Nothing that exists is touched unless told so; only the "
                + "target directory itself gets the metadata of the root of the archive, but not with --existing skip or --pattern. A disk or file comes "
                + "into being beside its place, as FILE.prox-partial, and replaces what is there when it is complete: there must be room for both. "
                + "--overwrite --resume takes from the old file what it has of the new one. Devices are written in place. What is kept or written over "
                + "gets the metadata of the snapshot: extended attributes and ACLs that it does not have there are removed, "
                + "and so are the flags that forbid changes (chattr +i, +a), which --existing skip leaves. --dry-run compares the "
                + "names, kinds, sizes and times with the target and counts what would be created, overwritten, skipped or refused; it ends with "
                + "the error that the restore would end with. Nothing is written, and rights and room are not tried. Of a split archive the names are "
                + "read, of one in one stream (mode legacy) the chunks in which entries begin; where the content decides, it is counted as compared.",
            Arguments = [verb._snapshot, verb._archive, verb._target],
            Options =
            [
                .. repository.ForReading, .. keys.ForReading, verb._patterns, verb._existing, verb._overwrite, verb._overwriteFiles, verb._overwriteSymlinks,
                verb._overwriteLinks, verb._existingFolders, verb._resume, verb._verify, verb._tar, verb._prelude, verb._rate,
                verb._burst, verb._noOwners, verb._noModes, verb._noXattrs, verb._noAcls, verb._failOnWarnings,
            ],
            HiddenOptions = [keys.CryptMode, verb._deviceErrors],
            Traits = VerbTraits.DryRun,
            Examples =
            [
                new("backup restore host/web root.pxar /mnt/restore --datastore store1", "the newest backup, into a directory"),
                new("backup restore host/web root.pxar /mnt/restore --existing same-time --dry-run", "see what would be created and overwritten"),
                new("backup restore host/web/2026-01-31T02:00:00Z root.pxar out --pattern /etc/hosts --verify", "one file of a certain one, verified first"),
                new("backup restore vm/100 disk.img /dev/vg0/web --overwrite", "a disk, over what is there"),
                new("backup restore host/web root.pxar - --tar > web.tar", "as a tar stream"),
            ],
        };
    }

    private async Task<int> RunAsync(VerbRun run, CancellationToken cancellationToken)
    {
        string target = run.Value(_target)!;
        PathPattern[] patterns = [.. (run.Value(_patterns) ?? []).Select(CreateOptions.ParsePattern)];
        Check(run, target, patterns);
        SnapshotPlace place = await _repository.OpenForReadingAsync(run, cancellationToken).ConfigureAwait(false);
        ProgressLine progress = new(run.Command);
        place.Reading = place.Reading with
        {
            Warned = message =>
            {
                progress.End();
                run.Command.Warn(Terminal.TextCells.Visible(message));
            },
            BytesPerSecond = BackupRate.Parse("--rate", run.Value(_rate)),
            BurstBytes = BackupRate.Parse("--burst", run.Value(_burst)),
        };
        using CryptConfig? key = await _keys.UnlockForAsync(run, place, run.Value(_archive), cancellationToken).ConfigureAwait(false);
        SnapshotReader? reader = null;
        try
        {
            reader = await place.OpenAsync(run.Value(_snapshot)!, key, cancellationToken).ConfigureAwait(false);
            return await RestoreAsync(run, place, reader, target, patterns, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            progress.End();
            RestoreLeftovers.TellInterrupted(run, target, reader is not null && !run.IsDryRun);
            throw;
        }
        finally
        {
            progress.End();
            if (reader is not null)
            {
                await reader.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private void Check(VerbRun run, string target, PathPattern[] patterns)
    {
        // What a variable that is not set leaves: the folder that one happens to be in is not meant.
        if (target.Length == 0)
        {
            throw CliException.Usage("The target is empty", "Name a directory or a file; . is the folder you are in");
        }

        if (run.Value(_tar) && target != "-")
        {
            throw CliException.Usage("--tar writes to standard output only", "Give - as the target, and send it to a file: ... - --tar > FILE");
        }

        if (target == "-" && patterns.Length > 0 && !run.Value(_tar))
        {
            throw CliException.Usage("--pattern takes a part of an archive, which standard output gets only as tar", "Add --tar, or restore into a directory");
        }

        if (target == "-" && !run.IsDryRun && run.Command.Services.Console.IsOutputTerminal)
        {
            throw CliException.Usage("A terminal cannot show this", "Send standard output to a file or a program");
        }
    }

    private static bool IsTree(SnapshotReader reader, string name) =>
        reader.FindFile(name)?.Kind is SnapshotFileKind.Archive or SnapshotFileKind.SplitMetadata;

    private Task<int> RestoreAsync(
        VerbRun run,
        SnapshotPlace place,
        SnapshotReader reader,
        string target,
        PathPattern[] patterns,
        ProgressLine progress,
        CancellationToken cancellationToken) => SnapshotDamage.ReadAsync(
            place,
            reader,
            () => RestoreItAsync(run, place, reader, target, patterns, progress, cancellationToken),
            () => target == "-" ? null
                : IsTree(reader, run.Value(_archive)!) ? SnapshotDamage.GoOn(patterns)
                : RestoreLeftovers.AfterDamage(run, target));

    private async Task<int> RestoreItAsync(
        VerbRun run,
        SnapshotPlace place,
        SnapshotReader reader,
        string target,
        PathPattern[] patterns,
        ProgressLine progress,
        CancellationToken cancellationToken)
    {
        string name = run.Value(_archive)!;
        bool isTree = IsTree(reader, name);
        if (!isTree && (patterns.Length > 0 || run.Value(_tar) || run.Value(_prelude) is not null))
        {
            throw CliException.Usage($"{name} is no directory tree: --pattern, --tar and --prelude-target are for .pxar archives", "Leave them out");
        }

        if (run.Value(_verify) && reader.FindFile(name) is { } file)
        {
            await VerifyVerb.RequireIntactAsync(place, reader, file, patterns, progress, cancellationToken).ConfigureAwait(false);
        }

        if (run.Value(_prelude) is { } prelude && !run.IsDryRun)
        {
            await WritePreludeAsync(run, reader, name, prelude, cancellationToken).ConfigureAwait(false);
        }

        if (target == "-")
        {
            return await (run.IsDryRun
                ? RestorePlan.SendAsync(run, reader, name, isTree, cancellationToken)
                : SendAsync(run, reader, name, patterns, progress, cancellationToken)).ConfigureAwait(false);
        }

        string path = run.Command.Services.Environment.AbsolutePath(target);
        path = isTree ? Path.TrimEndingDirectorySeparator(path) : path;
        return isTree
            ? await RestoreTreeAsync(run, reader, name, path, patterns, progress, cancellationToken).ConfigureAwait(false)
            : await RestoreFileAsync(run, reader, name, path, progress, cancellationToken).ConfigureAwait(false);
    }

    private static async Task WritePreludeAsync(VerbRun run, SnapshotReader reader, string name, string file, CancellationToken cancellationToken)
    {
        SnapshotArchive archive = await reader.OpenArchiveAsync(name, cancellationToken).ConfigureAwait(false);
        if (archive.Archive.Prelude.IsEmpty)
        {
            run.Note($"{name} has no prelude: {file} is not written.");
            return;
        }

        string path = run.Command.Services.Environment.AbsolutePath(file);
        await File.WriteAllBytesAsync(path, archive.Archive.Prelude, cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> RestoreTreeAsync(
        VerbRun run,
        SnapshotReader reader,
        string name,
        string path,
        PathPattern[] patterns,
        ProgressLine progress,
        CancellationToken cancellationToken)
    {
        TreeExtractOptions options = ExtractOptions(run, patterns, progress) with
        {
            Progress = patterns.Length > 0 || run.IsDryRun ? new ProgressLine.OfFiles(progress, name) : null,
        };
        Task<TreeExtractResult> Restore() => reader.RestoreAsync(name, path, options, run.IsDryRun ? null : progress, cancellationToken);
        TreeExtractResult result = await (run.IsDryRun ? Restore() : RestoreLeftovers.ToldAsync(path, Restore)).ConfigureAwait(false);
        progress.End();
        if (patterns.Length > 0 && result.Entries + result.SkippedEntries + (result.Preview?.Refused ?? 0) == 0
            && !result.Warnings.Any(static warning => warning.Kind is FileWarningKind.NotCreated or FileWarningKind.Damaged))
        {
            string typed = string.Join(", ", patterns.Select(static pattern => $"'{pattern}'"));
            throw SnapshotPlace.NotFound($"Nothing in {name} of {reader.Snapshot} matches {typed}", $"prox backup find {reader.Snapshot} {name} PATTERN");
        }

        if (result.Preview is null)
        {
            Write(run, reader, path, result);
        }
        else
        {
            RestorePlan.Write(run, reader, path, result, json => WriteWarnings(json, result));
        }

        if (result.DamagedEntries > 0)
        {
            throw Damaged(result.DamagedEntries);
        }

        return WarningEnds.Settle(result.WarningCount > 0 && run.Value(_failOnWarnings), "They were told above, and the result counts them");
    }

    private async Task<int> SendAsync(
        VerbRun run, SnapshotReader reader, string name, PathPattern[] patterns, ProgressLine progress, CancellationToken cancellationToken)
    {
        long damaged = 0;
        Stream output = run.Command.Services.Console.OpenOutput();
        await using (output.ConfigureAwait(false))
        {
            if (run.Value(_tar))
            {
                SnapshotArchive archive = await reader.OpenArchiveAsync(name, cancellationToken).ConfigureAwait(false);
                TarResult result = await archive.WriteTarAsync(output, new TarOptions { Patterns = patterns, Progress = progress }, cancellationToken)
                    .ConfigureAwait(false);
                progress.End();
                foreach (string skipped in result.Skipped)
                {
                    run.Command.Warn($"{Terminal.TextCells.Visible(skipped)} is a socket, which tar cannot hold");
                }

                damaged = TellDamaged(run, result);
            }
            else
            {
                await reader.CopyToAsync(name, output, progress, cancellationToken).ConfigureAwait(false);
            }

            await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        return damaged == 0 ? ExitCodes.Success : throw Damaged(damaged);
    }

    private static CliException Damaged(long count) => SnapshotDamage.Make(
        count == 1 ? "A damaged entry of the archive was left out" : $"{count} damaged entries of the archive were left out", "The warnings say which; all else is restored");

    private static long TellDamaged(VerbRun run, TarResult result)
    {
        foreach (string path in result.Damaged)
        {
            run.Command.Warn($"{Terminal.TextCells.Visible(path)} is a hard link whose file cannot be read, or is not the one that it names. It is left out.");
        }

        return result.DamagedCount;
    }

    private async Task<int> RestoreFileAsync(
        VerbRun run, SnapshotReader reader, string name, string path, ProgressLine progress, CancellationToken cancellationToken)
    {
        RestoreFileOptions options = new() { Overwrite = Overwrites(run), Resume = run.Value(_resume), DryRun = run.IsDryRun, Progress = progress };
        RestoreFileResult result = await RestoreLeftovers.ToldAsync(
            path, options, () => reader.RestoreFileAsync(name, path, options, cancellationToken)).ConfigureAwait(false);
        progress.End();
        if (result.Step is { } step)
        {
            RestorePlan.Write(run, reader, path, BackupJson.Word(step), result.Length);
            return ExitCodes.Success;
        }

        run.Write(JsonText.Build(json =>
        {
            json.WriteStartObject();
            WriteHead(json, reader, path);
            json.WriteNumber("size", result.Length);
            json.WriteNumber("bytes-written", result.BytesWritten);
            json.WriteNumber("bytes-sparse", result.BytesLeftOut);
            json.WriteNumber("bytes-kept", result.BytesKept);
            json.WriteNumber("duration", Math.Round(result.Elapsed.TotalSeconds, 3));
            json.WriteEndObject();
        }), BackupJson.Shape("target", "snapshot", "target", "size", "bytes-written"));
        return ExitCodes.Success;
    }

    private TreeExtractOptions ExtractOptions(VerbRun run, PathPattern[] patterns, ProgressLine progress) => new()
    {
        Existing = Policy(run),
        OverwriteFiles = run.Value(_overwriteFiles),
        OverwriteSymlinks = run.Value(_overwriteSymlinks),
        OverwriteHardLinks = run.Value(_overwriteLinks),
        AllowExistingDirectories = run.Value(_existingFolders),
        KeepParts = true,
        DryRun = run.IsDryRun,
        Includes = patterns,
        RestoreOwnership = !run.Value(_noOwners),
        RestorePermissions = !run.Value(_noModes),
        RestoreXattrs = !run.Value(_noXattrs),
        RestoreAcls = !run.Value(_noAcls),
        Warned = warning =>
        {
            progress.End();
            run.Command.Warn(Terminal.TextCells.Visible($"{warning.Path}: {warning.Message}"));
        },
    };

    private bool Overwrites(VerbRun run) => run.Value(_overwrite) || run.Value(_existing) == "overwrite";

    private ExistingFiles Policy(VerbRun run) => run.Value(_existing) switch
    {
        "overwrite" => ExistingFiles.Overwrite,
        "skip" => ExistingFiles.Skip,
        "same-time" => ExistingFiles.KeepSameTime,
        "same-content" => ExistingFiles.KeepSameContent,
        null when run.Value(_resume) => ExistingFiles.KeepSameContent,
        null when run.Value(_overwrite) => ExistingFiles.Overwrite,
        _ => ExistingFiles.Fail,
    };

    private static void Write(VerbRun run, SnapshotReader reader, string path, TreeExtractResult result) => run.Write(
        JsonText.Build(json =>
        {
            json.WriteStartObject();
            WriteHead(json, reader, path);
            json.WriteNumber("entries", result.Entries);
            json.WriteNumber("files", result.Files);
            json.WriteNumber("size", result.Bytes);
            json.WriteNumber("kept-files", result.KeptFiles);
            json.WriteNumber("skipped-entries", result.SkippedEntries);
            WriteWarnings(json, result);
            json.WriteEndObject();
        }),
        BackupJson.Shape("target", "snapshot", "target", "entries", "files", "size", "kept-files", "skipped-entries", "warning-count"));

    private static void WriteWarnings(Utf8JsonWriter json, TreeExtractResult result)
    {
        json.WriteNumber("warning-count", result.WarningCount);
        json.WritePropertyName("warnings");
        BackupJson.WriteList(json, result.Warnings, static (json, warning) =>
        {
            json.WriteString("path", warning.Path);
            json.WriteString("message", warning.Message);
        });
    }

    private static void WriteHead(Utf8JsonWriter json, SnapshotReader reader, string path)
    {
        json.WriteString("snapshot", reader.Snapshot.ToString());
        json.WriteString("target", path);
    }
}
