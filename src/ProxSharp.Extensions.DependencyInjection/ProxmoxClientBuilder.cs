using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ProxSharp.Extensions.DependencyInjection;

/// <summary>Goes on with the registration of a client.</summary>
/// <typeparam name="TClient">The kind of client.</typeparam>
public sealed class ProxmoxClientBuilder<TClient>
    where TClient : ProxmoxClient
{
    private readonly ProxmoxProduct _product;
    private readonly List<Func<IServiceProvider, ProxmoxClientOptions, ProxmoxClientOptions>> _changes = [];

    internal ProxmoxClientBuilder(IServiceCollection services, string? name, ProxmoxProduct product)
    {
        (Services, Name, _product) = (services, name, product);
        OptionsName = $"{(product == ProxmoxProduct.BackupServer ? "ProxmoxBackup" : "ProxmoxVe")}{(name is null ? "" : ":" + name)}";
        RefuseSecond(services);
        Settings = services.AddOptions<ProxmoxServerSettings>(OptionsName);
        services.AddSingleton<IValidateOptions<ProxmoxServerSettings>>(new ProxmoxSettingsValidator(OptionsName, product));
    }

    /// <summary>The services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The key of the client; null for the one without.</summary>
    public string? Name { get; }

    /// <summary>The name under which the settings of this client are kept among all options of their type.</summary>
    public string OptionsName { get; }

    /// <summary>The settings: bind, change and validate them like any other options.</summary>
    public OptionsBuilder<ProxmoxServerSettings> Settings { get; }

    /// <summary>Checks the settings when the host starts, not when the client is first asked for.</summary>
    public ProxmoxClientBuilder<TClient> ValidateOnStart()
    {
        Settings.ValidateOnStart();
        return this;
    }

    /// <summary>Changes the options of the client with the help of services: credentials from a vault, another retry policy.</summary>
    /// <param name="change">Makes the changed options, with <c>with</c>.</param>
    public ProxmoxClientBuilder<TClient> Configure(Func<IServiceProvider, ProxmoxClientOptions, ProxmoxClientOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        _changes.Add(change);
        return this;
    }

    /// <summary>
    /// Takes the handler that talks to a server from elsewhere, for example from <c>IHttpMessageHandlerFactory</c>. The trust in certificates, the time
    /// limit for connections and the repair of headers are then that handler's concern. The client disposes it; handlers of the factory do not mind.
    /// </summary>
    /// <param name="handler">Makes the handler for an endpoint.</param>
    public ProxmoxClientBuilder<TClient> UseHandler(Func<IServiceProvider, ProxmoxEndpoint, HttpMessageHandler> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Configure((services, options) => options with { Handler = endpoint => handler(services, endpoint) });
    }

    /// <summary>Adds a health check that asks the server for its version, which also tells whether it accepts the credentials.</summary>
    /// <param name="name">The name of the check; null for one made of product and client.</param>
    /// <param name="failureStatus">What a failure is reported as; null for <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">The tags of the check.</param>
    /// <param name="timeout">How long the check may take; null for 10 s.</param>
    public ProxmoxClientBuilder<TClient> AddHealthCheck(
        string? name = null, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null, TimeSpan? timeout = null)
    {
        string? key = Name;
        Services.AddHealthChecks().Add(new HealthCheckRegistration(
            name ?? OptionsName,
            services => new ProxmoxHealthCheck(key is null ? services.GetRequiredService<TClient>() : services.GetRequiredKeyedService<TClient>(key)),
            failureStatus,
            tags,
            timeout ?? TimeSpan.FromSeconds(10)));
        return this;
    }

    /// <summary>Takes the settings from a section of the configuration.</summary>
    internal void Bind(IConfiguration section)
    {
        Settings.Bind(section);
        Services.AddSingleton<IValidateOptions<ProxmoxServerSettings>>(new UnknownSettingsValidator(OptionsName, section));
    }

    internal ProxmoxClientBuilder<TClient> AddClient(Func<ProxmoxClientOptions, TClient> create)
    {
        if (Name is null)
        {
            Services.AddSingleton(services => create(Options(services)));
        }
        else
        {
            Services.AddKeyedSingleton(Name, (services, _) => create(Options(services)));
        }

        return this;
    }

    // The settings of both would become one client, which talks to the servers of the one with the credentials of the other.
    private void RefuseSecond(IServiceCollection services)
    {
        if (services.Any(service => !service.IsKeyedService
            && service.ImplementationInstance is ProxmoxSettingsValidator known
            && known.OptionsName == OptionsName))
        {
            throw Name is null
                ? new ArgumentException($"There is a {typeof(TClient).Name} without a key already: give the second one a key.", nameof(services))
                : new ArgumentException($"There is a {typeof(TClient).Name} with the key '{Name}' already: give the second one another key.", nameof(services));
        }
    }

    private ProxmoxClientOptions Options(IServiceProvider services)
    {
        ProxmoxServerSettings settings = services.GetRequiredService<IOptionsMonitor<ProxmoxServerSettings>>().Get(OptionsName);
        ProxmoxClientOptions options = settings.ToConfig(_product).ToOptions();
        options = options with
        {
            LoggerFactory = services.GetService<ILoggerFactory>() ?? options.LoggerFactory,
            TimeProvider = services.GetService<TimeProvider>() ?? options.TimeProvider,
        };
        return _changes.Aggregate(options, (current, change) => change(services, current));
    }
}
