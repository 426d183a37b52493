using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ProxSharp.Authentication;
using ProxSharp.Recording;
using ProxSharp.Tls;

namespace ProxSharp;

/// <summary>How a client reaches its servers. Immutable: make a changed copy with <c>with</c>.</summary>
public sealed record ProxmoxClientOptions
{
    /// <summary>The servers of one cluster in order of preference. A call goes to the next one when one cannot be reached.</summary>
    public required IReadOnlyList<ProxmoxEndpoint> Endpoints { get; init; }

    /// <summary>Who the client is. Default: nobody, which suffices for very few calls.</summary>
    public ProxmoxCredentials Credentials { get; init; } = ProxmoxCredentials.None;

    /// <summary>Which certificates servers may present. Default: those the system trusts, for the name in the address.</summary>
    public ServerTrust Trust { get; init; } = ServerTrust.System;

    /// <summary>How long a call may take in all, repetitions included. Default: 60 s. Uploads and downloads are not limited by it.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long setting up a connection may take. Default: 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>When a call is made again by itself.</summary>
    public ProxmoxRetryOptions Retry { get; init; } = new();

    /// <summary>Whether parameters are checked against the API schema before anything is sent. Default: true.</summary>
    public bool ValidateParameters { get; init; } = true;

    /// <summary>
    /// Whether the contradicting <c>Connection</c> headers that Proxmox VE sends with most answers are repaired, so that connections are used
    /// again instead of costing a TLS handshake per call. Default: true.
    /// </summary>
    public bool RepairConnectionHeader { get; init; } = true;

    /// <summary>
    /// Whether a client for Proxmox VE learns the other nodes of its cluster and goes on with them when its endpoints die. Default: false, because it
    /// takes two further calls every ten minutes (<c>GET /cluster/status</c> needs <c>Sys.Audit</c> on <c>/</c>), and because the addresses that nodes have
    /// inside their cluster may not be reachable from the client. Trust is not widened beyond what the cluster says of itself over a connection that is
    /// trusted: where certificates are judged by fingerprint, each learnt node may show only the certificate that the cluster names for it; where they are
    /// judged by authority, the node's name must be in them. Over plain HTTP nothing is learnt. A name is the node's, with the domain that follows the
    /// name of the answering node in the endpoint; endpoints given as addresses lead to addresses.
    /// </summary>
    public bool LearnPeers { get; init; }

    /// <summary>Makes the handler that talks to an endpoint in place of sockets, for tests; null uses sockets. The client disposes what it gets.</summary>
    public Func<ProxmoxEndpoint, HttpMessageHandler>? Handler { get; init; }

    /// <summary>Writes down every exchange, secrets masked; null (the default) records nothing. It stays open when the client is disposed.</summary>
    public ExchangeRecorder? Recorder { get; init; }

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the client logs. Default: nowhere. No secret is ever logged.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The text of the <c>User-Agent</c> header. Default: <c>ProxSharp</c>.</summary>
    public string UserAgent { get; init; } = "ProxSharp";
}
