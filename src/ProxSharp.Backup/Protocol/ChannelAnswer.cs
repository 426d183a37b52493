namespace ProxSharp.Backup.Protocol;

/// <summary>How the server answered a request inside a session.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Error">The server's text if the status is no success, else empty.</param>
internal readonly record struct ChannelAnswer(int Status, string Error)
{
    /// <summary>True if the request was carried out.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;
}
