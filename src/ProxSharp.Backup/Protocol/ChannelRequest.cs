namespace ProxSharp.Backup.Protocol;

/// <summary>One request inside a session.</summary>
/// <param name="Method">The verb.</param>
/// <param name="Target">Path and query, fully encoded, with the leading slash.</param>
internal readonly record struct ChannelRequest(HttpMethod Method, string Target)
{
    /// <summary>The type of the body; null if there is none.</summary>
    public string? ContentType { get; init; }

    /// <summary>The body; it must not change until the answer has come.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
}
