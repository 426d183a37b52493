using ProxSharp.Authentication;
using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs;

/// <summary>A client for Proxmox Backup Server. Safe for concurrent use; keep one for the life of the program.</summary>
/// <example>
/// <code>
/// await using PbsClient pbs = PbsClient.Connect("https://pbs1:8007", ProxmoxCredentials.ApiToken("backup@pbs!ci", secret));
/// ApiResponse&lt;JsonElement&gt; stores = await pbs.Raw.GetAsync("/admin/datastore");
/// </code>
/// </example>
public sealed partial class PbsClient : ProxmoxClient
{
    /// <summary>Creates a client. Nothing is sent until the first call.</summary>
    /// <param name="options">How to reach the servers.</param>
    /// <exception cref="ArgumentException">The options cannot work.</exception>
    public PbsClient(ProxmoxClientOptions options)
        : base(options, PbsApiSchema.Embedded)
        => Api = new PbsApi(Connection);

    /// <summary>Every endpoint of Proxmox Backup Server as a typed method.</summary>
    public PbsApi Api { get; }

    /// <summary>The datastores of the server.</summary>
    public DatastoreCollection Datastores => new(this);

    /// <summary>Creates a client for one server. Nothing is sent until the first call.</summary>
    /// <param name="address">The server as <see cref="ProxmoxEndpoint.Parse"/> reads it, for example <c>https://pbs1:8007</c> or <c>pbs1</c>.</param>
    /// <param name="credentials">Who the client is.</param>
    /// <exception cref="FormatException">The address is none.</exception>
    public static PbsClient Connect(string address, ProxmoxCredentials credentials) => new(new ProxmoxClientOptions
    {
        Endpoints = [ProxmoxEndpoint.Parse(address, ProxmoxProduct.BackupServer)],
        Credentials = credentials,
    });
}
