using System.Globalization;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>What cloud-init sets up when a VM boots. Members that are null leave a VM's option as it is.</summary>
public sealed record CloudInitSettings
{
    /// <summary>The user to set up, instead of the image's default user.</summary>
    public string? User { get; init; }

    /// <summary>The user's password.</summary>
    public string? Password { get; init; }

    /// <summary>The user's public SSH keys, as in <c>authorized_keys</c>.</summary>
    public IReadOnlyList<string>? SshKeys { get; init; }

    /// <summary>IP settings of the network interfaces, from <c>net0</c> on; see <see cref="IpConfigs"/>.</summary>
    public IReadOnlyList<QemuIpConfig>? IpConfig { get; init; }

    /// <summary>DNS servers, separated by spaces.</summary>
    public string? NameServer { get; init; }

    /// <summary>DNS search domains, separated by spaces.</summary>
    public string? SearchDomain { get; init; }

    /// <summary>Whether packages are upgraded at the first boot.</summary>
    public bool? UpgradePackages { get; init; }

    /// <summary>The storage for a new cloud-init drive at <c>ide2</c>; null if the VM has one.</summary>
    public StorageId? DriveStorage { get; init; }

    /// <summary>Lists the settings; the password is masked.</summary>
    public override string ToString()
    {
        string password = Password is null ? "" : "***";
        string addresses = IpConfig is { } ips ? string.Join("; ", ips) : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"CloudInitSettings {{ User = {User}, Password = {password}, SshKeys = {SshKeys?.Count ?? 0}, IpConfig = {addresses} }}");
    }

    internal VmSettings ApplyTo(VmSettings settings)
    {
        IndexedOptions<QemuIpConfig> addresses = settings.IpConfig;
        for (int i = 0; i < (IpConfig?.Count ?? 0); i++)
        {
            addresses = addresses.Set(i, IpConfig![i]);
        }

        return settings with
        {
            CiUser = User ?? settings.CiUser,
            CiPassword = Password ?? settings.CiPassword,
            SshKeys = SshKeys ?? settings.SshKeys,
            IpConfig = addresses,
            NameServer = NameServer ?? settings.NameServer,
            SearchDomain = SearchDomain ?? settings.SearchDomain,
            CiUpgrade = UpgradePackages ?? settings.CiUpgrade,
            Ide = DriveStorage is { } storage ? settings.Ide.Set(2, QemuIde.Parse($"{storage}:cloudinit", null)) : settings.Ide,
        };
    }
}
