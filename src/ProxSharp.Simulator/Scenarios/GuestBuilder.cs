namespace ProxSharp.Simulator.Scenarios;

/// <summary>Describes a guest of a <see cref="ClusterBuilder"/>.</summary>
public sealed class GuestBuilder
{
    internal GuestBuilder(string name, bool isContainer)
    {
        Options = isContainer
            ? new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["hostname"] = name,
                ["arch"] = "amd64",
                ["ostype"] = "debian",
                ["cores"] = "2",
                ["memory"] = "1024",
                ["swap"] = "512",
                ["unprivileged"] = "1",
            }
            : new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["name"] = name,
                ["cores"] = "2",
                ["sockets"] = "1",
                ["memory"] = "2048",
                ["ostype"] = "l26",
                ["scsihw"] = "virtio-scsi-single",
            };
    }

    /// <summary>The options in wire form, for example <c>scsi0</c> = <c>local-lvm:8</c> or <c>net0</c> = <c>virtio,bridge=vmbr0</c>.</summary>
    public IDictionary<string, string> Options { get; }

    /// <summary>The pool it belongs to; null for none.</summary>
    public string? Pool { get; set; }

    /// <summary>True if it runs.</summary>
    public bool IsRunning { get; set; }

    /// <summary>True (the default) if an operating system runs in it, which heeds shutdown requests and runs the guest agent.</summary>
    public bool HasSystem { get; set; } = true;

    /// <summary>True if it is a template.</summary>
    public bool IsTemplate { get; set; }
}
