namespace ProxSharp.Simulator.Http;

/// <summary>A request head that the server refuses before it looks at what is asked.</summary>
internal sealed class RequestHeadException : Exception
{
    /// <summary>Creates the case in which the server never answers.</summary>
    public RequestHeadException()
        : base("request head over the limits")
    {
    }

    public RequestHeadException(int status, string message)
        : base(message) => Response = WireResponse.Text(status, message);

    /// <summary>The answer; null if the server just waits and closes.</summary>
    public WireResponse? Response { get; }
}
