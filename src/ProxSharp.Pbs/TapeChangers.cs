using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Http;

namespace ProxSharp.Pbs;

/// <summary>The tape changers: how they are configured, and each by its name.</summary>
public sealed partial class TapeChangers
{
    internal TapeChangers(PbsClient client) => Client = client;

    internal PbsClient Client { get; }

    /// <summary>A changer by its name in the configuration; nothing is sent.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public TapeChanger this[string name]
    {
        get
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            return new TapeChanger(Client, name);
        }
    }

    /// <summary>Lists the configured changers with what they are.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /tape/changer</c>. Changers that the caller may not see are left out.</remarks>
    public Task<IReadOnlyList<TapeChangerItem>> ListStatesAsync(CancellationToken cancellationToken = default) =>
        Client.Api.Tape.Changer.ListAsync(cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ListStatesAsync"/>
    public IReadOnlyList<TapeChangerItem> ListStates(CancellationToken cancellationToken = default) =>
        Client.Api.Tape.Changer.List(cancellationToken: cancellationToken).Data;

    /// <summary>Looks for changers in the machine, configured or not.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /tape/scan-changers</c>. For <c>root@pam</c>.</remarks>
    public Task<IReadOnlyList<TapeScanChangersItem>> ScanAsync(CancellationToken cancellationToken = default) =>
        Client.Api.Tape.ListScanChangersAsync(cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ScanAsync"/>
    public IReadOnlyList<TapeScanChangersItem> Scan(CancellationToken cancellationToken = default) =>
        Client.Api.Tape.ListScanChangers(cancellationToken: cancellationToken).Data;
}
