using System.Text.Json;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Terminal;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Demo;

/// <summary>How to connect to a simulated server.</summary>
internal sealed class SimulatedServer
{
    /// <summary>The product.</summary>
    public required ProxmoxProduct Product { get; init; }

    /// <summary>The address.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The certificate.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>A user.</summary>
    public required string User { get; init; }

    /// <summary>The user's password; it guards nothing.</summary>
    public required string Password { get; init; }

    /// <summary>An API token.</summary>
    public required string TokenId { get; init; }

    /// <summary>The token's secret; it guards nothing.</summary>
    public required string TokenSecret { get; init; }

    /// <summary>Describes a simulated Proxmox VE.</summary>
    public static SimulatedServer Of(PveSimulator simulator) => new()
    {
        Product = ProxmoxProduct.VirtualEnvironment,
        Endpoint = simulator.Endpoint,
        Fingerprint = simulator.Fingerprint,
        User = DefaultCluster.DemoUser,
        Password = DefaultCluster.DemoPassword,
        TokenId = DefaultCluster.TokenId,
        TokenSecret = DefaultCluster.TokenSecret,
    };

    /// <summary>Describes a simulated Proxmox Backup Server.</summary>
    public static SimulatedServer Of(PbsSimulator simulator) => new()
    {
        Product = ProxmoxProduct.BackupServer,
        Endpoint = simulator.Endpoint,
        Fingerprint = simulator.Fingerprint,
        User = DefaultBackupServer.DemoUser,
        Password = DefaultBackupServer.DemoPassword,
        TokenId = DefaultBackupServer.TokenId,
        TokenSecret = DefaultBackupServer.TokenSecret,
    };

    /// <summary>Describes a server that answers with a recording: any login will do, so these are the usual ones.</summary>
    public static SimulatedServer Of(RecordedServer server) => server.Product == ProxmoxProduct.BackupServer
        ? new()
        {
            Product = server.Product,
            Endpoint = server.Endpoint,
            Fingerprint = server.Fingerprint,
            User = DefaultBackupServer.DemoUser,
            Password = DefaultBackupServer.DemoPassword,
            TokenId = DefaultBackupServer.TokenId,
            TokenSecret = DefaultBackupServer.TokenSecret,
        }
        : new()
        {
            Product = server.Product,
            Endpoint = server.Endpoint,
            Fingerprint = server.Fingerprint,
            User = DefaultCluster.DemoUser,
            Password = DefaultCluster.DemoPassword,
            TokenId = DefaultCluster.TokenId,
            TokenSecret = DefaultCluster.TokenSecret,
        };

    private string ShortName => Products.ShortName(Product);

    private string Address => Endpoint.GetLeftPart(UriPartial.Authority);

    private string Variable => ShortName.ToUpperInvariant() + "_SECRET";

    private string ContextLine =>
        $"prox context add sim-{ShortName} {Address} --token-id '{TokenId}' --secret env:{Variable} --product {ShortName} --fingerprint {Fingerprint} --use";

    /// <summary>Writes it for people.</summary>
    public void WriteText(TextWriter writer, Ansi ansi)
    {
        writer.WriteLine(ansi.Bold(Product == ProxmoxProduct.BackupServer ? "Proxmox Backup Server (simulated)" : "Proxmox VE (simulated)"));
        writer.WriteLine($"  endpoint     {Address}");
        writer.WriteLine($"  fingerprint  {Fingerprint}");
        writer.WriteLine($"  user         {User}");
        writer.WriteLine($"  password     {Password}");
        writer.WriteLine($"  token        {TokenId}");
        writer.WriteLine($"  secret       {TokenSecret}");
        writer.WriteLine(ansi.Dim("  connect from another terminal:"));
        writer.WriteLine($"export {Variable}={TokenSecret}");
        writer.WriteLine(ContextLine);
    }

    /// <summary>Writes it for programs.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("product", ShortName);
        json.WriteString("endpoint", Address);
        json.WriteString("fingerprint", Fingerprint);
        json.WriteString("user", User);
        json.WriteString("password", Password);
        json.WriteString("tokenId", TokenId);
        json.WriteString("tokenSecret", TokenSecret);
        json.WriteString("contextCommand", ContextLine);
        json.WriteEndObject();
    }
}
