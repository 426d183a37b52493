namespace ProxSharp.Simulator.State;

/// <summary>A node of the simulated cluster.</summary>
internal sealed class ClusterNode(string name, int id)
{
    public string Name { get; } = name;

    public int Id { get; } = id;

    public string Address => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"192.0.2.{10 + Id}");

    public int Cores { get; set; } = 16;

    public long Memory { get; set; } = 64L << 30;

    public long RootDisk { get; set; } = 100L << 30;

    /// <summary>Since when it is in the cluster; time series begin there.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset BootedAt { get; set; }

    /// <summary>The network interfaces; made when first asked for.</summary>
    public Nodes.NetworkConfiguration? Network { get; set; }

    /// <summary>The disks; made when first asked for.</summary>
    public Nodes.NodeDisks Disks => field ??= new Nodes.NodeDisks(RootDisk);

    /// <summary>Which backups its <c>vzdump.conf</c> keeps where neither the call nor the storage says; null for all.</summary>
    public string? BackupRule { get; set; }

    /// <summary>The services that were stopped; all others run.</summary>
    public SortedSet<string> StoppedServices { get; } = new(StringComparer.Ordinal);
}
