using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

public abstract partial record VmSettings
{
    /// <summary>Volumes that replace the generated cloud-init files, as a property string.</summary>
    public QemuCiCustom? CiCustom { get => GetProperties<QemuCiCustom>("cicustom"); init => SetProperties("cicustom", value); }

    /// <summary>Format of the cloud-init data; the default depends on the guest system.</summary>
    public CiType? CiType { get => GetWord<CiType>("citype"); init => SetWord("citype", value); }

    /// <summary>Makes cloud-init upgrade the packages at first boot.</summary>
    public bool? CiUpgrade { get => GetBoolean("ciupgrade"); init => Set("ciupgrade", value); }

    /// <summary>User that cloud-init sets up, instead of the image's default user.</summary>
    public string? CiUser { get => GetText("ciuser"); init => Set("ciuser", value); }

    /// <summary>IP settings that cloud-init gives to the network interface of the same number, as a property string. Indexes 0 to 31.</summary>
    public IndexedOptions<QemuIpConfig> IpConfig { get => GetMap<QemuIpConfig>("ipconfig"); init => SetMap("ipconfig", value); }

    /// <summary>
    /// The password cloud-init gives the user. A server never shows it: a configuration holds asterisks in its place, which are not sent back.
    /// </summary>
    public string? CiPassword { get => GetText("cipassword"); init => Set("cipassword", value); }

    /// <summary>The public SSH keys cloud-init installs, one a line of <c>authorized_keys</c>.</summary>
    public IReadOnlyList<string> SshKeys
    {
        get => GetText("sshkeys") is { } text ? SshKeyText.Decode(text) : [];
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            if (!SshKeys.SequenceEqual(value))
            {
                Set("sshkeys", value.Count > 0 ? SshKeyText.Encode(value) : null);
            }
        }
    }
}
