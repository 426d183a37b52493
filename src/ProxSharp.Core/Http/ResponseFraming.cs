namespace ProxSharp.Http;

/// <summary>How a response goes on after its head.</summary>
internal enum ResponseFraming
{
    /// <summary>With a body of known length, perhaps none, and then the next response.</summary>
    Known,

    /// <summary>With the head of the real response: this was an interim one.</summary>
    Interim,

    /// <summary>It cannot be told where the response ends, or the protocol changes.</summary>
    Unknown,
}
