using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>What a configuration and a specification of a container have in common: every option, typed.</summary>
public abstract record ContainerSettings : GuestSettings
{
    private protected ContainerSettings()
    {
    }

    private protected ContainerSettings(IReadOnlyDictionary<string, string> values)
        : base(values)
    {
    }

    /// <summary>Memory in MiB.</summary>
    public long? Memory { get => GetInt64("memory"); init => Set("memory", value); }

    /// <summary>CPU architecture of the container's system.</summary>
    public LxcArch? Arch { get => GetWord<LxcArch>("arch"); init => SetWord("arch", value); }

    /// <summary>What the console opens: a login console, the device, or a shell without login.</summary>
    public LxcCmode? Cmode { get => GetWord<LxcCmode>("cmode"); init => SetWord("cmode", value); }

    /// <summary>Gives the container a console device.</summary>
    public bool? Console { get => GetBoolean("console"); init => Set("console", value); }

    /// <summary>Makes the container's start write detailed messages.</summary>
    public bool? Debug { get => GetBoolean("debug"); init => Set("debug", value); }

    /// <summary>Device of the host passed to the container, as a property string. Indexes 0 to 255.</summary>
    public IndexedOptions<LxcDev> Dev { get => GetMap<LxcDev>("dev"); init => SetMap("dev", value); }

    /// <summary>Command the container starts with.</summary>
    public string? Entrypoint { get => GetText("entrypoint"); init => Set("entrypoint", value); }

    /// <summary>Environment variables for the container's first process, separated by zero bytes.</summary>
    public string? Env { get => GetText("env"); init => Set("env", value); }

    /// <summary>Optional kernel features the container may use, as a property string.</summary>
    public LxcFeatures? Features { get => GetProperties<LxcFeatures>("features"); init => SetProperties("features", value); }

    /// <summary>Host name of the container.</summary>
    public string? HostName { get => GetText("hostname"); init => Set("hostname", value); }

    /// <summary>Mount point of the container, as a property string. Indexes 0 to 255.</summary>
    public IndexedOptions<LxcMountPoint> Mp { get => GetMap<LxcMountPoint>("mp"); init => SetMap("mp", value); }

    /// <summary>Network interface of the guest, as a property string. Indexes 0 to 31.</summary>
    public IndexedOptions<LxcNetwork> Net { get => GetMap<LxcNetwork>("net"); init => SetMap("net", value); }

    /// <summary>Distribution inside the container, which decides how its settings are written.</summary>
    public LxcOsType? OsType { get => GetWord<LxcOsType>("ostype"); init => SetWord("ostype", value); }

    /// <summary>Root volume of the container, as a property string.</summary>
    public LxcRootFs? RootFs { get => GetProperties<LxcRootFs>("rootfs"); init => SetProperties("rootfs", value); }

    /// <summary>Swap space of the container in MiB.</summary>
    public long? Swap { get => GetInt64("swap"); init => Set("swap", value); }

    /// <summary>Time zone in the container, or the word host for that of the node.</summary>
    public string? Timezone { get => GetText("timezone"); init => Set("timezone", value); }

    /// <summary>Number of text consoles of the container.</summary>
    public long? Tty { get => GetInt64("tty"); init => Set("tty", value); }

    /// <summary>Runs the container with mapped users, so that its root is no root on the host; cannot be changed later.</summary>
    public bool? Unprivileged { get => GetBoolean("unprivileged"); init => Set("unprivileged", value); }

    /// <summary>Volume that belongs to the guest but is not in use. Indexes 0 to 255.</summary>
    public IndexedOptions<LxcUnused> Unused { get => GetMap<LxcUnused>("unused"); init => SetMap("unused", value); }
}
