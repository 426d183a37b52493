namespace ProxSharp.Http;

/// <summary>The way of one request around the endpoints, from the one that answered last. Endpoints that are learnt meanwhile are not on it.</summary>
internal readonly struct EndpointRound(EndpointSelector selector)
{
    private readonly ProxmoxEndpoint[] _endpoints = selector.All;
    private readonly int _first = selector.CurrentIndex;

    /// <summary>The endpoint of a turn, counted from 0.</summary>
    public ProxmoxEndpoint this[int turn] => _endpoints[Index(turn)];

    /// <summary>The index of a turn's endpoint.</summary>
    public int Index(int turn) => (_first + turn) % _endpoints.Length;

    /// <summary>True if all endpoints have had their turn.</summary>
    public bool IsLast(int turn) => turn + 1 >= _endpoints.Length;
}
