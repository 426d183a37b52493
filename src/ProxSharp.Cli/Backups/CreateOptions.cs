using System.CommandLine;
using System.Globalization;
using ProxSharp.Backup;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Ids;

namespace ProxSharp.Cli.Backups;

/// <summary>The options of <c>prox backup create</c>.</summary>
internal sealed class CreateOptions
{
    private readonly Option<string> _type = new("--backup-type") { Description = "host, vm or ct [default: host]", HelpName = "type" };
    private readonly Option<string> _id = new("--backup-id")
    {
        Description = "What is backed up [default: the name of this machine]",
        HelpName = "id",
    };

    private readonly Option<string> _time = new("--backup-time")
    {
        Description = "The time that names the snapshot, as 2026-01-31T02:00:00Z or in seconds since 1970 [default: now]",
        HelpName = "time",
    };

    private readonly Option<string> _detection = new("--change-detection-mode")
    {
        Description = "legacy, data or metadata: how directories are archived; metadata does not read files again that look unchanged [default: legacy]",
        HelpName = "mode",
    };

    private readonly Option<string[]> _exclude = new("--exclude")
    {
        Description = "Leave out what matches, for example '*.tmp' or /cache/; repeat it",
        HelpName = "pattern",
    };

    private readonly Option<string[]> _devices = new("--include-dev")
    {
        Description = "Also archive the file system mounted at this path; repeat it",
        HelpName = "path",
    };

    private readonly Option<bool> _all = new("--all-file-systems") { Description = "Archive all file systems that are mounted below a directory" };
    private readonly Option<bool> _lost = new("--skip-lost-and-found") { Description = "Leave out directories called lost+found" };
    private readonly Option<string> _rate = new("--rate")
    {
        Description = "Send no more than this in a second, for example 10MB or 512KiB",
        HelpName = "bytes",
    };

    private readonly Option<string> _burst = new("--burst")
    {
        Description = "How much may be sent at once after a pause [default: one second's worth]",
        HelpName = "bytes",
    };

    private readonly Option<int?> _chunkSize = new("--chunk-size")
    {
        Description = "The average size of chunks of directories in KiB: 64, 128, ... 4096 [default: 4096]",
        HelpName = "KiB",
    };

    private readonly Option<int?> _entries = new("--entries-max")
    {
        Description = "The most entries in memory: those of all directories on the way to a file [default: 1048576]",
        HelpName = "n",
    };

    private readonly Option<bool> _noCache = new("--no-cache") { Description = "Let the server pass by the cache of a datastore in S3" };

    // The official client fails at too large attributes unless this is given; here that is a warning in any case.
    private readonly Option<bool> _largeXattrs = new("--skip-e2big-xattr") { Description = "Leave out attributes that are too large, as always" };
    private readonly Option<string> _notes = new("--notes") { Description = "Notes for the snapshot", HelpName = "text" };

    public CreateOptions()
    {
        _type.AcceptOnlyFromAmong("host", "vm", "ct");
        _detection.AcceptOnlyFromAmong("legacy", "data", "metadata");
    }

    /// <summary>All of them in the order of help.</summary>
    public IReadOnlyList<Option> All => [_type, _id, _time, _detection, _exclude, _devices, _all, _lost, _entries, _chunkSize, _rate, _burst, _noCache, _notes];

    /// <summary>What the official client takes and what makes no difference here.</summary>
    public IReadOnlyList<Option> Hidden => [_largeXattrs];

    /// <summary>Reads which group is meant.</summary>
    public BackupGroupPath ReadGroup(VerbRun run)
    {
        string id = run.Value(_id) ?? Environment.MachineName;
        return SnapshotPlace.ParseGroup($"{run.Value(_type) ?? "host"}/{id}");
    }

    /// <summary>Reads what is backed up.</summary>
    /// <exception cref="CliException">A specification is none.</exception>
    public IReadOnlyList<BackupSource> ReadSources(VerbRun run, IReadOnlyList<string> specifications)
    {
        DirectoryArchiveOptions options = new()
        {
            Excludes = [.. (run.Value(_exclude) ?? []).Select(ParsePattern)],
            IncludedFileSystems = [.. (run.Value(_devices) ?? []).Select(run.Command.Services.Environment.AbsolutePath)],
            AllFileSystems = run.Value(_all),
            SkipLostAndFound = run.Value(_lost),
            MaxEntries = run.Number(_entries) ?? DirectoryArchiveOptions.Default.MaxEntries,
        };
        return [.. specifications.Select(text => ParseSource(run, text, options))];
    }

    /// <summary>Reads how it is done.</summary>
    public BackupOptions Read(VerbRun run, BackupOptions options) => options with
    {
        Time = ParseTime(run.Value(_time)),
        ChangeDetection = run.Value(_detection) switch
        {
            "data" => ChangeDetectionMode.Data,
            "metadata" => ChangeDetectionMode.Metadata,
            _ => ChangeDetectionMode.Legacy,
        },
        ChunkSize = ReadChunkSize(run) ?? options.ChunkSize,
        NoCache = run.Value(_noCache),
        BytesPerSecond = BackupRate.Parse("--rate", run.Value(_rate)),
        BurstBytes = BackupRate.Parse("--burst", run.Value(_burst)),
        Notes = run.Value(_notes),
    };

    private int? ReadChunkSize(VerbRun run) => run.Number(_chunkSize) switch
    {
        null => null,
        { } size when int.IsPow2(size) && size is >= 64 and <= 4096 => size << 10,
        { } size => throw CliException.Usage(
            string.Create(CultureInfo.InvariantCulture, $"--chunk-size {size} is no size of chunks"), "It is a power of two from 64 to 4096, in KiB"),
    };

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="CliException">It is none.</exception>
    public static PathPattern ParsePattern(string text)
    {
        ArchiveText.Check(text);
        try
        {
            return PathPattern.Parse(text);
        }
        catch (FormatException e)
        {
            throw CliException.Usage(e.Message.TrimEnd('.'), "Patterns are as in .pxarexclude: *.tmp, /var/cache/, !keep.tmp; \\\\ is a backslash");
        }
    }

    /// <summary>Splits a specification into archive and path.</summary>
    public static (string Name, string Path) Split(VerbRun run, string specification)
    {
        int colon = specification.IndexOf(':', StringComparison.Ordinal);
        return (specification[..colon], run.Command.Services.Environment.AbsolutePath(specification[(colon + 1)..]));
    }

    private static BackupSource ParseSource(VerbRun run, string text, DirectoryArchiveOptions options)
    {
        try
        {
            _ = BackupSource.Parse(text);
            (string name, string path) = Split(run, text);
            return name.EndsWith(".pxar", StringComparison.Ordinal) ? BackupSource.Directory(name, path, options) : BackupSource.Parse($"{name}:{path}");
        }
        catch (FormatException e)
        {
            throw CliException.Usage(e.Message.TrimEnd('.'), "For example root.pxar:/srv, disk.img:/dev/vg0/disk or fstab.conf:/etc/fstab");
        }
    }

    private static DateTimeOffset? ParseTime(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return TimeValues.TryRead(text) is { } time
            ? time.ToUnixTimeSeconds() > 0
                ? time
                : throw CliException.Usage($"--backup-time '{text}': no server stores a snapshot of 1970-01-01T00:00:00Z or before", "Leave it out for now, or name a later time")
            : throw CliException.Usage($"--backup-time '{text}' is no time", "Write 2026-01-31T02:00:00Z, or seconds since 1970");
    }
}
