using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ProxSharp.Simulator.Guests;

/// <summary>A virtual machine or container.</summary>
internal sealed class Guest(int vmId, bool isContainer, string node)
{
    // Made when first looked at: most of many guests are never looked into.
    private GuestInside? _inside;

    public int VmId { get; } = vmId;

    public bool IsContainer { get; } = isContainer;

    public string Node { get; set; } = node;

    /// <summary>When a call made it; the beginning of time for guests of the scenario.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    public string? Pool { get; set; }

    /// <summary>The options in wire form, as the configuration file has them.</summary>
    public SortedDictionary<string, string> Config { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Changes that wait for the next start; a null value is a removal.</summary>
    public SortedDictionary<string, string?> Pending { get; } = new(StringComparer.Ordinal);

    public List<GuestSnapshot> Snapshots { get; } = [];

    public bool IsRunning { get; private set; }

    public bool IsPaused { get; set; }

    /// <summary>True if an operating system runs in it, which heeds shutdown requests and runs the guest agent.</summary>
    public bool HasSystem { get; set; } = true;

    /// <summary>What the guest agent works on.</summary>
    public GuestInside Inside => _inside ??= new GuestInside();

    public DateTimeOffset StartedAt { get; private set; }

    public int Pid { get; private set; }

    /// <summary>Who holds the configuration's file lock until when: synchronous changes fail meanwhile.</summary>
    public DateTimeOffset BusyUntil { get; set; }

    public string? Lock => Config.GetValueOrDefault("lock");

    public bool IsTemplate => Config.GetValueOrDefault("template") == "1";

    public string TypeName => IsContainer ? "lxc" : "qemu";

    /// <summary><c>VM 100</c> or <c>CT 200</c>.</summary>
    public string Label => string.Create(CultureInfo.InvariantCulture, $"{(IsContainer ? "CT" : "VM")} {VmId}");

    public string Name =>
        Config.GetValueOrDefault(IsContainer ? "hostname" : "name") ?? string.Create(CultureInfo.InvariantCulture, $"{(IsContainer ? "CT" : "VM ")}{VmId}");

    public int Cores => (int)(Number("cores", 1) * (IsContainer ? 1 : Number("sockets", 1)));

    /// <summary>Bytes.</summary>
    public long Memory => Number("memory", 512) << 20;

    public string Digest
    {
        get
        {
            StringBuilder text = new();
            foreach ((string key, string value) in Config)
            {
                text.Append(key).Append(": ").Append(value).Append('\n');
            }

            foreach ((string key, string? value) in Pending)
            {
                text.Append('[').Append(key).Append("]: ").Append(value).Append('\n');
            }

            foreach (GuestSnapshot snapshot in Snapshots)
            {
                text.Append('#').Append(snapshot.Name).Append(snapshot.Description).Append('\n');
            }

#pragma warning disable CA5350 // The server's digests are SHA-1; nothing is protected by them.
            return Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text.ToString())));
#pragma warning restore CA5350
        }
    }

    public void Start(DateTimeOffset at, int pid)
    {
        (IsRunning, IsPaused, StartedAt, Pid) = (true, false, at, pid);
        _inside?.EndPrograms();
        ApplyPending();
    }

    public void Stop()
    {
        (IsRunning, IsPaused) = (false, false);
        _inside?.EndPrograms();
        ApplyPending();
    }

    public void ApplyPending()
    {
        foreach ((string key, string? value) in Pending)
        {
            if (value is null)
            {
                Config.Remove(key);
            }
            else
            {
                Config[key] = value;
            }
        }

        Pending.Clear();
    }

    private long Number(string key, long fallback) =>
        long.TryParse(Config.GetValueOrDefault(key), NumberStyles.Integer, CultureInfo.InvariantCulture, out long value) ? value : fallback;
}
