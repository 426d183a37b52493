using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Pve;
using ProxSharp.Pve.Api;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Guide.Tests;

public sealed class ConnectGuide(GuideCluster cluster) : IClassFixture<GuideCluster>
{
    [Fact]
    public async Task Token_WithAPin_Connects()
    {
        Environment.SetEnvironmentVariable("PVE_SECRET", DefaultCluster.TokenSecret);
        (string address, string fingerprint) = (cluster.Simulator.Endpoint.ToString(), cluster.Simulator.Fingerprint);

        #region token
        await using PveClient pve = new(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(address, ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.ApiToken("demo@pve!ci", SecretSource.FromEnvironment("PVE_SECRET")),
            Trust = ServerTrust.Pin(fingerprint),
        });
        VersionResult version = await pve.GetVersionAsync();
        #endregion

        Assert.Equal("9.2.11", version.Version);

        #region raw
        ApiResponse<JsonElement> status = await pve.Raw.GetAsync("/cluster/status");
        IReadOnlyList<ClusterStatusItem> typed = (await pve.Api.Cluster.ListStatusAsync()).Data;
        IReadOnlyList<ClusterStatusItem> shortest = await pve.Cluster.ListStatusAsync();
        #endregion

        Assert.Equal(status.Data.GetArrayLength(), typed.Count);
        Assert.Equal(typed.Count, shortest.Count);

        #region sync
        IReadOnlyList<NodesItem> nodes = pve.Nodes.List();
        #endregion

        Assert.Equal(3, nodes.Count);
    }

    [Fact]
    public async Task Password_WithASecondFactor_LogsIn()
    {
        ProxmoxEndpoint endpoint = cluster.Pve.CurrentEndpoint;
        string password = DefaultCluster.DemoPassword;
        FingerprintStore store = new(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()));

        #region password
        ProxmoxCredentials credentials = ProxmoxCredentials.Password(
            "demo@pve",
            password,
            SecondFactor.FromCallback(challenge => SecondFactorResponse.Totp(Ask($"Code for {challenge.User}: "))));
        #endregion

        #region trust
        ServerTrust trust = ServerTrust.FirstUse(store, prompt => AskYesNo($"Trust {prompt.Fingerprint}?"));
        #endregion

        await using PveClient pve = new(new ProxmoxClientOptions { Endpoints = [endpoint], Credentials = credentials, Trust = trust });
        Assert.NotEmpty(await pve.Guests.ListAsync());

        static string Ask(string question) => throw new InvalidOperationException(question);
        static bool AskYesNo(string question) => question.StartsWith("Trust ", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_OfSeveralNodes_Connect()
    {
        ServerTrust trust = cluster.Pve.Options.Trust;
        ProxmoxCredentials credentials = cluster.Pve.Options.Credentials;
        string[] addresses = [cluster.Simulator.Endpoint.ToString()];

        #region several
        ProxmoxClientOptions options = new()
        {
            Endpoints = [.. addresses.Select(address => ProxmoxEndpoint.Parse(address, ProxmoxProduct.VirtualEnvironment))],
            Credentials = credentials,
            Trust = trust,
            LearnPeers = true,
            Timeout = TimeSpan.FromSeconds(30),
        };
        #endregion

        await using PveClient pve = new(options);
        Assert.NotEmpty(await pve.Nodes.ListAsync());
    }
}
