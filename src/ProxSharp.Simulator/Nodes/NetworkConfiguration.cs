using System.Text.Json.Nodes;

namespace ProxSharp.Simulator.Nodes;

/// <summary>The network interfaces of a node: those in force, and those that wait to be applied.</summary>
internal sealed class NetworkConfiguration
{
    public NetworkConfiguration(string address, string gateway, DateTimeOffset at)
    {
        ChangedAt = at;
        Current.Add("eth0", new JsonObject { ["type"] = "eth" });
        Current.Add("vmbr0", new JsonObject
        {
            ["type"] = "bridge",
            ["autostart"] = 1,
            ["cidr"] = address,
            ["gateway"] = gateway,
            ["bridge_ports"] = "eth0",
            ["bridge_stp"] = "off",
            ["bridge_fd"] = "0",
        });
    }

    /// <summary>What is in force.</summary>
    public OrderedDictionary<string, JsonObject> Current { get; private set; } = new(StringComparer.Ordinal);

    /// <summary>What waits to be applied; null if nothing does.</summary>
    public OrderedDictionary<string, JsonObject>? Staged { get; private set; }

    /// <summary>What a client sees: the staged interfaces if there are any.</summary>
    public OrderedDictionary<string, JsonObject> Shown => Staged ?? Current;

    /// <summary>When the file in force was written.</summary>
    public DateTimeOffset ChangedAt { get; private set; }

    /// <summary>When the waiting file was written.</summary>
    public DateTimeOffset StagedAt { get; private set; }

    /// <summary>True if the server wrote the file in force.</summary>
    public bool IsGenerated { get; private set; }

    /// <summary>The interfaces to change; a copy of those in force is made first.</summary>
    public OrderedDictionary<string, JsonObject> Stage(DateTimeOffset at)
    {
        StagedAt = at;
        if (Staged is null)
        {
            Staged = new OrderedDictionary<string, JsonObject>(StringComparer.Ordinal);
            foreach ((string name, JsonObject settings) in Current)
            {
                Staged.Add(name, settings.DeepClone().AsObject());
            }
        }

        return Staged;
    }

    /// <summary>Forgets what waits.</summary>
    public void Revert() => Staged = null;

    /// <summary>Puts what waits in force.</summary>
    public void Apply(DateTimeOffset at)
    {
        if (Staged is not null)
        {
            (Current, Staged, ChangedAt, IsGenerated) = (Staged, null, at, true);
        }
    }
}
