using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Pbs;
using ProxSharp.Pve;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Simulator.Tests;

/// <summary>The library's own clients against the simulators, on both of their paths.</summary>
public sealed class ClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ProtectedCalls_ManyInARow_ReuseTheirConnections(bool sync)
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(cancellationToken: Cancellation);
        await using PveClient client = Connect(simulator, ProxmoxCredentials.ApiToken(DefaultCluster.TokenId, DefaultCluster.TokenSecret));

        for (int i = 0; i < 150; i++)
        {
            JsonElement status = await GetAsync(client.Raw, "/nodes/pve1/qemu/100/status/current", sync);
            Assert.Equal("running", status.GetProperty("status").GetString());
        }

        // A connection serves a hundred requests.
        Assert.InRange(simulator.Traffic.Connections, 2, 3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Acceptance", "4")]
    public async Task ExpiredTicket_InTheMiddle_LeadsToANewLogin(bool sync)
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false }, Cancellation);
        await using PveClient client = Connect(simulator, ProxmoxCredentials.Password(DefaultCluster.DemoUser, DefaultCluster.DemoPassword));
        Assert.Equal(12, (await GetAsync(client.Raw, "/cluster/resources?type=vm", sync)).GetArrayLength());

        simulator.Faults.ExpireTickets();

        Assert.Equal(12, (await GetAsync(client.Raw, "/cluster/resources?type=vm", sync)).GetArrayLength());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Acceptance", "6")]
    public async Task WriteWhoseAnswerIsLost_IsNotSentTwice(bool sync)
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false }, Cancellation);
        await using PveClient client = Connect(simulator, ProxmoxCredentials.ApiToken(DefaultCluster.TokenId, DefaultCluster.TokenSecret));
        simulator.Faults.When(static request => request.Method == "POST", Fault.DropAfterExecution, times: 5);
        ApiParameters parameters = new() { { "newid", 300L } };

        Func<Task> clone = sync
            ? () => Task.FromResult(client.Raw.Post("/nodes/pve1/qemu/9000/clone", parameters, cancellationToken: Cancellation))
            : () => client.Raw.PostAsync("/nodes/pve1/qemu/9000/clone", parameters, cancellationToken: Cancellation);

        await Assert.ThrowsAnyAsync<ProxmoxException>(clone);
        Assert.Single(simulator.Traffic.Requests, static request => request.Method == "POST");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DeadNode_OnARead_IsATypedException(bool sync)
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(cancellationToken: Cancellation);
        await using PveClient client = Connect(simulator, ProxmoxCredentials.ApiToken(DefaultCluster.TokenId, DefaultCluster.TokenSecret));
        simulator.Faults.KillNode("pve3");

        ProxmoxException exception = await Assert.ThrowsAnyAsync<ProxmoxException>(() => GetAsync(client.Raw, "/nodes/pve3/status", sync));

        Assert.IsNotType<ProxmoxProtocolException>(exception);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BackupServer_WithToken_ListsItsDatastores(bool sync)
    {
        await using PbsSimulator simulator = await PbsSimulator.StartAsync(cancellationToken: Cancellation);
        await using PbsClient client = new(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(simulator.Endpoint.ToString(), ProxmoxProduct.BackupServer)],
            Credentials = ProxmoxCredentials.ApiToken(DefaultBackupServer.TokenId, DefaultBackupServer.TokenSecret),
            Trust = ServerTrust.Pin(simulator.Fingerprint),
        });

        JsonElement stores = await GetAsync(client.Raw, "/admin/datastore", sync);

        Assert.Equal(["offsite", "store1"], stores.EnumerateArray().Select(static store => store.GetProperty("store").GetString()));
    }

    private static PveClient Connect(PveSimulator simulator, ProxmoxCredentials credentials) => new(new ProxmoxClientOptions
    {
        Endpoints = [ProxmoxEndpoint.Parse(simulator.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
        Credentials = credentials,
        Trust = ServerTrust.Pin(simulator.Fingerprint),
    });

    private static async Task<JsonElement> GetAsync(RawApi raw, string path, bool sync)
    {
        int query = path.IndexOf('?', StringComparison.Ordinal);
        ApiParameters parameters = new();
        if (query >= 0)
        {
            string[] pair = path[(query + 1)..].Split('=');
            parameters.Add(pair[0], pair[1]);
            path = path[..query];
        }

        ApiResponse<JsonElement> response = sync
            ? raw.Get(path, parameters, cancellationToken: Cancellation)
            : await raw.GetAsync(path, parameters, cancellationToken: Cancellation);
        return response.Data;
    }
}
