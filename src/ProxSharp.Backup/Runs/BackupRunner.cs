using System.Net;
using ProxSharp.Api;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Protocol;
using ProxSharp.Backup.Upload;
using ProxSharp.Ids;
using ProxSharp.Pbs;

namespace ProxSharp.Backup.Runs;

/// <summary>Makes a whole backup.</summary>
internal static class BackupRunner
{
    // Proxmox: a session numbers its indexes from 1 to this.
    private const int MostIndexes = 256;

    /// <summary>Makes a backup in a datastore.</summary>
    public static async Task<BackupResult> RunAsync(
        Datastore store, BackupGroupPath group, IReadOnlyList<BackupSource> sources, BackupOptions options, CancellationToken cancellationToken)
    {
        Check(sources, options);
        // With the session the server makes the group, which stays.
        foreach (BackupSource source in sources)
        {
            source.Check();
        }

        TimeProvider time = store.Client.Options.TimeProvider;
        BackupSnapshotPath snapshot = new(group, WholeSeconds(options.Time ?? time.GetUtcNow()));
        WriterSessionOptions session = new() { Debug = options.Debug, NoCache = options.NoCache };
        BackupWriterSession writer = await BackupWriterSession.OpenAsync(store, options.Namespace, snapshot, session, cancellationToken).ConfigureAwait(false);
        BackupResult result = await RunAsync(writer, snapshot, sources, options, time, OpenReaderAsync, cancellationToken).ConfigureAwait(false);
        return options.Notes is { Length: > 0 } notes ? await NoteAsync(store, result, notes, options, cancellationToken).ConfigureAwait(false) : result;

        Task<BackupReaderSession> OpenReaderAsync(BackupSnapshotPath previous, CancellationToken token)
            => BackupReaderSession.OpenAsync(store, options.Namespace, previous, options.Debug, token);
    }

    /// <summary>Makes a backup in a session, which ends with it.</summary>
    /// <param name="writer">The session.</param>
    /// <param name="snapshot">The snapshot that it writes.</param>
    /// <param name="sources">What to back up.</param>
    /// <param name="options">How.</param>
    /// <param name="time">The clock.</param>
    /// <param name="openReader">Opens a session that reads the previous snapshot; null if there is no way to.</param>
    /// <param name="cancellationToken">Gives the backup up.</param>
    public static async Task<BackupResult> RunAsync(
        BackupWriterSession writer,
        BackupSnapshotPath snapshot,
        IReadOnlyList<BackupSource> sources,
        BackupOptions options,
        TimeProvider time,
        Func<BackupSnapshotPath, CancellationToken, Task<BackupReaderSession>>? openReader,
        CancellationToken cancellationToken)
    {
        using UploadFault fault = new(cancellationToken);
        BackupRun run = new(writer, snapshot, options, time, fault) { OpenReader = openReader };
        try
        {
            return await RunAsync(run, sources).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // Whatever is under way ends with the connection, and the server drops the snapshot.
            fault.Report(failure);
            await writer.DisposeAsync().ConfigureAwait(false);
            await run.AbandonCatalogAsync(failure).ConfigureAwait(false);
            await run.DisposeAsync().ConfigureAwait(false);
            if (!run.IsFinishing)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            Rethrow(fault, run, sources, writer.Host, failure);
            throw;
        }
        finally
        {
            await run.DisposeAsync().ConfigureAwait(false);
            await writer.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<BackupResult> RunAsync(BackupRun run, IReadOnlyList<BackupSource> sources)
    {
        await run.FindPreviousAsync().ConfigureAwait(false);
        foreach (BackupSource source in sources)
        {
            await source.BackUpAsync(run).ConfigureAwait(false);
        }

        await run.CompleteCatalogAsync().ConfigureAwait(false);
        await run.StoreKeyAsync().ConfigureAwait(false);
        return await run.FinishAsync().ConfigureAwait(false);
    }

    private static void Rethrow(UploadFault fault, BackupRun run, IReadOnlyList<BackupSource> sources, string host, Exception caught)
    {
        Exception first = fault.First ?? caught;
        // An answer that no session can go on with ends the backup as a line that breaks does.
        if (first is BackupSessionLostException or ProxmoxProtocolException or ProxmoxApiException)
        {
            throw new BackupSessionLostException(Describe(first, run, host), first is BackupSessionLostException ? first.InnerException ?? first : first)
            {
                OutcomeUnknown = IsUnknown(first, run),
                NotSaved = [.. sources.SelectMany(source => source.StoredNames(run.Options))],
                Archive = run.CurrentArchive,
                BytesRead = run.BytesRead,
            };
        }

        fault.ThrowIfFailed();
    }

    // A server that refuses to finish has not saved it; one that failed may have.
    private static bool IsUnknown(Exception failure, BackupRun run) =>
        run.IsFinishing && failure is not ProxmoxApiException { StatusCode: < HttpStatusCode.InternalServerError };

    private static string Describe(Exception failure, BackupRun run, string host)
    {
        string why = failure.Message.TrimEnd('.');
        if (!why.Contains(host, StringComparison.Ordinal))
            why = $"The session on {host} failed: {why}";
        if (IsUnknown(failure, run))
        {
            return $"{why} while the backup was finished. Whether {run.Snapshot} was saved is not known: look for it before you make the backup again.";
        }

        string archive = !run.IsFinishing && run.CurrentArchive is { } current ? $" while {current} was backed up" : "";
        string read = FormattableString.Invariant($"{run.BytesRead} bytes had been read");
        return $"{why}{archive}. Nothing of {run.Snapshot} was saved ({read}): make the whole backup again.";
    }

    private static void CheckNames(IReadOnlyList<BackupSource> sources, BackupOptions options)
    {
        // A restore asks for root.pxar, however it is stored: two of them could not be told apart.
        HashSet<string> archives = [];
        HashSet<string> names = [ArchiveName.Manifest, ArchiveName.Catalog, ArchiveName.EncryptedKey];
        string? twice = sources.FirstOrDefault(source => !archives.Add(source.Name))?.Name
            ?? sources.SelectMany(source => source.StoredNames(options)).FirstOrDefault(name => !names.Add(name));
        if (twice is not null)
        {
            throw new ArgumentException($"Two archives of the backup would be called {twice}.", nameof(sources));
        }

        bool withCatalog = names.Any(static name => name.EndsWith(".pxar.didx", StringComparison.Ordinal));
        int indexes = names.Count(static name => !name.EndsWith(".blob", StringComparison.Ordinal)) - (withCatalog ? 0 : 1);
        if (indexes > MostIndexes)
        {
            throw new ArgumentException($"The backup would have {indexes} archives of chunks, and the server takes {MostIndexes} at most.", nameof(sources));
        }
    }

    /// <summary>Refuses what no session has to be opened for.</summary>
    internal static void Check(IReadOnlyList<BackupSource> sources, BackupOptions options)
    {
        if (sources.Count == 0)
        {
            throw new ArgumentException("There is nothing to back up.", nameof(sources));
        }

        if (sources.Any(static source => source is null))
        {
            throw new ArgumentException("One of the sources is null.", nameof(sources));
        }

        CheckNames(sources, options);
        _ = options.EffectiveCryptMode; // Throws if key and mode do not fit.
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BytesPerSecond ?? 1, nameof(options.BytesPerSecond));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BurstBytes ?? 1, nameof(options.BurstBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ChunkSize, 64 << 10, nameof(options.ChunkSize));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.ChunkSize, 4 << 20, nameof(options.ChunkSize));
        if (!int.IsPow2(options.ChunkSize))
        {
            throw new ArgumentException($"{nameof(options.ChunkSize)} must be a power of two.", nameof(options));
        }
    }

    // The snapshot is saved by now: what fails here must not look as if it were not.
    private static async Task<BackupResult> NoteAsync(
        Datastore store, BackupResult result, string notes, BackupOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await SnapshotCalls.SetNotesAsync(store, result.Namespace, result.Snapshot, notes, cancellationToken).ConfigureAwait(false);
            return result;
        }
        catch (Exception exception) when (exception is ProxmoxException or OperationCanceledException)
        {
            bool isUnknown = exception is ProxmoxOutcomeUnknownException or OperationCanceledException;
            BackupWarning warning = new("", isUnknown
                ? $"The snapshot is saved; whether its notes are is not known: {exception.Message}"
                : $"The snapshot is saved, but not its notes: {exception.Message}");
            options.Warned?.Report(warning);
            return result with { Warnings = [.. result.Warnings, warning], WarningCount = result.WarningCount + 1 };
        }
    }

    private static DateTimeOffset WholeSeconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());
}
