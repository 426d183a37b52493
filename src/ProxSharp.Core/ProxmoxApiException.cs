using System.Collections.ObjectModel;
using System.Net;
using ProxSharp.Api;

namespace ProxSharp;

/// <summary>The server answered a call with an error.</summary>
public class ProxmoxApiException : ProxmoxException
{
    /// <summary>Creates the exception.</summary>
    public ProxmoxApiException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The status code. Proxmox VE also uses 595 to 599 for failures on the way to the node that should have answered.</summary>
    public HttpStatusCode StatusCode { get; init; }

    /// <summary>The verb of the call.</summary>
    public ApiMethod Method { get; init; }

    /// <summary>The path of the call below the API root.</summary>
    public string Path { get; init; } = "";

    /// <summary>What the server said, without the library's own words.</summary>
    public string ServerMessage { get; init; } = "";

    /// <summary>The server's complaint for each bad parameter, by wire name; nested names are written <c>net0.model</c> as the server does.</summary>
    public IReadOnlyDictionary<string, string> ParameterErrors { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>
    /// True if the request may have been carried out although the answer is an error (for example 596 after a time-out). Such an answer reaches the
    /// caller inside a <see cref="ProxmoxOutcomeUnknownException"/>.
    /// </summary>
    public bool OutcomeUnknown { get; init; }

    /// <summary>Set by the error table for failures that pass: busy locks, time-outs, nodes that are away.</summary>
    internal bool Transient { get; init; }

    /// <summary>Set by the error table for calls that were refused because of a lock: they were not carried out and may be repeated on request.</summary>
    internal bool Busy { get; init; }

    /// <summary>Set by the error table for failures after which the client makes a read again by itself.</summary>
    internal bool RepeatsReads { get; init; }

    /// <inheritdoc/>
    public override bool IsTransient => Transient;
}
