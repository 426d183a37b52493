using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>How virtual machines do what all guests do.</summary>
internal sealed class VmKind() : GuestKind("qemu", "move_disk")
{
    public override string Word => "VM";

    public override string Collection => "Vms";

    public override string Folder => "qemu-server";

    public override bool IsPowerBlind => true;

    public override ApiReader<MigrationPreconditions> Preconditions =>
        static (ref reader) => MigrationPreconditions.Of(NodesQemuMigrationPreconditionsResult.Read(ref reader));

    public override ApiRequest? StartRequest(GuestStartOptions? options) => GuestStartOptions.ForVm(options);

    public override ApiRequest? StopRequest(GuestStopOptions? options) => GuestStopOptions.ForVm(options);

    public override ApiRequest? ShutdownRequest(GuestShutdownOptions? options) => GuestShutdownOptions.ForVm(options);

    public override ApiRequest RebootRequest(TimeSpan? timeout) => new NodesQemuStatusRebootRequest { Timeout = OptionCheck.Seconds(timeout) };

    public override ApiRequest? DeleteRequest(GuestDeleteOptions? options) => GuestDeleteOptions.ForVm(options);

    public override ApiRequest CloneRequest(GuestCloneOptions options, VmId newId) => options.ForVm(newId);

    public override ApiRequest MigrateRequest(GuestMigrateOptions options, NodeName target) => options.ForVm(target.Value);

    public override ApiRequest RemoteMigrateRequest(GuestRemoteMigrateOptions options) => options.ForVm();

    public override ApiRequest PreconditionsRequest(NodeName? target) => new NodesQemuGetMigrationPreconditionsRequest { Target = target?.Value };

    public override ApiRequest MoveDiskRequest(GuestMoveDiskOptions options, string disk) => options.ForVm(disk);

    public override ApiRequest ResizeRequest(string disk, string size) => new NodesQemuResizeRequest { Disk = new QemuDisk(disk), Size = size };

    public override ApiRequest FeatureRequest(GuestFeature feature, string? snapshot) =>
        new NodesQemuGetFeatureRequest { Feature = feature, SnapName = snapshot };

    public override ApiRequest SnapshotRequest(string name, string? description, bool withMemory) =>
        new NodesQemuSnapshotCreateRequest { SnapName = name, Description = description, VmState = OptionCheck.Flag(withMemory) };

    public override ApiRequest SnapshotUpdateRequest(string description) => new NodesQemuSnapshotConfigUpdateRequest { Description = description };

    public override ApiRequest SnapshotDeleteRequest(bool force) => new NodesQemuSnapshotDeleteRequest { Force = OptionCheck.Flag(force) };

    public override ApiRequest RollBackRequest(bool start) => new NodesQemuSnapshotRollbackRequest { Start = OptionCheck.Flag(start) };
}
