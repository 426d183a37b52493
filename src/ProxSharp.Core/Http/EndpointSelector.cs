namespace ProxSharp.Http;

/// <summary>Remembers which of the endpoints answered last.</summary>
internal sealed class EndpointSelector
{
    private readonly ProxmoxEndpoint[] _endpoints;
    private int _current;

    public EndpointSelector(IReadOnlyList<ProxmoxEndpoint> endpoints) => _endpoints = [.. endpoints];

    /// <summary>How many there are.</summary>
    public int Count => _endpoints.Length;

    /// <summary>The index of the one that answered last; the first at the start.</summary>
    public int CurrentIndex => Volatile.Read(ref _current);

    /// <summary>The one that answered last.</summary>
    public ProxmoxEndpoint Current => _endpoints[CurrentIndex];

    /// <summary>The endpoint at an index, counted around.</summary>
    public ProxmoxEndpoint this[int index] => _endpoints[index % _endpoints.Length];

    /// <summary>Makes the next endpoint the current one, unless another call has moved on from the failed one already.</summary>
    public void MoveOn(int failed) => Interlocked.CompareExchange(ref _current, (failed + 1) % _endpoints.Length, failed);

    /// <summary>Makes an endpoint the current one.</summary>
    /// <returns>False if it was already.</returns>
    public bool Prefer(int index) => Interlocked.Exchange(ref _current, index % _endpoints.Length) != index % _endpoints.Length;
}
