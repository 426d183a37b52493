namespace ProxSharp.WebSockets;

/// <summary>What a <see cref="FrameReader"/> found in the bytes it has.</summary>
internal enum FrameStep
{
    /// <summary>Nothing complete: more bytes are needed.</summary>
    NeedMore,

    /// <summary>Data, copied to the destination.</summary>
    Data,

    /// <summary>A ping to answer; its payload is in <see cref="FrameReader.Control"/>.</summary>
    Ping,

    /// <summary>The other side closes the connection.</summary>
    Close,
}
