using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

public sealed partial class Vm
{
    /// <inheritdoc/>
    public override Task DetachDiskAsync(string disk, CancellationToken cancellationToken = default) =>
        CallAsync(
            $"detach {disk} of", (node, call) => Api.UnlinkAsync(node, Id.Value, Unlinking(disk, destroy: false), call, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override void DetachDisk(string disk, CancellationToken cancellationToken = default) =>
        Call($"detach {disk} of", (node, call) => Api.Unlink(node, Id.Value, Unlinking(disk, destroy: false), call, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override Task DestroyDiskAsync(string disk, CancellationToken cancellationToken = default) =>
        CallAsync(
            $"destroy {disk} of", (node, call) => Api.UnlinkAsync(node, Id.Value, Unlinking(disk, destroy: true), call, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override void DestroyDisk(string disk, CancellationToken cancellationToken = default) =>
        Call($"destroy {disk} of", (node, call) => Api.Unlink(node, Id.Value, Unlinking(disk, destroy: true), call, cancellationToken), cancellationToken);

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
