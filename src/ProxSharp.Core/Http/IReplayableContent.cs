namespace ProxSharp.Http;

/// <summary>Request content of this library that says whether it can be sent a second time.</summary>
internal interface IReplayableContent
{
    /// <summary>True if writing the content again gives the same bytes; false for a stream that can be read only once.</summary>
    bool CanReplay { get; }

    /// <summary>True if <paramref name="content"/> can be sent a second time. Unknown kinds of content count as one-shot.</summary>
    static bool Check(HttpContent? content) => content switch
    {
        null => true,
        IReplayableContent known => known.CanReplay,
        ByteArrayContent or ReadOnlyMemoryContent => true,
        _ => false,
    };
}
