using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve.Bulk;

/// <summary>
/// Which guest is next: the first in the order given whose node has room. Nodes are filled side by side, so that a long queue on one of them does not hold
/// the others up. For use by one thread. Pure.
/// </summary>
internal sealed class BulkQueue
{
    private readonly Dictionary<string, NodeQueue> _nodes = new(StringComparer.Ordinal);
    private readonly int _perNode;
    private readonly int _total;

    public BulkQueue(IReadOnlyList<GuestSummary> guests, int perNode, int total)
    {
        (_perNode, _total) = (perNode, total);
        for (int index = 0; index < guests.Count; index++)
        {
            if (!_nodes.TryGetValue(guests[index].Node, out NodeQueue? queue))
            {
                _nodes[guests[index].Node] = queue = new NodeQueue();
            }

            queue.Waiting.Enqueue(index);
        }
    }

    /// <summary>How many run.</summary>
    public int Running { get; private set; }

    /// <summary>Takes the next guest that may start.</summary>
    /// <param name="index">Its place in the list.</param>
    /// <param name="node">The node whose room it takes.</param>
    /// <returns>False if none may, or none is left.</returns>
    public bool TryTake(out int index, out string node)
    {
        NodeQueue? best = null;
        (index, node) = (-1, "");
        if (Running >= _total)
        {
            return false;
        }

        foreach ((string name, NodeQueue queue) in _nodes)
        {
            if (queue.Running < _perNode && queue.Waiting.TryPeek(out int first) && (best is null || first < index))
            {
                (best, index, node) = (queue, first, name);
            }
        }

        if (best is null)
        {
            return false;
        }

        best.Waiting.Dequeue();
        best.Running++;
        Running++;
        return true;
    }

    /// <summary>Gives the room of a guest back.</summary>
    public void Release(string node)
    {
        _nodes[node].Running--;
        Running--;
    }

    private sealed class NodeQueue
    {
        public Queue<int> Waiting { get; } = new();

        public int Running { get; set; }
    }
}
