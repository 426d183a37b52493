using ProxSharp.Authentication;
using ProxSharp.Operations.Http;
using ProxSharp.Pbs;
using ProxSharp.Pve;
using ProxSharp.Testing;

namespace ProxSharp.Operations.Tests;

/// <summary>Clients behind a door, whose server is a stub.</summary>
internal static class DoorClient
{
    public static ProxmoxClient Open(ProxmoxProduct product, StubHandler server, out Door door)
    {
        door = new Door(CatalogueTests.SchemaOf(product));
        ProxmoxClientOptions options = door.Guard(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse("server", product)],
            Credentials = ProxmoxCredentials.ApiToken("root@pam!t", "11111111-2222-3333-4444-555555555555"),
            Handler = _ => server,
        });
        return product == ProxmoxProduct.BackupServer ? new PbsClient(options) : new PveClient(options);
    }
}
