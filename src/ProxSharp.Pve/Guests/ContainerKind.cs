using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>How containers do what all guests do.</summary>
internal sealed class ContainerKind() : GuestKind("lxc", "move_volume")
{
    public override string Word => "container";

    public override string Collection => "Containers";

    public override string Folder => "lxc";

    public override bool IsPowerBlind => false;

    public override ApiReader<MigrationPreconditions> Preconditions =>
        static (ref reader) => MigrationPreconditions.Of(NodesLxcMigrationPreconditionsResult.Read(ref reader));

    public override ApiRequest? StartRequest(GuestStartOptions? options) => GuestStartOptions.ForContainer(options);

    public override ApiRequest? StopRequest(GuestStopOptions? options) => GuestStopOptions.ForContainer(options);

    public override ApiRequest? ShutdownRequest(GuestShutdownOptions? options) => GuestShutdownOptions.ForContainer(options);

    public override ApiRequest RebootRequest(TimeSpan? timeout) => new NodesLxcStatusRebootRequest { Timeout = OptionCheck.Seconds(timeout) };

    public override ApiRequest? DeleteRequest(GuestDeleteOptions? options) => GuestDeleteOptions.ForContainer(options);

    public override ApiRequest CloneRequest(GuestCloneOptions options, VmId newId) => options.ForContainer(newId);

    public override ApiRequest MigrateRequest(GuestMigrateOptions options, NodeName target) => options.ForContainer(target.Value);

    public override ApiRequest RemoteMigrateRequest(GuestRemoteMigrateOptions options) => options.ForContainer();

    public override ApiRequest PreconditionsRequest(NodeName? target) => new NodesLxcGetMigrationPreconditionsRequest { Target = target?.Value };

    public override ApiRequest MoveDiskRequest(GuestMoveDiskOptions options, string disk) => options.ForContainer(disk);

    public override ApiRequest ResizeRequest(string disk, string size) => new NodesLxcResizeRequest { Disk = new LxcDisk(disk), Size = size };

    public override ApiRequest FeatureRequest(GuestFeature feature, string? snapshot) =>
        new NodesLxcGetFeatureRequest { Feature = feature, SnapName = snapshot };

    // The memory of containers cannot be saved, and nobody can ask for it.
    public override ApiRequest SnapshotRequest(string name, string? description, bool withMemory) =>
        new NodesLxcSnapshotCreateRequest { SnapName = name, Description = description };

    public override ApiRequest SnapshotUpdateRequest(string description) => new NodesLxcSnapshotConfigUpdateRequest { Description = description };

    public override ApiRequest SnapshotDeleteRequest(bool force) => new NodesLxcSnapshotDeleteRequest { Force = OptionCheck.Flag(force) };

    public override ApiRequest RollBackRequest(bool start) => new NodesLxcSnapshotRollbackRequest { Start = OptionCheck.Flag(start) };
}
