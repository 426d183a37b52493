using System.Text.Json;
using ProxSharp.Ids;
using ProxSharp.Json;

namespace ProxSharp.Pve.Guests;

/// <summary>
/// The configuration of a container as read from a server. Change a copy with <c>with</c> and give it to the container's <c>Config.UpdateAsync</c>.
/// </summary>
public sealed record ContainerConfig : ContainerSettings, IGuestConfig<ContainerConfig>
{
    private ContainerConfig(IReadOnlyDictionary<string, string> values, Digest? digest)
        : base(values) => Digest = digest;

    /// <summary>What the server recognises this version of the configuration by; null for a snapshot's.</summary>
    public Digest? Digest { get; }

    /// <summary>Why the container is locked, for example <c>backup</c>; null if it is not.</summary>
    public string? Lock => GetText("lock");

    /// <summary>True if the container is a template.</summary>
    public bool IsTemplate => GetBoolean("template") ?? false;

    /// <summary>The snapshot the present state descends from; null if there is none.</summary>
    public string? Parent => GetText("parent");

    /// <summary>In the configuration of a snapshot: when it was taken.</summary>
    public DateTimeOffset? SnapshotTime => WireTime.Read(GetInt64("snaptime"));

    /// <summary>Settings that are handed to LXC as they are, such as <c>lxc.idmap</c>; only the file on the node changes them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> LowLevel => ReadLowLevel();

    /// <summary>The root volume, mount points and unused volumes in the order of their names.</summary>
    public IReadOnlyList<ConfiguredDisk> Disks => ConfiguredDisk.Of(Values, ConfiguredDisk.ContainerKeys);

    /// <summary>Makes a configuration of texts under wire names.</summary>
    /// <param name="values">The options.</param>
    /// <param name="digest">The digest of this version; null if it is unknown.</param>
    public static ContainerConfig FromValues(IReadOnlyDictionary<string, string> values, Digest? digest = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new ContainerConfig(values, digest);
    }

    // Proxmox: the one option that is no text but a list of pairs.
    private List<KeyValuePair<string, string>> ReadLowLevel()
    {
        List<KeyValuePair<string, string>> settings = [];
        if (GetText("lxc") is { } text)
        {
            using JsonDocument document = JsonDocument.Parse(text);
            settings.AddRange(document.RootElement.EnumerateArray()
                .Where(static pair => pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2)
                .Select(static pair => KeyValuePair.Create(pair[0].ToString(), pair[1].ToString())));
        }

        return settings;
    }
}
