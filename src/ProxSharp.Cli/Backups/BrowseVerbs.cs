using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Backup;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Backups;

/// <summary><c>prox backup ls</c>, <c>cat</c> and <c>find</c>: look into a snapshot without restoring it.</summary>
internal static class BrowseVerbs
{
    private static readonly ResultShape s_files = BackupJson.Shape("file", "file", "kind", "size", "crypt-mode");
    private static readonly ResultShape s_entries = BackupJson.Shape("path", "kind", "mode", "uid", "gid", "size", "device", "mtime", "path", "target");

    /// <summary>Makes <c>ls</c>.</summary>
    public static Verb Ls(RepositoryOptions repository, KeyOptions keys)
    {
        Argument<string> snapshot = Snapshot();
        Argument<string?> archive = new("archive")
        {
            Description = "A directory tree of it [default: list the files of the snapshot]",
            Arity = ArgumentArity.ZeroOrOne,
        };

        Argument<string?> path = new("path") { Description = "A directory in the tree [default: its root]", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> recursive = new("--recursive", "-r") { Description = "Everything below, too" };
        Option<bool> full = new("--long", "-l")
        {
            Description = "Owner, mode and link target, too; reads them from the archive where the catalog has none",
        };

        return new Verb("ls", "List the files of a snapshot, or a directory in one of its trees.", VerbClass.Read, (run, token) => OpenAsync(
            run,
            repository,
            keys,
            run.Value(snapshot)!,
            reader => run.Value(archive) is { } name
                ? ListAsync(run, reader, name, ArchiveText.Check(run.Value(path) ?? ""), run.Value(recursive), run.Value(full), token)
                : ListFiles(run, reader),
            token,
            needsKey: run.Value(archive) is not null))
        {
            Calls = ["GET /reader"],
            Arguments = [snapshot, archive, path],
            Options = [.. repository.ForReading, .. keys.ForReading, recursive, full],
            Examples =
            [
                new("backup ls host/web --datastore store1", "what the newest backup holds"),
                new("backup ls host/web root.pxar /etc --long --datastore store1", "a directory in it, with owners and modes"),
                new("backup ls host/web --store-directory /mnt/datastore/store1", "from a disk with a datastore, without its server"),
            ],
        };
    }

    /// <summary>Makes <c>cat</c>.</summary>
    public static Verb Cat(RepositoryOptions repository, KeyOptions keys)
    {
        Argument<string> snapshot = Snapshot();
        Argument<string> archive = new("archive") { Description = "The archive, or a small file such as fstab.conf or index.json" };
        Argument<string?> path = new("path") { Description = "The file in a directory tree", Arity = ArgumentArity.ZeroOrOne };
        return new Verb("cat", "Print a file of a snapshot.", VerbClass.Read, (run, token) => OpenAsync(
            run,
            repository,
            keys,
            run.Value(snapshot)!,
            reader => PrintAsync(run, reader, run.Value(archive)!, run.Value(path), token),
            token,
            file: run.Value(archive)))
        {
            Calls = ["GET /reader"],
            Arguments = [snapshot, archive, path],
            Options = [.. repository.ForReading, .. keys.ForReading],
            Examples =
            [
                new("backup cat host/web root.pxar /etc/hosts --datastore store1", "a file of a tree; little more than it is fetched"),
                new("backup cat vm/100 qemu-server.conf --datastore store1", "a small file"),
            ],
        };
    }

    /// <summary>Makes <c>find</c>.</summary>
    public static Verb Find(RepositoryOptions repository, KeyOptions keys)
    {
        Argument<string> snapshot = Snapshot();
        Argument<string> archive = new("archive") { Description = "The directory tree" };
        Argument<string[]> patterns = new("pattern")
        {
            Description = "Names or paths: '*.conf', /etc/hosts, '/srv/**/log'; ! in front leaves out",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<bool> full = new("--long", "-l") { Description = "Owner, mode and link target, too" };
        return new Verb("find", "Find entries of a directory tree in a snapshot.", VerbClass.Read, (run, token) => OpenAsync(
            run,
            repository,
            keys,
            run.Value(snapshot)!,
            reader => SearchAsync(run, reader, run.Value(archive)!, run.Value(patterns)!, run.Value(full), token),
            token))
        {
            Calls = ["GET /reader"],
            Arguments = [snapshot, archive, patterns],
            Options = [.. repository.ForReading, .. keys.ForReading, full],
            Examples =
            [
                new("backup find host/web root.pxar '*.conf' --datastore store1", "by name"),
                new("backup find host/web root.pxar '/etc/**/hosts' -o name --datastore store1", "only the paths, for another command"),
            ],
        };
    }

    /// <summary>Opens a snapshot, does something with it and closes it. Without a need for the key only one that is named is unlocked.</summary>
    public static async Task<int> OpenAsync(
        VerbRun run,
        RepositoryOptions repository,
        KeyOptions keys,
        string snapshot,
        Func<SnapshotReader, Task<int>> use,
        CancellationToken cancellationToken,
        bool needsKey = true,
        string? file = null)
    {
        SnapshotPlace place = await repository.OpenForReadingAsync(run, cancellationToken).ConfigureAwait(false);
        place.Reading = place.Reading with { AllowMissingKey = !needsKey };
        using CryptConfig? key = needsKey || run.IsGiven(keys.KeyFile) || run.IsGiven(keys.KeyDescriptor)
            ? await keys.UnlockForAsync(run, place, file, cancellationToken).ConfigureAwait(false)
            : null;
        SnapshotReader reader = await place.OpenAsync(snapshot, key, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            return await SnapshotDamage.ReadAsync(place, reader, () => use(reader)).ConfigureAwait(false);
        }
    }

    /// <summary>Writes an entry.</summary>
    public static void Write(Utf8JsonWriter json, ArchiveEntry entry) => Write(json, entry, withMetadata: true);

    /// <summary>Writes an entry, with or without its owner, mode and link target.</summary>
    public static void Write(Utf8JsonWriter json, ArchiveEntry entry, bool withMetadata)
    {
        json.WriteString("path", $"/{entry.Path}");
        json.WriteString("kind", Kind(entry.Kind));
        // A catalog does not know the size of what is a further name of a file.
        if (entry.Kind == PxarEntryKind.File || (entry.Kind == PxarEntryKind.HardLink && entry.Metadata is not null))
        {
            json.WriteNumber("size", entry.Length);
        }

        if (entry.ModificationTime is { } time)
        {
            json.WriteNumber("mtime", time.Seconds);
        }

        if (withMetadata && entry.Metadata is { } metadata)
        {
            json.WriteString("mode", Convert.ToString(metadata.Mode & 0xFFF, 8).PadLeft(4, '0'));
            json.WriteNumber("uid", metadata.UserId);
            json.WriteNumber("gid", metadata.GroupId);
        }

        if (withMetadata && entry is { Kind: PxarEntryKind.CharacterDevice or PxarEntryKind.BlockDevice, Metadata: not null })
        {
            json.WriteString("device", string.Create(CultureInfo.InvariantCulture, $"{entry.DeviceMajor}:{entry.DeviceMinor}"));
        }

        if (withMetadata && !entry.LinkTarget.IsEmpty)
        {
            json.WriteString("target", PxarName.Escape(entry.LinkTarget.Span));
        }
    }

    /// <summary>Makes the argument for a snapshot.</summary>
    public static Argument<string> Snapshot() => new("snapshot") { Description = "The snapshot, or a group for its newest one" };

    private static string Kind(PxarEntryKind kind) => kind switch
    {
        PxarEntryKind.CharacterDevice => "char-device",
        _ => BackupJson.Word(kind),
    };

    private static Task<int> ListFiles(VerbRun run, SnapshotReader reader)
    {
        foreach (SnapshotFile names in reader.Files.Where(file => file.Kind == SnapshotFileKind.SplitMetadata && reader.FindFile(VerifyVerb.ContentsOf(file)) is null))
        {
            run.Command.Warn($"{names.Name} has no {VerifyVerb.ContentsOf(names)}: the contents of its files are missing, and it cannot be restored");
        }

        run.Write(BackupJson.List(reader.Files, static (json, file) =>
        {
            json.WriteString("file", file.Name);
            json.WriteString("stored-name", file.StoredName);
            json.WriteString("kind", BackupJson.Word(file.Kind));
            json.WriteNumber("size", file.Length);
            json.WriteString("crypt-mode", FilesVerb.Word(file.CryptMode));
            json.WriteString("csum", file.Checksum.ToString());
        }), s_files);
        return Task.FromResult(ExitCodes.Success);
    }

    private static async Task<int> ListAsync(
        VerbRun run, SnapshotReader reader, string name, string path, bool recursive, bool full, CancellationToken cancellationToken)
    {
        BrowsedTree tree = await BrowsedTree.OpenAsync(run, reader, name, full, cancellationToken).ConfigureAwait(false);
        IAsyncEnumerable<ArchiveEntry> entries = recursive ? tree.WalkAsync(path, cancellationToken) : tree.ListAsync(path, cancellationToken);
        await run.WriteRowsAsync(entries, Write, Shape(run, tree.HasMetadata)).ConfigureAwait(false);
        return ExitCodes.Success;
    }

    private static async Task<int> SearchAsync(
        VerbRun run, SnapshotReader reader, string name, IReadOnlyList<string> typed, bool full, CancellationToken cancellationToken)
    {
        PathPattern[] patterns = [.. typed.Select(CreateOptions.ParsePattern)];
        BrowsedTree tree = await BrowsedTree.OpenAsync(run, reader, name, full, cancellationToken).ConfigureAwait(false);
        IAsyncEnumerable<ArchiveEntry> found = tree.SearchAsync(patterns, cancellationToken);
        return await run.WriteRowsAsync(found, Write, Shape(run, tree.HasMetadata)).ConfigureAwait(false) > 0 ? ExitCodes.Success : ExitCodes.NotFound;
    }

    private static ResultShape Shape(VerbRun run, bool full) => full || run.Command.Output.Format is not OutputFormat.Table
        ? s_entries
        : s_entries with { TableFields = ["kind", "size", "mtime", "path"] };

    private static async Task<int> PrintAsync(VerbRun run, SnapshotReader reader, string name, string? path, CancellationToken cancellationToken)
    {
        Stream output = run.Command.Services.Console.OpenOutput();
        await using (output.ConfigureAwait(false))
        {
            if (path is null)
            {
                if (reader.FindFile(name) is { IsIndex: true } file)
                {
                    throw CliException.Usage(
                        $"{file.Name} is no small file", $"Name a file in it, or write all of it: prox backup restore SNAPSHOT {file.Name} -");
                }

                await output.WriteAsync(await reader.ReadBlobAsync(name, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                return ExitCodes.Success;
            }

            SnapshotArchive archive = await OpenTreeAsync(reader, name, cancellationToken).ConfigureAwait(false);
            ArchiveEntry entry = await archive.GetAsync(ArchiveText.Check(path), cancellationToken).ConfigureAwait(false);
            if (entry.Kind is not (PxarEntryKind.File or PxarEntryKind.HardLink))
            {
                throw NoFile(name, entry);
            }

            Stream content = await archive.OpenFileAsync(entry, cancellationToken).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
            {
                await content.CopyToAsync(output, cancellationToken).ConfigureAwait(false);
            }
        }

        return ExitCodes.Success;
    }

    // Only directories can be listed; anything else stands in the list of its own.
    private static CliException NoFile(string archive, ArchiveEntry entry)
    {
        string target = entry.LinkTarget.IsEmpty ? "" : $" to {PxarName.Escape(entry.LinkTarget.Span)}";
        string directory = entry.Kind == PxarEntryKind.Directory ? entry.Path : entry.Path[..Math.Max(entry.Path.LastIndexOf('/'), 0)];
        return CliException.Usage(
            $"/{entry.Path} is no file but a {Kind(entry.Kind)}{target}",
            $"See what it is: {PrintedCommands.Of("backup", "ls", "SNAPSHOT", archive, $"/{directory}", "--long")}");
    }

    /// <summary>Opens a directory tree.</summary>
    /// <exception cref="CliException">The file is none.</exception>
    public static async Task<SnapshotArchive> OpenTreeAsync(SnapshotReader reader, string name, CancellationToken cancellationToken)
    {
        if (name is "index.json" or ArchiveName.Manifest)
        {
            throw CliException.Usage("index.json is no directory tree but the list of the snapshot's files", "Print it: prox backup cat SNAPSHOT index.json");
        }

        if (reader.FindFile(name) is { Kind: not (SnapshotFileKind.Archive or SnapshotFileKind.SplitMetadata) } file)
        {
            throw CliException.Usage($"{file.Name} is no directory tree", "Only .pxar archives are: prox backup ls SNAPSHOT");
        }

        return await reader.OpenArchiveAsync(name, cancellationToken).ConfigureAwait(false);
    }
}
