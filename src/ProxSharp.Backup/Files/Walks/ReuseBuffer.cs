using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Walks;

/// <summary>
/// Holds entries back while they may reuse chunks of the previous backup: unchanged files, and what lies between them.
/// </summary>
internal sealed class ReuseBuffer(ArchiveEmitter emitter, PxarWriter writer, IPayloadSink sink, DynamicIndex index) : IDisposable
{
    // Proxmox: the official client holds so many entries, and injects so many chunks at once.
    private const int MaxHeld = 512;
    private const int MaxInjected = 128;

    private readonly ArchiveEmitter _emitter = emitter;
    private readonly PxarWriter _writer = writer;
    private readonly IPayloadSink _sink = sink;
    private readonly DynamicIndex _index = index;
    private readonly PxarReusePlanner _planner = new(Enumerable.Range(0, index.Count).Select(chunk => index[chunk].End));
    private readonly Queue<WalkItem> _held = new();
    private readonly HashSet<(ulong Device, ulong Inode)> _heldFiles = [];

    public void Dispose()
    {
        while (_held.TryDequeue(out WalkItem? item))
            item.Dispose();
    }

    /// <summary>Takes the next item, and disposes of it sooner or later.</summary>
    internal async ValueTask TakeAsync(WalkItem item, CancellationToken cancellationToken)
    {
        try
        {
            if (IsFileOfItsOwn(item))
                await PrepareAsync(item.Reusable, cancellationToken).ConfigureAwait(false);
            else if (_held.Count >= MaxHeld)
                await FlushAsync(continues: true, isFull: true, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            item.Dispose();
            throw;
        }

        _held.Enqueue(item);
        if (ArchiveEmitter.CanBeTarget(item))
            _heldFiles.Add((item.Stat.Device, item.Stat.Inode));
        if (!_planner.IsPending)
            await WriteHeldAsync(default, 0, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes all that is held.</summary>
    internal ValueTask EndAsync(CancellationToken cancellationToken) => FlushAsync(continues: false, isFull: false, cancellationToken);

    private bool IsFileOfItsOwn(WalkItem item) => item.Kind == WalkItemKind.Entry && item.Stat.Kind == PxarEntryKind.File
        && !_emitter.IsKnownLink(item)
        && !(item.Stat.Links > 1 && _heldFiles.Contains((item.Stat.Device, item.Stat.Inode)));

    private async ValueTask PrepareAsync(PxarPayloadReference? previous, CancellationToken cancellationToken)
    {
        if (previous is not { } reference)
        {
            if (_planner.IsPending)
                await FlushAsync(continues: false, isFull: false, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (_held.Count >= MaxHeld)
            await FlushAsync(continues: true, isFull: _planner.Adjoins(reference), cancellationToken).ConfigureAwait(false);
        if (_planner.TryExtend(reference))
            return;
        await FlushAsync(continues: true, isFull: false, cancellationToken).ConfigureAwait(false);
        _planner.TryExtend(reference);
    }

    private async ValueTask FlushAsync(bool continues, bool isFull, CancellationToken cancellationToken)
    {
        PxarReuseDecision decision = _planner.EndRange(continues, isFull);
        if (decision.InjectBefore is { } kept)
            await InjectAsync(kept, 1, cancellationToken).ConfigureAwait(false);
        await WriteHeldAsync(decision, _writer.PayloadPosition, cancellationToken).ConfigureAwait(false);
        if (decision.Reuse)
            await InjectAsync(decision.FirstChunk, decision.ChunkCount, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WriteHeldAsync(PxarReuseDecision decision, long injectedAt, CancellationToken cancellationToken)
    {
        while (_held.TryPeek(out WalkItem? item))
        {
            PxarPayloadReference? reused = decision.Reuse && item.Reusable is { } previous ? decision.Move(previous, injectedAt) : null;
            await _emitter.WriteAsync(item, reused, cancellationToken).ConfigureAwait(false);
            _held.Dequeue().Dispose();
        }

        _heldFiles.Clear();
    }

    private async ValueTask InjectAsync(int first, int count, CancellationToken cancellationToken)
    {
        for (int done = 0; done < count; done += MaxInjected)
        {
            IndexChunk[] chunks = [.. Enumerable.Range(first + done, Math.Min(MaxInjected, count - done)).Select(chunk => _index[chunk])];
            long length = chunks[^1].End - chunks[0].Start;
            await _writer.InjectPayloadAsync(length, cancellationToken).ConfigureAwait(false);
            await _sink.InjectAsync(chunks, cancellationToken).ConfigureAwait(false);
            _emitter.Totals.InjectedChunks += chunks.Length;
            _emitter.Totals.InjectedBytes += length;
        }
    }
}
