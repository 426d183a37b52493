using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Ids;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Http;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs.Sessions;

/// <summary>Answers the requests that turn a connection into a backup or reader session.</summary>
internal sealed class SessionOpener(SessionServices services)
{
    private const string WriterProtocol = "proxmox-backup-protocol-v1";
    private const string ReaderProtocol = "proxmox-backup-reader-protocol-v1";
    private const string BenchmarkId = "benchmark";

    private PbsState State => services.State;

    public void Register(HandlerTable table)
    {
        table.Get("/backup", OpenBackup);
        table.Get("/reader", OpenReader);
    }

    private ApiReply OpenBackup(ApiCall call)
    {
        Principal caller = call.Caller;
        BackupNamespace ns = DatastoreAccess.Namespace(call);
        string storeName = call.Required("store");
        string path = DatastoreAccess.PathOf(storeName, ns);
        if (!State.Permissions.Has(caller, path, "Datastore.Backup"))
        {
            throw new ApiFault(403, $"missing permissions 'Datastore.Backup' on '{path}'");
        }

        Datastore store = Enter(call, storeName, ns, WriterProtocol, isWrite: true);
        SnapshotKey key = DatastoreAccess.Snapshot(call);
        bool isBenchmark = call.IsSet("benchmark");
        CheckBenchmark(key, isBenchmark);
        if (!store.Locks.TryLock(key, State.Now))
        {
            throw new ApiFault(400,
                $"unable to acquire lock on backup group directory \"{store.PathOf(key.Group.Folder)}\" - another backup is already running");
        }

        try
        {
            return Accept(WriterProtocol, Begin(new SessionContext(services, store, key, caller), isBenchmark, call.IsSet("debug")));
        }
        catch
        {
            store.Locks.Unlock(key);
            throw;
        }
    }

    private static BackupSession Begin(SessionContext context, bool isBenchmark, bool isVerbose)
    {
        (Datastore store, SnapshotKey key) = (context.Store, context.Snapshot);
        Claim(store, key, context.Caller, isBenchmark);
        SnapshotKey? previous = store.LastValid(key.Group);
        if (previous is { } last && key.Time <= last.Time)
        {
            throw new ApiFault(400, "backup timestamp is older than last backup.");
        }

        if (store.Exists(key))
        {
            throw new ApiFault(400, "backup directory already exists.");
        }

        store.Files.MakeFolder(key.Folder);
        return new BackupSession(context, previous, isBenchmark, isVerbose);
    }

    private static void CheckBenchmark(SnapshotKey key, bool isBenchmark)
    {
        bool isGroup = key.Group.Type == "host" && key.Group.Id == BenchmarkId;
        if (isGroup && !isBenchmark)
        {
            throw new ApiFault(400, "unable to run benchmark without --benchmark flags");
        }

        if (!isGroup && isBenchmark)
        {
            throw new ApiFault(400, "benchmark flags is only allowed on 'host/benchmark'");
        }
    }

    private static void Claim(Datastore store, SnapshotKey key, Principal caller, bool isBenchmark)
    {
        if (store.Owner(key.Group) is null)
        {
            store.SetOwner(key.Group, caller.AuthId);
        }

        DatastoreAccess.DemandOwner(store, key.Group, caller, ownOnly: !isBenchmark);
    }

    private ApiReply OpenReader(ApiCall call)
    {
        Principal caller = call.Caller;
        BackupNamespace ns = DatastoreAccess.Namespace(call);
        string storeName = call.Required("store");
        string path = DatastoreAccess.PathOf(storeName, ns);
        bool mayRead = State.Permissions.Has(caller, path, "Datastore.Read");
        if (!mayRead && !State.Permissions.Has(caller, path, "Datastore.Backup"))
        {
            throw new ApiFault(403, $"no permissions on /{path.TrimStart('/')}");
        }

        Datastore store = Enter(call, storeName, ns, ReaderProtocol, isWrite: false);
        SnapshotKey key = DatastoreAccess.Snapshot(call);
        if (!mayRead && store.Owner(key.Group) is { } owner && !DatastoreAccess.Owns(caller, owner))
        {
            throw new ApiFault(400, "backup owner check failed!");
        }

        if (!store.Exists(key))
        {
            throw new ApiFault(400, $"unable to open snapshot directory \"{store.PathOf(key.Folder)}\" for locking - ENOENT: No such file or directory");
        }

        if (store.Locks.IsWritten(key))
        {
            throw new ApiFault(400, $"unable to acquire shared lock on snapshot directory \"{store.PathOf(key.Folder)}\" - locked by another operation");
        }

        return Accept(ReaderProtocol, new ReaderSession(new SessionContext(services, store, key, caller)));
    }

    private Datastore Enter(ApiCall call, string storeName, BackupNamespace ns, string protocol, bool isWrite)
    {
        Datastore store = State.GetDatastore(storeName);
        State.DemandOperation(store, isWrite);
        DatastoreAccess.DemandNamespace(store, ns);
        string wanted = call.UpgradeTo ?? throw new ApiFault(400, "missing Upgrade header");
        return wanted == protocol ? store : throw new ApiFault(400, "invalid protocol name");
    }

    private ApiReply Accept(string protocol, ProtocolSession session) => new()
    {
        Headers = [new("connection", "upgrade"), new("upgrade", protocol)],
        Takeover = new SessionTakeover(services.Server, session),
    };
}
