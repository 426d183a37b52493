namespace ProxSharp.Testing;

/// <summary>What the stub server does with a connection it has accepted.</summary>
public enum StubFate
{
    /// <summary>Serves requests.</summary>
    Serve,

    /// <summary>Closes it at once.</summary>
    DropAtOnce,

    /// <summary>Completes the TLS handshake, then closes it before reading anything.</summary>
    DropAfterHandshake,

    /// <summary>Reads and writes nothing, not even the handshake.</summary>
    Ignore,
}
