using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

public sealed partial class Container
{
    /// <inheritdoc/>
    public override Task DetachDiskAsync(string disk, CancellationToken cancellationToken = default) =>
        Config.DeleteKeysAsync([Detachable(disk)], cancellationToken: cancellationToken);

    /// <inheritdoc/>
    public override void DetachDisk(string disk, CancellationToken cancellationToken = default) =>
        Config.DeleteKeys([Detachable(disk)], cancellationToken: cancellationToken);

    /// <inheritdoc/>
    // Proxmox: containers have no call that does both; the volume is first detached and then destroyed under its new name.
    public override async Task DestroyDiskAsync(string disk, CancellationToken cancellationToken = default)
    {
        ContainerConfig before = await Config.GetAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        string volume = VolumeOf(before, disk);
        await Config.DeleteKeysAsync([disk], before.Digest, cancellationToken).ConfigureAwait(false);
        if (!IsUnused(disk))
        {
            ContainerConfig after = await Config.GetAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            await Config.DeleteKeysAsync([UnusedKeyOf(after, disk, volume)], after.Digest, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override void DestroyDisk(string disk, CancellationToken cancellationToken = default)
    {
        ContainerConfig before = Config.Get(cancellationToken: cancellationToken);
        string volume = VolumeOf(before, disk);
        Config.DeleteKeys([disk], before.Digest, cancellationToken);
        if (!IsUnused(disk))
        {
            ContainerConfig after = Config.Get(cancellationToken: cancellationToken);
            Config.DeleteKeys([UnusedKeyOf(after, disk, volume)], after.Digest, cancellationToken);
        }
    }

    private static bool IsUnused(string disk) => disk.StartsWith("unused", StringComparison.Ordinal);

    private static string Detachable(string disk)
    {
        ArgumentException.ThrowIfNullOrEmpty(disk);
        return IsUnused(disk)
            ? throw new ArgumentException($"{disk} is detached already; to detach it once more would destroy its volume.", nameof(disk))
            : disk;
    }

    private string VolumeOf(ContainerConfig config, string disk) => config.Disks.FirstOrDefault(candidate => candidate.Key == disk)?.Volume
        ?? throw new ArgumentException($"{Label} has no volume {disk}.", nameof(disk));

    private string UnusedKeyOf(ContainerConfig config, string disk, string volume) =>
        config.Disks.FirstOrDefault(candidate => candidate.IsUnused && candidate.Volume == volume)?.Key
            ?? throw new InvalidOperationException($"{disk} of {Label} was detached, but its volume {volume} is not among the "
                + "unused ones, so it was not destroyed.");
}
