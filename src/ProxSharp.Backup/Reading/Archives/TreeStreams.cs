using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Files.Resuming;
using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Archives;

/// <summary>The streams that a whole tree is restored from. What the target has of them already is not fetched, if the restore keeps what is equal.</summary>
internal sealed class TreeStreams : IAsyncDisposable
{
    private readonly ResumeJournal? _journal;
    private LocalFiles? _files;
    private ChunkLoader? _loader;
    private (LocalContent Content, ChunkLoader Loader, Stream Stream)? _names;

    /// <param name="main">The archive; of a split one the names.</param>
    /// <param name="payload">The contents of a split one.</param>
    /// <param name="directory">The target.</param>
    /// <param name="options">How it is restored.</param>
    /// <param name="progress">Follows the contents.</param>
    public TreeStreams(ChunkedFile main, ChunkedFile? payload, string directory, TreeExtractOptions options, ProgressReporter progress)
    {
        if (options.DryRun)
        {
            // The names say all; what stands between them in one stream is passed over.
            Main = main.OpenStream(eager: payload is not null);
            return;
        }

        // Elsewhere a file that is open for this could not be written to.
        if (Libc.IsSupported && options.KeepParts)
        {
            _journal = ResumeJournal.Open(directory, main.Index.Checksum, main.Index.Size, options.Existing);
            Recorder = new(_journal, hasContents: payload is null);
        }

        if (options.Existing == ExistingFiles.KeepSameContent)
        {
            OpenLocal(main, payload, directory, progress);
        }
        else
        {
            // What is kept needs no content, so it is not fetched ahead either.
            bool eager = options.Existing is not (ExistingFiles.Skip or ExistingFiles.KeepSameTime);
            (Main, Payload) = Open(main, payload, progress, eager);
        }

        Main = Noted(Main);
    }

    /// <summary>The archive; of a split one the names.</summary>
    public Stream Main { get; private set; } = Stream.Null;

    /// <summary>The contents of a split archive.</summary>
    public Stream? Payload { get; private set; }

    /// <summary>What the target may have of the contents; null for nothing.</summary>
    public LocalContent? Local { get; private set; }

    /// <summary>Notes what is read; null if nobody may go on with this restore.</summary>
    public JournalRecorder? Recorder { get; }

    /// <summary>All of an archive in order. Progress follows the contents.</summary>
    public static (Stream Main, Stream? Payload) Open(ChunkedFile main, ChunkedFile? payload, ProgressReporter progress, bool eager)
    {
        ProgressStream contents = new((payload ?? main).OpenStream(eager), progress);
        return payload is null ? (contents, null) : (main.OpenStream(eager), contents);
    }

    public async ValueTask DisposeAsync()
    {
        // The contents wait for names that may be on their way.
        if (Local is not null)
            await Local.StopAsync().ConfigureAwait(false);
        await Main.DisposeAsync().ConfigureAwait(false);
        await (Payload ?? Stream.Null).DisposeAsync().ConfigureAwait(false);
        if (Local is not null)
            await Local.DisposeAsync().ConfigureAwait(false);
        if (_names is var (content, loader, stream))
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            await content.DisposeAsync().ConfigureAwait(false);
            loader.Dispose();
        }

        _loader?.Dispose();
        _files?.Dispose();
        Recorder?.Dispose();
    }

    private void OpenLocal(ChunkedFile main, ChunkedFile? payload, string directory, ProgressReporter progress)
    {
        _files = Libc.IsSupported ? TryOpenFiles(directory, main.Index.Checksum) : null;
        IAsyncEnumerable<KnownPiece>? noted = _journal?.Known > 0 ? _journal.ReadKnown().ToAsyncEnumerable() : null;
        if (payload is null)
        {
            Local = new(_files is null ? null : noted, _files is null ? null : _files.Read);
            Main = new ProgressStream(main.OpenStream(_loader = main.Loader.With(Local)), progress);
            return;
        }

        // The names are read twice: ahead of the contents as well, to know which files these belong to.
        LocalContent names = new(noted, static (_, _, _) => 0);
        ChunkLoader loader = main.Loader.With(names);
        Stream ahead = Noted(main.OpenSharedStream(loader));
        _names = (names, loader, ahead);
        Local = _files is null ? new() : new(PayloadPieces.ReadAsync(ahead, payload.Index.Size), _files.Read);
        Main = main.OpenSharedStream(loader);
        Payload = new ProgressStream(payload.OpenStream(_loader = payload.Loader.With(Local)), progress);
    }

    private Stream Noted(Stream stream) => Recorder is null ? stream : new JournalStream(stream, Recorder);

    private static LocalFiles? TryOpenFiles(string directory, Sha256Digest archive)
    {
        try
        {
            return Directory.Exists(directory) ? new(TargetTrees.Create().OpenRoot(directory), archive) : null;
        }
        catch (FileTreeException)
        {
            // The restore opens it too, and tells.
            return null;
        }
    }
}
