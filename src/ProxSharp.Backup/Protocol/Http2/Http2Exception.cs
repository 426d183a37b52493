namespace ProxSharp.Backup.Protocol.Http2;

/// <summary>The server broke the rules of HTTP/2, which ends the connection.</summary>
internal sealed class Http2Exception(ErrorCode code, string message) : IOException(message)
{
    /// <summary>What the server is told.</summary>
    public ErrorCode Code { get; } = code;
}
