using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Authentication;
using ProxSharp.Pbs;
using ProxSharp.Pve;
using ProxSharp.Testing;

namespace ProxSharp.Extensions.DependencyInjection.Tests;

/// <summary>Clients in a service container.</summary>
public sealed class ProxmoxRegistrationTests
{
    private static readonly Dictionary<string, string?> s_settings = new()
    {
        ["Proxmox:Endpoints:0"] = "https://pve1:8006",
        ["Proxmox:Endpoints:1"] = "pve2",
        ["Proxmox:TokenId"] = "ci@pve!auto",
        ["Proxmox:Secret"] = "env:PROXMOX_SECRET",
        ["Proxmox:Timeout"] = "00:00:30",
        ["Proxmox:LearnPeers"] = "true",
        ["Backup:Endpoints:0"] = "pbs1",
        ["Backup:User"] = "root@pam",
        ["Backup:Secret"] = "file:/run/secrets/pbs",
        ["Backup:Insecure"] = "true",
    };

    [Fact]
    public void AddProxmox_SectionsOfTheConfiguration_BecomeOptions()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(s_settings).Build();
        ServiceCollection services = new();
        services.AddProxmoxVe(configuration.GetSection("Proxmox"));
        services.AddProxmoxBackup("archive", configuration.GetSection("Backup"));
        using ServiceProvider provider = services.BuildServiceProvider();

        PveClient pve = provider.GetRequiredService<PveClient>();
        Assert.Equal(["pve1:8006", "pve2:8006"], pve.Options.Endpoints.Select(static endpoint => endpoint.Authority));
        Assert.Equal((TimeSpan.FromSeconds(30), true, "ci@pve!auto"), (pve.Options.Timeout, pve.Options.LearnPeers, pve.Options.Credentials.User));
        Assert.Same(pve, provider.GetRequiredService<PveClient>());
        PbsClient pbs = provider.GetRequiredKeyedService<PbsClient>("archive");
        Assert.Equal(("pbs1:8007", "any certificate (insecure)"), (pbs.Options.Endpoints[0].Authority, pbs.Options.Trust.ToString()));
        Assert.Null(provider.GetService<PbsClient>());
    }

    [Fact]
    public void AddProxmoxVe_NamedClients_AreKeptApart()
    {
        ServiceCollection services = new();
        services.AddProxmoxVe(static settings => Set(settings, "pve1"));
        services.AddProxmoxVe("lab", static settings => Set(settings, "lab1")).Settings.Configure(static settings => settings.Timeout = TimeSpan.FromSeconds(5));
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Equal(("pve1:8006", TimeSpan.FromSeconds(60)), Seen(provider.GetRequiredService<PveClient>()));
        Assert.Equal(("lab1:8006", TimeSpan.FromSeconds(5)), Seen(provider.GetRequiredKeyedService<PveClient>("lab")));

        static (string Authority, TimeSpan Timeout) Seen(PveClient client) => (client.Options.Endpoints[0].Authority, client.Options.Timeout);
    }

    [Fact]
    public void AddProxmoxVe_WrongSettings_NameAllMistakes()
    {
        ServiceCollection services = new();
        services.AddProxmoxVe("lab", static settings => settings.Endpoints.Add("no host")).ValidateOnStart();
        using ServiceProvider provider = services.BuildServiceProvider();
        OptionsValidationException thrown = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredKeyedService<PveClient>("lab"));
        Assert.Equal(["ProxmoxVe:lab.endpoints[0]", "ProxmoxVe:lab.tokenId", "ProxmoxVe:lab.secret"], thrown.Failures.Select(static failure => failure[..failure.IndexOf(": ", StringComparison.Ordinal)]));
        Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());
    }

    [Fact]
    public void AddProxmoxVe_MisspeltKeys_AreNamedWithTheKnownOnes()
    {
        Dictionary<string, string?> misspelt = new(s_settings) { ["Proxmox:Endpoint"] = "pve3", ["Proxmox:connectTIMEOUT"] = "00:00:10", ["Proxmox:Retries:Max"] = "3" };
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(misspelt).Build();
        ServiceCollection services = new();
        services.AddProxmoxVe(configuration.GetSection("Proxmox"));
        using ServiceProvider provider = services.BuildServiceProvider();

        OptionsValidationException thrown = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<PveClient>());

        Assert.Equal(
            ["Proxmox:Endpoint: There is no such setting", "Proxmox:Retries: There is no such setting"],
            thrown.Failures.Select(static failure => failure[..failure.IndexOf(';', StringComparison.Ordinal)]));
        Assert.All(thrown.Failures, static failure => Assert.EndsWith(
            "there are Endpoints, TokenId, User, Secret, Fingerprints, CaFile, Insecure, Timeout, ConnectTimeout, LearnPeers.", failure, StringComparison.Ordinal));
    }

    [Fact]
    public void AddProxmox_SecondClientOfTheSameKey_IsRefused()
    {
        ServiceCollection services = new();
        services.AddProxmoxVe(static settings => Set(settings, "pve1"));
        services.AddProxmoxVe("lab", static settings => Set(settings, "lab1"));
        services.AddProxmoxBackup(static settings => Set(settings, "pbs1"));

        ArgumentException unnamed = Assert.Throws<ArgumentException>(() => services.AddProxmoxVe(static settings => Set(settings, "pve2")));
        ArgumentException named = Assert.Throws<ArgumentException>(() => services.AddProxmoxVe("lab", static settings => Set(settings, "lab2")));

        Assert.StartsWith("There is a PveClient without a key already", unnamed.Message, StringComparison.Ordinal);
        Assert.StartsWith("There is a PveClient with the key 'lab' already", named.Message, StringComparison.Ordinal);
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Equal("pve1:8006", Assert.Single(provider.GetRequiredService<PveClient>().Options.Endpoints).Authority);
    }

    [Fact]
    public void AddProxmoxVe_ContainersLogAndClock_AreUsed()
    {
        FakeTimeProvider clock = new();
        using LoggerFactory logs = new();
        ServiceCollection services = new();
        services.AddSingleton<TimeProvider>(clock);
        services.AddSingleton<ILoggerFactory>(logs);
        services.AddProxmoxVe(static settings => Set(settings, "pve1"));
        using ServiceProvider provider = services.BuildServiceProvider();
        ProxmoxClientOptions options = provider.GetRequiredService<PveClient>().Options;
        Assert.Same(clock, options.TimeProvider);
        Assert.Same(logs, options.LoggerFactory);
    }

    [Fact]
    public async Task UseHandler_FromTheHandlerFactory_CarriesTheCalls()
    {
        using StubHandler stub = new(static _ => StubHandler.Json("""{"data":{"version":"9.2.11"}}"""));
        ServiceCollection services = new();
        services.AddHttpClient("proxmox").ConfigurePrimaryHttpMessageHandler(() => stub);
        services.AddProxmoxVe(static settings => Set(settings, "pve1"))
            .Configure(static (_, options) => options with { Credentials = ProxmoxCredentials.ApiToken("ci@pve!auto", "secret") })
            .UseHandler(static (provider, _) => provider.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler("proxmox"));
        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Equal("9.2.11", (await provider.GetRequiredService<PveClient>().Raw.GetAsync("/version", cancellationToken: TestContext.Current.CancellationToken)).Data.GetProperty("version").GetString());
        Assert.Equal("pve1:8006", Assert.Single(stub.Calls).Host);
    }

    [Theory]
    [InlineData(200, HealthStatus.Healthy, "pve1:8006 runs version 9.2.11.")]
    [InlineData(401, HealthStatus.Degraded, "")]
    [InlineData(500, HealthStatus.Degraded, "")]
    public async Task HealthCheck_OfAServer_TellsItsState(int status, HealthStatus expected, string description)
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddProxmoxVe("prod", static settings => Set(settings, "pve1"))
            .Configure(static (_, options) => options with { Credentials = ProxmoxCredentials.ApiToken("ci@pve!auto", "secret"), Retry = ProxmoxRetryOptions.None })
            .UseHandler((_, _) => new StubHandler(_ => status == 200 ? StubHandler.Json("""{"data":{"version":"9.2.11"}}""") : StubHandler.Text(status, "no")))
            .AddHealthCheck(failureStatus: HealthStatus.Degraded, tags: ["proxmox"]);
        await using ServiceProvider provider = services.BuildServiceProvider();

        HealthReport report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);

        HealthReportEntry entry = report.Entries["ProxmoxVe:prod"];
        Assert.Equal(expected, entry.Status);
        Assert.Contains(description, entry.Description, StringComparison.Ordinal);
        Assert.Equal(status == 200, entry.Exception is null);
        Assert.Equal(["proxmox"], entry.Tags);
    }

    [Fact]
    public async Task HealthCheck_SecretThatIsNotThere_IsAFailure()
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddProxmoxBackup(static settings => Set(settings, "pbs1")).UseHandler(static (_, _) => new StubHandler(static _ => StubHandler.Text(500, "unused"))).AddHealthCheck("backup");
        await using ServiceProvider provider = services.BuildServiceProvider();
        HealthReport report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Unhealthy, report.Entries["backup"].Status);
        Assert.Contains("PROXSHARP_NO_SUCH_SECRET", report.Entries["backup"].Description, StringComparison.Ordinal);
    }

    private static void Set(ProxmoxServerSettings settings, string host)
    {
        settings.Endpoints.Add(host);
        settings.TokenId = "ci@pve!auto";
        settings.Secret = "env:PROXSHARP_NO_SUCH_SECRET";
    }
}
