using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

public sealed partial class Vm
{
    /// <inheritdoc/>
    public override Task<PveTask> MoveDiskAsync(string disk, GuestMoveDiskOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return TaskAsync($"move {disk} of", (node, call) => Api.MoveDiskAsync(node, Id.Value, options.ForVm(disk), call, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public override PveTask MoveDisk(string disk, GuestMoveDiskOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return RunTask($"move {disk} of", (node, call) => Api.MoveDisk(node, Id.Value, options.ForVm(disk), call, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public override Task DetachDiskAsync(string disk, CancellationToken cancellationToken = default) =>
        CallAsync($"detach {disk} of", (node, call) => Api.UnlinkAsync(node, Id.Value, Unlinking(disk, destroy: false), call, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override void DetachDisk(string disk, CancellationToken cancellationToken = default) =>
        Call($"detach {disk} of", (node, call) => Api.Unlink(node, Id.Value, Unlinking(disk, destroy: false), call, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override Task DestroyDiskAsync(string disk, CancellationToken cancellationToken = default) =>
        CallAsync($"destroy {disk} of", (node, call) => Api.UnlinkAsync(node, Id.Value, Unlinking(disk, destroy: true), call, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override void DestroyDisk(string disk, CancellationToken cancellationToken = default) =>
        Call($"destroy {disk} of", (node, call) => Api.Unlink(node, Id.Value, Unlinking(disk, destroy: true), call, cancellationToken), cancellationToken);

    private protected override Task<PveTask> ResizeAsync(string disk, string size, CancellationToken cancellationToken) => TaskAsync(
        $"resize {disk} of", (node, call) => Api.ResizeAsync(node, Id.Value, new NodesQemuResizeRequest { Disk = new QemuDisk(disk), Size = size }, call, cancellationToken), cancellationToken);

    private protected override PveTask Resize(string disk, string size, CancellationToken cancellationToken) => RunTask(
        $"resize {disk} of", (node, call) => Api.Resize(node, Id.Value, new NodesQemuResizeRequest { Disk = new QemuDisk(disk), Size = size }, call, cancellationToken), cancellationToken);

    private static NodesQemuUnlinkRequest Unlinking(string disk, bool destroy)
    {
        ArgumentException.ThrowIfNullOrEmpty(disk);
        if (!destroy && disk.StartsWith("unused", StringComparison.Ordinal))
        {
            throw new ArgumentException($"{disk} is detached already; to detach it once more would destroy its volume.", nameof(disk));
        }

        return new NodesQemuUnlinkRequest { Idlist = disk, Force = OptionCheck.Flag(destroy) };
    }
}
