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

    public DateTimeOffset BootedAt { get; set; }

    public SortedDictionary<string, string> Services { get; } = new(StringComparer.Ordinal);
}
