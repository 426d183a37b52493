using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ProxSharp.Pbs;
using ProxSharp.Pve;

namespace ProxSharp.Extensions.DependencyInjection;

/// <summary>Puts clients into a service container. They are singletons, made when they are first asked for, and take its log and its clock.</summary>
/// <example>
/// <code>
/// services.AddProxmoxVe(configuration.GetSection("Proxmox")).ValidateOnStart().AddHealthCheck();
/// services.AddProxmoxVe("lab", settings => { settings.Endpoints.Add("lab1"); settings.TokenId = "root@pam!ci"; settings.Secret = "env:LAB"; });
///
/// public sealed class Janitor(PveClient pve, [FromKeyedServices("lab")] PveClient lab) { }
/// </code>
/// </example>
public static class ProxmoxServiceCollectionExtensions
{
    /// <summary>Adds the client for Proxmox VE that is asked for without a key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the settings.</param>
    /// <exception cref="ArgumentException">There is such a client already.</exception>
    public static ProxmoxClientBuilder<PveClient> AddProxmoxVe(this IServiceCollection services, Action<ProxmoxServerSettings> configure) =>
        Ve(services, null, configure, null);

    /// <summary>Adds the client for Proxmox VE that is asked for without a key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section of the configuration with the settings. Keys that are none are a mistake that validation names.</param>
    /// <exception cref="ArgumentException">There is such a client already.</exception>
    public static ProxmoxClientBuilder<PveClient> AddProxmoxVe(this IServiceCollection services, IConfiguration section) => Ve(services, null, null, section);

    /// <summary>Adds a client for Proxmox VE that is asked for by a key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key.</param>
    /// <param name="configure">Sets the settings.</param>
    /// <exception cref="ArgumentException">There is such a client already.</exception>
    public static ProxmoxClientBuilder<PveClient> AddProxmoxVe(this IServiceCollection services, string name, Action<ProxmoxServerSettings> configure) =>
        Ve(services, Checked(name), configure, null);

    /// <summary>Adds a client for Proxmox VE that is asked for by a key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key.</param>
    /// <param name="section">The section of the configuration with the settings. Keys that are none are a mistake that validation names.</param>
    /// <exception cref="ArgumentException">There is such a client already.</exception>
    public static ProxmoxClientBuilder<PveClient> AddProxmoxVe(this IServiceCollection services, string name, IConfiguration section) =>
        Ve(services, Checked(name), null, section);

    /// <summary>Adds the client for Proxmox Backup Server that is asked for without a key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the settings.</param>
    /// <exception cref="ArgumentException">There is such a client already.</exception>
    public static ProxmoxClientBuilder<PbsClient> AddProxmoxBackup(this IServiceCollection services, Action<ProxmoxServerSettings> configure) =>
        Backup(services, null, configure, null);

    /// <summary>Adds the client for Proxmox Backup Server that is asked for without a key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section of the configuration with the settings. Keys that are none are a mistake that validation names.</param>
    /// <exception cref="ArgumentException">There is such a client already.</exception>
    public static ProxmoxClientBuilder<PbsClient> AddProxmoxBackup(this IServiceCollection services, IConfiguration section) =>
        Backup(services, null, null, section);

    /// <summary>Adds a client for Proxmox Backup Server that is asked for by a key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key.</param>
    /// <param name="configure">Sets the settings.</param>
    /// <exception cref="ArgumentException">There is such a client already.</exception>
    public static ProxmoxClientBuilder<PbsClient> AddProxmoxBackup(this IServiceCollection services, string name, Action<ProxmoxServerSettings> configure) =>
        Backup(services, Checked(name), configure, null);

    /// <summary>Adds a client for Proxmox Backup Server that is asked for by a key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key.</param>
    /// <param name="section">The section of the configuration with the settings. Keys that are none are a mistake that validation names.</param>
    /// <exception cref="ArgumentException">There is such a client already.</exception>
    public static ProxmoxClientBuilder<PbsClient> AddProxmoxBackup(this IServiceCollection services, string name, IConfiguration section) =>
        Backup(services, Checked(name), null, section);

    private static ProxmoxClientBuilder<PveClient> Ve(
        IServiceCollection services, string? name, Action<ProxmoxServerSettings>? configure, IConfiguration? section) =>
        Fill(new ProxmoxClientBuilder<PveClient>(Present(services), name, ProxmoxProduct.VirtualEnvironment), configure, section)
            .AddClient(static options => new PveClient(options));

    private static ProxmoxClientBuilder<PbsClient> Backup(
        IServiceCollection services, string? name, Action<ProxmoxServerSettings>? configure, IConfiguration? section) =>
        Fill(new ProxmoxClientBuilder<PbsClient>(Present(services), name, ProxmoxProduct.BackupServer), configure, section)
            .AddClient(static options => new PbsClient(options));

    private static ProxmoxClientBuilder<TClient> Fill<TClient>(
        ProxmoxClientBuilder<TClient> builder, Action<ProxmoxServerSettings>? configure, IConfiguration? section)
        where TClient : ProxmoxClient
    {
        if (configure is null && section is null)
        {
            throw new ArgumentNullException(nameof(configure), "The settings come from an action or a section of the configuration.");
        }

        if (section is not null)
        {
            builder.Bind(section);
        }

        if (configure is not null)
        {
            builder.Settings.Configure(configure);
        }

        return builder;
    }

    private static IServiceCollection Present(IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services;
    }

    private static string Checked(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return name;
    }
}
