using ProxSharp.Api;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Http;
using ProxSharp.Simulator.Pbs.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs.Sessions;

/// <summary>The commands of a restore.</summary>
internal sealed class ReaderSession : ProtocolSession
{
    private const int SpeedTestLength = 1 << 20;

    private static readonly byte[] s_speedTest = MakeSpeedTest();

    private readonly Lock _gate = new();
    private readonly HashSet<Sha256Digest> _allowed = [];
    private readonly SimulatedTask _task;
    private bool _isClosed;

    /// <summary>Begins a session; called under the state's gate.</summary>
    public ReaderSession(SessionContext context)
        : base(context)
    {
        Add(ApiMethod.Get, "/download", DownloadAsync);
        Add(ApiMethod.Get, "/chunk", ChunkAsync);
        Add(ApiMethod.Get, "/speedtest", static (_, _) => Task.FromResult(Whole(s_speedTest)));
        context.Store.Locks.Share(context.Snapshot);
        string id = FormattableString.Invariant($"{context.Store.Name}:{context.Snapshot.Group.Folder}/{context.Snapshot.Time:X8}");
        _task = context.State.Tasks.Start(new TaskRequest(context.State.NodeName, "reader", id, context.Caller.AuthId) { OnAbort = Break });
        _task.Hold();
        _task.Write($"starting new backup reader datastore '{context.Store.Name}': \"{context.Store.BasePath}\"");
        _task.Write("protocol upgrade done");
    }

    protected override string Root => "/reader/_upgrade_";

    public override void Close()
    {
        lock (Context.State.Gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            Context.Store.Locks.Unshare(Context.Snapshot);
            if (_task.IsRunning)
            {
                _task.Write("reader finished successfully");
                Context.State.Tasks.FinishNow(_task);
            }
        }
    }

    protected override void LogError(string line)
    {
        lock (Context.State.Gate)
        {
            _task.Write(line);
        }
    }

    // Proxmox: what the server holds in memory goes out with its length, a file as a stream without.
    private static WireResponse Whole(byte[] content) => Download(content) with { HasLength = true };

    private static byte[] MakeSpeedTest()
    {
        byte[] content = new byte[SpeedTestLength];
        content.AsSpan().Fill((byte)'A');
        return content;
    }

    private Task<WireResponse> DownloadAsync(ApiCall call, SessionExchange exchange)
    {
        string file = call.Required("file-name");
        StoredFile stored = StoredFile.Open(Context.Store, Context.Snapshot, file);
        if (stored.Index is { } index)
        {
            lock (_gate)
            {
                for (int i = 0; i < index.Count; i++)
                {
                    _allowed.Add(index[i].Digest);
                }
            }
        }

        return Task.FromResult(Download(stored.Content));
    }

    private Task<WireResponse> ChunkAsync(ApiCall call, SessionExchange exchange)
    {
        Sha256Digest digest = Digest(call.Required("digest"));
        bool isAllowed;
        lock (_gate)
        {
            isAllowed = _allowed.Contains(digest);
        }

        if (!isAllowed)
        {
            throw new ApiFault(401, $"download chunk {digest} not allowed");
        }

        byte[] blob = Context.Store.Chunks.Read(digest)
            ?? throw new ApiFault(400, $"reading file \"{Context.Store.ChunkPath(digest)}\" failed: No such file or directory (os error 2)");
        return Task.FromResult(Whole(blob));
    }
}
