using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>
/// What the two kinds of guests do alike, but below other paths and with other parameters. The operations are made once: each remembers what the schema
/// says of it.
/// </summary>
internal abstract class GuestKind
{
    private readonly string _segment;

    protected GuestKind(string segment, string moveDisk)
    {
        _segment = segment;
        Start = Post("/status/start");
        Stop = Post("/status/stop");
        Shutdown = Post("/status/shutdown");
        Reboot = Post("/status/reboot");
        Suspend = Post("/status/suspend");
        Resume = Post("/status/resume");
        Clone = Post("/clone");
        Migrate = Post("/migrate");
        RemoteMigrate = Post("/remote_migrate");
        MoveDisk = Post("/" + moveDisk);
        Delete = At(ApiMethod.Delete, "");
        Resize = At(ApiMethod.Put, "/resize");
        GetFeature = At(ApiMethod.Get, "/feature");
        GetPreconditions = At(ApiMethod.Get, "/migrate");
        ListSnapshots = At(ApiMethod.Get, "/snapshot");
        CreateSnapshot = Post("/snapshot");
        DeleteSnapshot = At(ApiMethod.Delete, "/snapshot/{snapname}");
        RollBack = Post("/snapshot/{snapname}/rollback");
        GetSnapshotConfig = At(ApiMethod.Get, "/snapshot/{snapname}/config");
        UpdateSnapshot = At(ApiMethod.Put, "/snapshot/{snapname}/config");
    }

    public static GuestKind Vm { get; } = new VmKind();

    public static GuestKind Container { get; } = new ContainerKind();

    public ApiOperation Start { get; }

    public ApiOperation Stop { get; }

    public ApiOperation Shutdown { get; }

    public ApiOperation Reboot { get; }

    public ApiOperation Suspend { get; }

    public ApiOperation Resume { get; }

    public ApiOperation Clone { get; }

    public ApiOperation Migrate { get; }

    public ApiOperation RemoteMigrate { get; }

    public ApiOperation MoveDisk { get; }

    public ApiOperation Delete { get; }

    public ApiOperation Resize { get; }

    public ApiOperation GetFeature { get; }

    public ApiOperation GetPreconditions { get; }

    public ApiOperation ListSnapshots { get; }

    public ApiOperation CreateSnapshot { get; }

    public ApiOperation DeleteSnapshot { get; }

    public ApiOperation RollBack { get; }

    public ApiOperation GetSnapshotConfig { get; }

    public ApiOperation UpdateSnapshot { get; }

    /// <summary>What messages call a guest of the kind.</summary>
    public abstract string Word { get; }

    /// <summary>The collections of the client and of its nodes that hold guests of the kind.</summary>
    public abstract string Collection { get; }

    /// <summary>The folder of a node with the configuration files of its guests.</summary>
    public abstract string Folder { get; }

    /// <summary>True if nodes answer start, stop and shutdown with a task even for guests that they do not hold.</summary>
    public abstract bool IsPowerBlind { get; }

    /// <summary>Reads what a node says about a migration.</summary>
    public abstract ApiReader<MigrationPreconditions> Preconditions { get; }

    public static GuestKind Of(GuestType type) => type == GuestType.Lxc ? Container : Vm;

    public abstract ApiRequest? StartRequest(GuestStartOptions? options);

    public abstract ApiRequest? StopRequest(GuestStopOptions? options);

    public abstract ApiRequest? ShutdownRequest(GuestShutdownOptions? options);

    public abstract ApiRequest RebootRequest(TimeSpan? timeout);

    public abstract ApiRequest? DeleteRequest(GuestDeleteOptions? options);

    public abstract ApiRequest CloneRequest(GuestCloneOptions options, VmId newId);

    public abstract ApiRequest MigrateRequest(GuestMigrateOptions options, NodeName target);

    public abstract ApiRequest RemoteMigrateRequest(GuestRemoteMigrateOptions options);

    public abstract ApiRequest PreconditionsRequest(NodeName? target);

    public abstract ApiRequest MoveDiskRequest(GuestMoveDiskOptions options, string disk);

    public abstract ApiRequest ResizeRequest(string disk, string size);

    public abstract ApiRequest FeatureRequest(GuestFeature feature, string? snapshot);

    public abstract ApiRequest SnapshotRequest(string name, string? description, bool withMemory);

    public abstract ApiRequest SnapshotUpdateRequest(string description);

    public abstract ApiRequest SnapshotDeleteRequest(bool force);

    public abstract ApiRequest RollBackRequest(bool start);

    private ApiOperation Post(string path) => At(ApiMethod.Post, path);

    private ApiOperation At(ApiMethod method, string path) => new(method, $"/nodes/{{node}}/{_segment}/{{vmid}}{path}");
}
