namespace ProxSharp.Backup.Protocol;

/// <summary>One request inside a session.</summary>
/// <param name="Method">The verb.</param>
/// <param name="Target">Path and query, fully encoded, with the leading slash.</param>
internal readonly record struct ChannelRequest(HttpMethod Method, string Target)
{
    /// <summary>How many bytes an answer has that is a number or nothing: more than any server says.</summary>
    public const long SmallAnswer = 64 << 10;

    /// <summary>How many bytes an answer has that is a list of chunks.</summary>
    public const long LargestAnswer = 1 << 30;

    private readonly long? _longestAnswer;

    /// <summary>How many bytes of an answer are taken; more of them end the request. Default: <see cref="SmallAnswer"/>.</summary>
    public long LongestAnswer
    {
        get => _longestAnswer ?? SmallAnswer;
        init => _longestAnswer = value;
    }

    /// <summary>
    /// After what time without a byte of the answer the connection is given up; null waits as long as it is up. Servers have no such limit, and whoever cleans
    /// up meanwhile may take minutes for what is much work.
    /// </summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>The type of the body; null if there is none.</summary>
    public string? ContentType { get; init; }

    /// <summary>The body; it must not change until the answer has come.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
}
