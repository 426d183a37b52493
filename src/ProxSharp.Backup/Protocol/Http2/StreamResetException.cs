namespace ProxSharp.Backup.Protocol.Http2;

/// <summary>The server gave up one request; the others go on.</summary>
internal sealed class StreamResetException(uint code, bool isUntouched)
    : Exception(FormattableString.Invariant($"the server gave the request up (code {code})"))
{
    /// <summary>Whether the server says that it has done nothing of the request, and has answered nothing: it can be sent again, whatever it is.</summary>
    public bool IsUntouched { get; } = isUntouched && code == (uint)ErrorCode.Refused;
}
