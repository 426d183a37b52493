namespace ProxSharp.Http;

/// <summary>The endpoints, and which of them answered last. Learnt ones are added at the end; none is ever taken away.</summary>
internal sealed class EndpointSelector
{
    private volatile ProxmoxEndpoint[] _endpoints;
    private int _current;

    public EndpointSelector(IReadOnlyList<ProxmoxEndpoint> endpoints) => _endpoints = [.. endpoints];

    /// <summary>All there are now; the list itself does not change.</summary>
    public ProxmoxEndpoint[] All => _endpoints;

    /// <summary>The index of the one that answered last; the first at the start.</summary>
    public int CurrentIndex => Volatile.Read(ref _current);

    /// <summary>The one that answered last.</summary>
    public ProxmoxEndpoint Current => _endpoints[CurrentIndex];

    /// <summary>Adds an endpoint at the end. For use by one thread at a time.</summary>
    public void Add(ProxmoxEndpoint endpoint) => _endpoints = [.. _endpoints, endpoint];

    /// <summary>Makes the next endpoint the current one, unless another call has moved on from the failed one already.</summary>
    public void MoveOn(int failed) => Interlocked.CompareExchange(ref _current, (failed + 1) % _endpoints.Length, failed);

    /// <summary>Makes an endpoint the current one.</summary>
    /// <returns>False if it was already.</returns>
    public bool Prefer(int index) => Interlocked.Exchange(ref _current, index) != index;
}
