namespace ProxSharp.Architecture.Tests.Roadmap;

/// <summary>The contract of the roadmap besides the endpoints, which all have a row but those that are no operations.</summary>
internal static class RoadmapExceptions
{
    /// <summary>Operations over several calls or servers.</summary>
    public static IReadOnlySet<string> WithoutEndpoint { get; } = new HashSet<string>
    {
        "ProxmoxCredentials.ApiToken",
        "ProxmoxCredentials.Password",
        "SecondFactor.FromCallback",
        "ServerTrust.Pin",
        "ServerTrust.FirstUse",
        "ProxmoxConfig.Load",
        "ProxmoxFleet.Create",
        "ProxmoxServiceCollectionExtensions.AddProxmoxVe",
        "ProxmoxServiceCollectionExtensions.AddProxmoxBackup",
        "PveClient.Bulk.RunAsync",
        "PveClient.RecoverAsync",
        "Access.CanAsync",
        "ProxmoxFleet.ReadInventoryAsync",
        "ProxmoxFleet.FindGuestsAsync",
        "ProxmoxFleet.RunAsync",
        "ProxmoxFleet.ForEachAsync",
    };

    /// <summary>What a client does by itself, what has a better form, and consoles: typed methods without a member of the domain layer.</summary>
    public static IReadOnlySet<string> BackupServerTypedOnly { get; } = new HashSet<string>
    {
        "POST /access/ticket",
        "DELETE /access/ticket",
        "POST /access/vncticket",
    };
}
