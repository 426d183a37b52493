namespace ProxSharp.Backup.Protocol.Http2;

/// <summary>The server gave up one request; the others go on.</summary>
internal sealed class StreamResetException(uint code) : Exception(FormattableString.Invariant($"the server gave the request up (code {code})"));
