namespace ProxSharp.Backup.Protocol.Http2;

/// <summary>The server takes no more requests; those that it took are answered.</summary>
internal sealed class GoingAwayException(string message) : Exception(message);
