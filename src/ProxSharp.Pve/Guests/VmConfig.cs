using ProxSharp.Ids;
using ProxSharp.Json;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>
/// The configuration of a virtual machine as read from a server. Change a copy with <c>with</c> and give it to the VM's <c>Config.UpdateAsync</c>.
/// </summary>
public sealed record VmConfig : VmSettings, IGuestConfig<VmConfig>
{
    private VmConfig(IReadOnlyDictionary<string, string> values, Digest? digest)
        : base(values) => Digest = digest;

    /// <summary>What the server recognises this version of the configuration by; null for a snapshot's.</summary>
    public Digest? Digest { get; }

    /// <summary>Why the VM is locked, for example <c>backup</c>; null if it is not.</summary>
    public string? Lock => GetText("lock");

    /// <summary>True if the VM is a template.</summary>
    public bool IsTemplate => GetBoolean("template") ?? false;

    /// <summary>The snapshot the present state descends from; null if there is none.</summary>
    public string? Parent => GetText("parent");

    /// <summary>In the configuration of a snapshot: when it was taken.</summary>
    public DateTimeOffset? SnapshotTime => WireTime.Read(GetInt64("snaptime"));

    /// <summary>Facts about how the VM was made.</summary>
    public QemuMeta? Meta => GetProperties<QemuMeta>("meta");

    /// <summary>In the configuration of a snapshot with memory: the CPU model the VM ran with.</summary>
    public string? RunningCpu => GetText("runningcpu");

    /// <summary>In the configuration of a snapshot with memory: the machine type the VM ran with.</summary>
    public QemuMachine? RunningMachine => GetProperties<QemuMachine>("runningmachine");

    /// <summary>In the configuration of a snapshot with memory: the volume that holds it.</summary>
    public string? VmState => GetText("vmstate");

    /// <summary>All disks, drives and unused volumes in the order of their names.</summary>
    public IReadOnlyList<ConfiguredDisk> Disks => ConfiguredDisk.Of(Values, ConfiguredDisk.VmKeys);

    /// <summary>Makes a configuration of texts under wire names.</summary>
    /// <param name="values">The options.</param>
    /// <param name="digest">The digest of this version; null if it is unknown.</param>
    public static VmConfig FromValues(IReadOnlyDictionary<string, string> values, Digest? digest = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new VmConfig(values, digest);
    }
}
