using ProxSharp.Simulator.Guests;

namespace ProxSharp.Simulator.State;

/// <summary>What the guests of a node use of it.</summary>
/// <param name="Cpu">The share of all processors, 0 to 1.</param>
/// <param name="Memory">Bytes.</param>
internal readonly record struct NodeLoad(double Cpu, long Memory)
{
    private const double IdleCpu = 0.02;
    private const long SystemMemory = 2L << 30;

    /// <summary>The loads of all nodes, from one walk over the guests.</summary>
    public static Dictionary<string, NodeLoad> OfAll(PveState state)
    {
        GuestFigures figures = new(state);
        Dictionary<string, NodeLoad> sums = state.Nodes.Keys.ToDictionary(static node => node, static _ => default(NodeLoad), StringComparer.Ordinal);
        foreach (Guest guest in state.Guests.Values)
        {
            if (guest.IsRunning && sums.TryGetValue(guest.Node, out NodeLoad sum))
            {
                sums[guest.Node] = new NodeLoad(sum.Cpu + (GuestFigures.Cpu(guest) * figures.Cores(guest)), sum.Memory + GuestFigures.MemoryUsed(guest));
            }
        }

        foreach (ClusterNode node in state.Nodes.Values)
        {
            NodeLoad sum = sums[node.Name];
            sums[node.Name] = new NodeLoad(Math.Min(1, IdleCpu + (sum.Cpu / node.Cores)), Math.Min(node.Memory, SystemMemory + sum.Memory));
        }

        return sums;
    }
}
