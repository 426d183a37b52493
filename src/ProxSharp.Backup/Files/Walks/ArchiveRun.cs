using System.Threading.Channels;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Files.Sources;

namespace ProxSharp.Backup.Files.Walks;

/// <summary>One archive being written: the walk, the loaders and the writer run side by side, with a bounded number of entries between them.</summary>
internal sealed class ArchiveRun(DirectoryArchiveOptions options, IReadOnlyList<PathPattern> excludes, IReadOnlyList<ulong> devices, WarningLog warnings)
{
    /// <summary>How many entries are read ahead. With files of 256 KiB that is 32 MiB.</summary>
    private const int Window = 128;

    private readonly DirectoryArchiveOptions _options = options;
    private readonly IReadOnlyList<PathPattern> _excludes = excludes;
    private readonly IReadOnlyList<ulong> _devices = devices;
    private readonly WarningLog _warnings = warnings;
    private readonly Channel<WalkItem> _ordered = Channel.CreateBounded<WalkItem>(
        new BoundedChannelOptions(Window) { SingleReader = true, SingleWriter = true });

    private readonly Channel<WalkItem> _unloaded = Channel.CreateUnbounded<WalkItem>(new UnboundedChannelOptions { SingleWriter = true });

    /// <summary>Whether contents of small files are read ahead. Default: true.</summary>
    internal bool ReadsContent { get; init; } = true;

    /// <summary>Walks the tree, and gives each item to a writer, which disposes of it. The root is not among them.</summary>
    internal async Task RunAsync(
        IFileNode root,
        PreviousArchive? previous,
        Func<WalkItem, CancellationToken, ValueTask> write,
        CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        WalkLoader loader = new(Parts(_options), _warnings) { ReadsContent = ReadsContent };
        TreeWalk walk = new(_options, _excludes, _devices, loader, _warnings, _ordered.Writer, _unloaded.Writer);
        Task[] readers =
        [
            Task.Run(() => WalkAsync(walk, root, previous, stop.Token), CancellationToken.None),
            .. Enumerable.Range(0, Math.Clamp(_options.ReadAhead, 1, 64)).Select(_ => Task.Run(() => LoadAsync(loader, stop.Token), CancellationToken.None)),
        ];
        try
        {
            await WriteAllAsync(write, stop.Token).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(readers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (_ordered.Reader.TryRead(out WalkItem? item))
                item.Dispose();
        }
    }

    internal static MetadataParts Parts(DirectoryArchiveOptions options) => MetadataParts.Project
        | (options.KeepXattrs ? MetadataParts.Xattrs : 0)
        | (options.KeepAcls ? MetadataParts.Acls : 0)
        | (options.KeepCapabilities ? MetadataParts.Capabilities : 0)
        | (options.KeepFlags ? MetadataParts.Flags : 0);

    private async Task WalkAsync(TreeWalk walk, IFileNode root, PreviousArchive? previous, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            await walk.RunAsync(root, previous, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The writer throws it, after all that came before.
            failure = exception;
        }

        _unloaded.Writer.Complete();
        _ordered.Writer.Complete(failure);
    }

    private async Task LoadAsync(WalkLoader loader, CancellationToken cancellationToken)
    {
        await foreach (WalkItem item in _unloaded.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            if (cancellationToken.IsCancellationRequested)
                item.Directory.Release();
            else
                loader.Load(item);
        }
    }

    private async Task WriteAllAsync(Func<WalkItem, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        while (await _ordered.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (_ordered.Reader.TryRead(out WalkItem? item))
            {
                cancellationToken.ThrowIfCancellationRequested();
                await item.Loaded.WaitAsync(cancellationToken).ConfigureAwait(false);
                bool isRoot = item.Directory.IsRoot && item.Kind != WalkItemKind.Entry;
                if (item.IsSkipped || isRoot)
                    item.Dispose();
                else
                    await write(item, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
