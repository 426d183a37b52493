using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>What a new container is to be.</summary>
/// <example>
/// <code>
/// ContainerSpec spec = new()
/// {
///     Template = "local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst", HostName = "dns", Cores = 1, Memory = 512, Unprivileged = true,
///     RootFs = ContainerSpec.NewRootFs("local-lvm", DiskSize.FromGibibytes(8)),
///     Net = [new(0, new LxcNetwork { Name = "eth0", Bridge = "vmbr0", Ip = "dhcp" })],
///     SshKeys = [key],
/// };
/// Container dns = await pve.Nodes["pve1"].Containers.CreateAsync(spec).WaitForCompletionAsync();
/// </code>
/// </example>
public sealed record ContainerSpec : ContainerSettings
{
    /// <summary>The number of the container; null (the default) claims a free one.</summary>
    public VmId? Id { get; init; }

    /// <summary>Where a free number is looked for; null asks the server for its lowest one.</summary>
    public VmIdRange? IdRange { get; init; }

    /// <summary>The template of the operating system: a volume such as <c>local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst</c>.</summary>
    public required string Template { get; init; }

    /// <summary>The password of root; null leaves it unset.</summary>
    public string? Password { get => GetText("password"); init => Set("password", value); }

    /// <summary>The public SSH keys of root, as in <c>authorized_keys</c>.</summary>
    public IReadOnlyList<string> SshKeys
    {
        get => GetText("ssh-public-keys")?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        init => Set("ssh-public-keys", value is { Count: > 0 } ? string.Join('\n', value) : null);
    }

    /// <summary>The pool it joins.</summary>
    public string? Pool { get => GetText("pool"); init => Set("pool", value); }

    /// <summary>The storage for volumes that name none.</summary>
    public string? Storage { get => GetText("storage"); init => Set("storage", value); }

    /// <summary>Starts it as soon as it is made.</summary>
    public bool? Start { get => GetBoolean("start"); init => Set("start", value); }

    /// <summary>Makes it a resource of high availability.</summary>
    public bool? HaManaged { get => GetBoolean("ha-managed"); init => Set("ha-managed", value); }

    /// <summary>Goes on although the template could not be unpacked without errors.</summary>
    public bool? IgnoreUnpackErrors { get => GetBoolean("ignore-unpack-errors"); init => Set("ignore-unpack-errors", value); }

    /// <summary>Limit for unpacking, in KiB/s; 0 means none.</summary>
    public double? BandwidthLimit { get => GetDouble("bwlimit"); init => Set("bwlimit", value); }

    /// <summary>A new root volume.</summary>
    /// <param name="storage">The storage for the volume.</param>
    /// <param name="size">Its size.</param>
    /// <exception cref="FormatException">The text is no name of a storage.</exception>
    public static LxcRootFs NewRootFs(string storage, DiskSize size) => LxcRootFs.Parse(Volumes.New(storage, size), null);

    /// <summary>A new volume behind a mount point.</summary>
    /// <param name="storage">The storage for the volume.</param>
    /// <param name="size">Its size.</param>
    /// <param name="path">Where it is mounted inside the container.</param>
    /// <exception cref="FormatException">The text is no name of a storage.</exception>
    public static LxcMountPoint NewMountPoint(string storage, DiskSize size, string path) =>
        LxcMountPoint.Parse(Volumes.New(storage, size), null) with { Mp = path };

    internal NodesLxcCreateRequest ToRequest(VmId id) => new() { VmId = id.Value, Ostemplate = Template, Extra = Values };
}
