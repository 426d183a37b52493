using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Configuration;
using ProxSharp.Extensions.DependencyInjection;
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

    [Fact]
    public async Task Configuration_OfThePage_IsValid()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        string authority = path + ".pem";
        await File.WriteAllTextAsync(authority, cluster.Simulator.CertificatePem);
        string json = GuidePage.Named("connect").Blocks("json").Single();
        await File.WriteAllTextAsync(path, json.Replace("/etc/proxsharp/pve-root-ca.pem", authority, StringComparison.Ordinal));

        #region configuration
        ProxmoxConfig config = ProxmoxConfig.Load(path);
        await using PveClient production = new(config.Clusters["production"].ToOptions());
        await using ProxmoxFleet fleet = ProxmoxFleet.Create(config);
        #endregion

        File.Delete(path);
        File.Delete(authority);
        Assert.Equal(["lab", "production"], fleet.Names.Order(StringComparer.Ordinal));
        Assert.Equal(2, production.Options.Endpoints.Count);
    }

    [Fact]
    public void Container_OfServices_HasAClient()
    {
        ServiceCollection services = new();
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Proxmox:Endpoints:0"] = "pve1", ["Proxmox:TokenId"] = "ci@pve!auto", ["Proxmox:Secret"] = "env:PVE_SECRET" })
            .Build();

        #region services
        services.AddProxmoxVe(configuration.GetSection("Proxmox")).ValidateOnStart().AddHealthCheck();
        services.AddProxmoxVe("lab", settings =>
        {
            settings.Endpoints.Add("lab1");
            settings.TokenId = "root@pam!ci";
            settings.Secret = "file:/run/secrets/lab";
        });
        #endregion

        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Equal("pve1:8006", provider.GetRequiredService<PveClient>().Options.Endpoints[0].Authority);
        Assert.Equal("lab1:8006", provider.GetRequiredKeyedService<PveClient>("lab").Options.Endpoints[0].Authority);
    }
}
