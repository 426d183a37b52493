namespace ProxSharp.Simulator;

/// <summary>Counts what reaches a simulator and keeps the latest requests. Safe for concurrent use.</summary>
public sealed class SimulatorTraffic
{
    private const int Kept = 1000;

    private readonly Lock _gate = new();
    private readonly Queue<SimulatedRequest> _requests = new();
    private long _connections;
    private long _count;

    internal SimulatorTraffic()
    {
    }

    /// <summary>How many TLS connections were made so far.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>How many requests came so far, failed ones included.</summary>
    public long RequestCount => Interlocked.Read(ref _count);

    /// <summary>The latest requests, oldest first; 1000 at most.</summary>
    public IReadOnlyList<SimulatedRequest> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    internal long NextConnection() => Interlocked.Increment(ref _connections);

    internal void Add(SimulatedRequest request)
    {
        Interlocked.Increment(ref _count);
        lock (_gate)
        {
            _requests.Enqueue(request);
            if (_requests.Count > Kept)
            {
                _requests.Dequeue();
            }
        }
    }
}
