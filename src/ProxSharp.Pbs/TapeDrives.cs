using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Http;

namespace ProxSharp.Pbs;

/// <summary>The tape drives: how they are configured, their state, and each by its name.</summary>
public sealed partial class TapeDrives
{
    internal TapeDrives(PbsClient client) => Client = client;

    internal PbsClient Client { get; }

    /// <summary>A drive by its name in the configuration; nothing is sent.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public TapeDrive this[string name]
    {
        get
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            return new TapeDrive(Client, name);
        }
    }

    /// <summary>Lists the configured drives with what they are and do.</summary>
    /// <param name="request">Narrows the list, or asks the drives for their activity; null lists all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /tape/drive</c>. Drives that the caller may not see are left out.</remarks>
    public Task<IReadOnlyList<TapeDriveItem>> ListStatesAsync(TapeDriveListRequest? request = null, CancellationToken cancellationToken = default) =>
        Client.Api.Tape.Drive.ListAsync(request, cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ListStatesAsync"/>
    public IReadOnlyList<TapeDriveItem> ListStates(TapeDriveListRequest? request = null, CancellationToken cancellationToken = default) =>
        Client.Api.Tape.Drive.List(request, cancellationToken: cancellationToken).Data;

    /// <summary>Looks for drives in the machine, configured or not.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /tape/scan-drives</c>. For <c>root@pam</c>.</remarks>
    public Task<IReadOnlyList<TapeScanChangersItem>> ScanAsync(CancellationToken cancellationToken = default) =>
        Client.Api.Tape.ListScanDrivesAsync(cancellationToken: cancellationToken).DataAsync();

    /// <inheritdoc cref="ScanAsync"/>
    public IReadOnlyList<TapeScanChangersItem> Scan(CancellationToken cancellationToken = default) =>
        Client.Api.Tape.ListScanDrives(cancellationToken: cancellationToken).Data;
}
