using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Http;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs.Sessions;

/// <summary>The commands of a backup.</summary>
internal sealed class BackupSession : ProtocolSession
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, IndexWriter> _writers = [];
    private readonly Dictionary<Sha256Digest, int> _known = [];
    private readonly BackupTask _task;
    private readonly SnapshotKey? _previous;
    private readonly bool _isBenchmark;
    private UploadCount _total;
    private int _files;
    private int _lastWriter;
    private bool _isFinished;
    private bool _isClosed;

    /// <summary>Begins a session; called under the state's gate with the group locked.</summary>
    /// <param name="context">What it is about.</param>
    /// <param name="previous">The snapshot that the new one may take chunks from.</param>
    /// <param name="isBenchmark">True if nothing of it is kept.</param>
    /// <param name="isVerbose">True if the task's log tells every step.</param>
    public BackupSession(SessionContext context, SnapshotKey? previous, bool isBenchmark, bool isVerbose)
        : base(context)
    {
        (_previous, _isBenchmark) = (previous, isBenchmark);
        _task = new BackupTask(context, isBenchmark ? "benchmark" : "backup", isVerbose, Break);
        if (previous is { } base_)
        {
            context.Store.Locks.Share(base_);
        }

        Add(ApiMethod.Get, "/previous_backup_time", (_, _) => Task.FromResult(Reply(_previous is { } key ? JsonValue.Create(key.Time) : null)));
        Add(ApiMethod.Get, "/previous", (call, _) => Task.FromResult(Previous(call)));
        Add(ApiMethod.Post, "/blob", AddBlobAsync);
        Add(ApiMethod.Post, "/dynamic_index", (call, _) => Task.FromResult(CreateDynamic(call)));
        Add(ApiMethod.Put, "/dynamic_index", (call, _) => Task.FromResult(Append(call, "dynamic")));
        Add(ApiMethod.Post, "/dynamic_chunk", (call, exchange) => UploadAsync(call, exchange, "dynamic"));
        Add(ApiMethod.Post, "/dynamic_close", (call, _) => Task.FromResult(CloseIndex(call, "dynamic")));
        Add(ApiMethod.Post, "/fixed_index", (call, _) => Task.FromResult(CreateFixed(call)));
        Add(ApiMethod.Put, "/fixed_index", (call, _) => Task.FromResult(Append(call, "fixed")));
        Add(ApiMethod.Post, "/fixed_chunk", (call, exchange) => UploadAsync(call, exchange, "fixed"));
        Add(ApiMethod.Post, "/fixed_close", (call, _) => Task.FromResult(CloseIndex(call, "fixed")));
        Add(ApiMethod.Post, "/finish", (_, _) => Task.FromResult(Finish()));
        Add(ApiMethod.Post, "/speedtest", SpeedTestAsync);
    }

    protected override string Root => "/backup/_upgrade_";

    private Datastore Store => Context.Store;

    public override void Close()
    {
        lock (Context.State.Gate)
        {
            lock (_gate)
            {
                if (_isClosed)
                {
                    return;
                }

                _isClosed = true;
                foreach (IDisposable writer in _writers.Values.OfType<IDisposable>())
                {
                    writer.Dispose();
                }
            }

            if (!_isFinished || _isBenchmark)
            {
                Store.Remove(Context.Snapshot);
            }

            Store.Locks.Unlock(Context.Snapshot);
            if (_previous is { } previous)
            {
                Store.Locks.Unshare(previous);
            }

            _task.End(_isFinished);
        }
    }

    protected override void LogError(string line) => _task.Write(line);

    private void DemandUnfinished()
    {
        if (_isFinished)
        {
            throw new ApiFault(400, "backup already marked as finished.");
        }
    }

    private IndexWriter Writer(long id, string kind) => _writers.GetValueOrDefault((int)id) is { } writer && writer.Kind == kind
        ? writer
        : throw new ApiFault(400, FormattableString.Invariant($"{kind} writer '{id}' not registered"));

    private WireResponse Previous(ApiCall call)
    {
        string name = call.Required("archive-name");
        SnapshotKey previous = _previous ?? throw new ApiFault(400, "no valid previous backup");
        StoredFile stored = StoredFile.Open(Store, previous, name);
        if (stored.Index is { } index)
        {
            _task.Write($"register chunks in '{name}' from previous backup.");
            lock (_gate)
            {
                for (int i = 0; i < index.Count; i++)
                {
                    _known[index[i].Digest] = (int)index[i].Length;
                }
            }
        }

        _task.Write($"download '{name}' from previous backup.");
        return Download(stored.Content);
    }

    private async Task<WireResponse> AddBlobAsync(ApiCall call, SessionExchange exchange)
    {
        string name = call.Required("file-name");
        int announced = (int)call.Integer("encoded-size")!.Value;
        if (!name.EndsWith(".blob", StringComparison.Ordinal))
        {
            throw new ApiFault(400, $"wrong blob file extension: '{name}'");
        }

        byte[] blob = await exchange.ReadBodyAsync(DataBlob.MaxUploadSize).ConfigureAwait(false) ?? throw new ApiFault(400, "request body too large");
        if (blob.Length != announced)
        {
            throw new ApiFault(400, FormattableString.Invariant($"got blob with unexpected length ({announced} != {blob.Length})"));
        }

        ChunkReceiver.DemandBlob(blob);
        DemandSpace(blob.Length, $"unable to write '\"{Store.PathOf($"{Context.Snapshot.Folder}/{name}")}\"'");
        lock (_gate)
        {
            DemandUnfinished();
            Store.Write(Context.Snapshot, name, blob);
            _files++;
            _total += new UploadCount(0, blob.Length, 0, 0);
        }

        _task.Write(FormattableString.Invariant(
            $"add blob \"{Store.PathOf($"{Context.Snapshot.Folder}/{name}")}\" ({blob.Length} bytes, comp: {blob.Length})"));
        return Reply(null);
    }

    private void DemandSpace(long bytes, string what)
    {
        if (Context.Services.Faults.IsFull(Store.Name) || Store.Chunks.StoredBytes + bytes > Store.Capacity)
        {
            throw new ApiFault(400, $"{what} - ENOSPC: No space left on device");
        }
    }

    private WireResponse CreateDynamic(ApiCall call)
    {
        string name = DemandExtension(call, ".didx");
        return Created(id => new DynamicWriter(id, name));
    }

    private WireResponse CreateFixed(ApiCall call)
    {
        long size = call.Integer("size") ?? throw ApiFault.Parameter("size", "parameter is missing and it is not optional.");
        string name = DemandExtension(call, ".fidx");
        FixedIndex? previous = call.Text("reuse-csum") is { } checksum ? Reused(name, checksum) : null;
        return Created(id => new FixedWriter(id, name, size, previous));
    }

    private WireResponse Created(Func<int, IndexWriter> make)
    {
        IndexWriter writer;
        lock (_gate)
        {
            DemandUnfinished();
            writer = make(_lastWriter + 1);
            _lastWriter = writer.Id;
            _writers.Add(writer.Id, writer);
        }

        _task.Write(FormattableString.Invariant($"created new {writer.Kind} index {writer.Id} (\"{Context.Snapshot.Folder}/{writer.Name}\")"));
        return Reply(JsonValue.Create(writer.Id));
    }

    private static string DemandExtension(ApiCall call, string extension)
    {
        string name = call.Required("archive-name");
        return name.EndsWith(extension, StringComparison.Ordinal) ? name : throw new ApiFault(400, $"wrong archive extension: '{name}'");
    }

    private FixedIndex Reused(string name, string checksum)
    {
        SnapshotKey previous = _previous ?? throw new ApiFault(400, "cannot reuse index - no valid previous backup exists");
        FixedIndex index;
        try
        {
            index = (FixedIndex)StoredFile.Open(Store, previous, name).Index!;
        }
        catch (ApiFault)
        {
            throw new ApiFault(400, "cannot reuse index - no previous backup exists for archive");
        }

        return index.Checksum.ToString() == checksum
            ? index
            : throw new ApiFault(400, $"expected csum ({checksum}) doesn't match last backup's ({index.Checksum}), cannot do incremental backup");
    }

    private async Task<WireResponse> UploadAsync(ApiCall call, SessionExchange exchange, string kind)
    {
        int announced = (int)call.Integer("encoded-size")!.Value;
        int size = (int)call.Integer("size")!.Value;
        Sha256Digest digest = Digest(call.Required("digest"));
        byte[] blob = GC.AllocateUninitializedArray<byte>(announced);
        int length = await exchange.ReadBodyAsync(blob).ConfigureAwait(false);
        if (length != announced)
        {
            throw new ApiFault(400, length > announced ? "uploaded chunk is larger than announced." : "uploaded chunk has unexpected size.");
        }

        DemandSpace(length, $"inserting chunk on store '{Store.Name}' failed for {digest}");
        (bool isDuplicate, long stored) = ChunkReceiver.Receive(Store, digest, blob, size, Context.State.Now);
        lock (_gate)
        {
            DemandUnfinished();
            Writer(call.Integer("wid")!.Value, kind).Register(size, stored, isDuplicate);
            _known[digest] = size;
        }

        _task.Debug(FormattableString.Invariant($"upload_chunk done: {size} bytes, {digest}"));
        return Reply(JsonValue.Create(digest.ToString()));
    }

    private WireResponse Append(ApiCall call, string kind)
    {
        IReadOnlyList<string> digests = call.Values("digest-list");
        IReadOnlyList<string> offsets = call.Values("offset-list");
        if (digests.Count != offsets.Count)
        {
            throw new ApiFault(400, FormattableString.Invariant($"offset list has wrong length ({offsets.Count} != {digests.Count})"));
        }

        lock (_gate)
        {
            for (int i = 0; i < digests.Count; i++)
            {
                Sha256Digest digest = Digest(digests[i]);
                if (!_known.TryGetValue(digest, out int size))
                {
                    throw new ApiFault(400, $"no such chunk {digest}");
                }

                DemandUnfinished();
                Writer(call.Integer("wid")!.Value, kind).Append(long.Parse(offsets[i], System.Globalization.CultureInfo.InvariantCulture), size, digest);
            }
        }

        _task.Debug(FormattableString.Invariant($"{kind}_append {digests.Count} chunks"));
        return Reply(null);
    }

    private WireResponse CloseIndex(ApiCall call, string kind)
    {
        long id = call.Integer("wid")!.Value;
        Sha256Digest checksum = Digest(call.Required("csum"));
        IndexWriter writer;
        Guid uuid;
        long length;
        lock (_gate)
        {
            DemandUnfinished();
            writer = Writer(id, kind);

            // Proxmox: a writer whose close fails is gone.
            _writers.Remove(writer.Id);
            using IDisposable? owned = writer as IDisposable;
            (byte[] file, uuid, length) = writer.Finish(call.Integer("chunk-count")!.Value, call.Integer("size")!.Value, checksum, Context.State.Now);
            DemandSpace(file.Length, $"unable to write '\"{Store.PathOf($"{Context.Snapshot.Folder}/{writer.Name}")}\"'");
            Store.Write(Context.Snapshot, writer.Name, file);
            _files++;
            _total += writer.Uploads;
        }

        _task.Closed(writer, uuid, checksum, length);
        return Reply(null);
    }

    private WireResponse Finish()
    {
        lock (Context.State.Gate)
        {
            lock (_gate)
            {
                DemandUnfinished();
                if (_writers.Count > 0)
                {
                    throw new ApiFault(400, "found open index writer - unable to finish backup");
                }

                if (_files == 0)
                {
                    throw new ApiFault(400, "backup does not contain valid files (file count == 0)");
                }

                StoreStatistics();
                if (_previous is { } previous && !Store.Exists(previous))
                {
                    throw new ApiFault(400, $"base snapshot {previous.Snapshot} was removed during backup, cannot finish as chunks might be missing");
                }

                _isFinished = true;
                Store.Locks.Finish(Context.Snapshot);
            }
        }

        _task.Write("successfully finished backup");
        return Reply(null);
    }

    private void StoreStatistics()
    {
        try
        {
            Store.UpdateManifest(Context.Snapshot, unprotected => unprotected["chunk_upload_stats"] = new JsonObject
            {
                ["compressed_size"] = _total.CompressedSize,
                ["count"] = _total.Count,
                ["duplicates"] = _total.Duplicates,
                ["size"] = _total.Size,
            });
        }
        catch (ApiFault fault)
        {
            throw new ApiFault(400, $"unable to update manifest blob - {fault.Message}");
        }
    }

    private async Task<WireResponse> SpeedTestAsync(ApiCall call, SessionExchange exchange)
    {
        long length = await exchange.DropBodyAsync().ConfigureAwait(false);
        _task.Debug(FormattableString.Invariant($"speedtest: {length} bytes"));
        return Reply(null);
    }
}
