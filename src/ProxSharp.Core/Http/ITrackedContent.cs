namespace ProxSharp.Http;

/// <summary>Request content that knows whether sending it has begun.</summary>
internal interface ITrackedContent
{
    /// <summary>True once a byte of it may have reached a server.</summary>
    bool Started { get; }
}
