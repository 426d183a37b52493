using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Formats.Tests.Pxar;

/// <summary>A backup in metadata mode, as the official client does it: entries are held back while they may be reused.</summary>
internal sealed class MetadataModeRun : IDisposable
{
    private readonly PxarArchive _previous;
    private readonly byte[] _previousPayload;
    private readonly long[] _chunkEnds;
    private readonly Func<string, byte[]> _contents;
    private readonly PxarReusePlanner _planner;
    private readonly MemoryStream _archive = new();
    private readonly MemoryStream _payload = new();
    private readonly List<(PxarEntry? Entry, string Path, PxarPayloadReference? Previous)> _held = [];
    private readonly Dictionary<long, PxarLinkTarget> _targets = [];
    private PxarWriter? _writer;

    internal MetadataModeRun(byte[] previous, byte[] previousPayload, long[] chunkEnds, Func<string, byte[]> contents)
    {
        _previous = PxarArchive.Open(RandomAccessSource.FromMemory(previous));
        (_previousPayload, _chunkEnds, _contents) = (previousPayload, chunkEnds, contents);
        _planner = new(chunkEnds);
    }

    public void Dispose()
    {
        _archive.Dispose();
        _payload.Dispose();
    }

    /// <summary>Writes the tree whose entries another archive describes.</summary>
    internal (byte[] Archive, byte[] Payload) Write(byte[] tree)
    {
        using PxarReader reader = new(new MemoryStream(tree));
        Assert.True(reader.Read());
        _writer = PxarWriter.CreateSplit(_archive, _payload, reader.Entry.Metadata!);
        while (reader.Read() && (reader.Event == PxarReaderEvent.Entry || !reader.Entry.Name.IsRoot))
            Take(reader.Event == PxarReaderEvent.Entry ? reader.Entry : null, PxarName.Text(reader.GetPath()));
        Flush(continues: false);
        _writer.Finish();
        return (_archive.ToArray(), _payload.ToArray());
    }

    private void Take(PxarEntry? entry, string path)
    {
        PxarPayloadReference? reusable = entry is { Kind: PxarEntryKind.File } ? Reusable(entry, path) : null;
        if (reusable is { } previous)
        {
            if (!_planner.TryExtend(previous))
            {
                Flush(continues: true);
                Assert.True(_planner.TryExtend(previous));
            }
        }
        else if (entry is { Kind: PxarEntryKind.File })
        {
            Flush(continues: false);
        }

        _held.Add((entry, path, reusable));
        if (!_planner.IsPending)
            Flush(continues: false);
    }

    private PxarPayloadReference? Reusable(PxarEntry entry, string path) => _previous.Find(path)?.Entry is { Payload: { } payload } old
        && entry.Metadata!.IsUnchangedSince(old.Metadata!)
        && old.Length == entry.Length ? payload : null;

    private void Flush(bool continues)
    {
        PxarReuseDecision decision = _planner.EndRange(continues);
        if (decision.InjectBefore is { } kept)
            Inject(kept, 1);
        long at = _writer!.PayloadPosition;
        foreach ((PxarEntry? entry, string path, PxarPayloadReference? previous) in _held)
            Write(entry, path, decision.Reuse && previous is { } moved ? decision.Move(moved, at) : null);
        _held.Clear();
        Inject(decision.FirstChunk, decision.ChunkCount);
    }

    private void Inject(int first, int count)
    {
        if (count == 0)
            return;
        long start = first == 0 ? 0 : _chunkEnds[first - 1];
        long end = _chunkEnds[first + count - 1];
        long position = _writer!.InjectPayload(end - start);
        Assert.Equal(_payload.Length, position);
        _payload.Write(_previousPayload.AsSpan((int)start, (int)(end - start)));
    }

    private void Write(PxarEntry? entry, string path, PxarPayloadReference? reference)
    {
        switch (entry?.Kind)
        {
            case null:
                _writer!.EndDirectory();
                break;
            case PxarEntryKind.Directory:
                _writer!.BeginDirectory(entry.Name, entry.Metadata!);
                break;
            case PxarEntryKind.Symlink:
                _writer!.WriteSymlink(entry.Name, entry.Metadata!, entry.LinkTarget);
                break;
            case PxarEntryKind.HardLink:
                _writer!.WriteHardLink(entry.Name, _targets[entry.LinkPosition]);
                break;
            default:
                if (reference is { } there)
                    _writer!.WriteFileReference(entry.Name, entry.Metadata!, there);
                else
                    _writer!.WriteFile(entry.Name, entry.Metadata!, _contents(path));
                _targets[entry.Position] = _writer.GetLastFile();
                break;
        }
    }
}
