using ProxSharp.Api;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve.Guests;

/// <summary>A call about a guest, apart from the node it is made on.</summary>
/// <param name="guest">The guest.</param>
/// <param name="action">What messages say that it does.</param>
/// <param name="operation">The operation, with node and number in its path.</param>
/// <param name="request">The parameters beside the path; null for none.</param>
/// <param name="snapshot">The snapshot that the path names; null if it names none.</param>
internal sealed class GuestCall(Guest guest, string action, ApiOperation operation, ApiRequest? request = null, string? snapshot = null)
{
    public Guest Guest => guest;

    public Task<T> SendAsync<T>(string node, ApiReader<T> reader, CancellationToken cancellationToken) =>
        guest.Client.Connection.SendAsync(operation, Parameters(node), reader, guest.Saying(action, node), cancellationToken).DataAsync();

    public T Send<T>(string node, ApiReader<T> reader, CancellationToken cancellationToken) =>
        guest.Client.Connection.Send(operation, Parameters(node), reader, guest.Saying(action, node), cancellationToken).Data;

    /// <summary>Starts the task of the call.</summary>
    public async Task<PveTask> StartAsync(string node, CancellationToken cancellationToken) =>
        guest.Client.Tasks[await SendAsync(node, ApiReaders.TextOrEmpty, cancellationToken).ConfigureAwait(false)];

    /// <inheritdoc cref="StartAsync"/>
    public PveTask Start(string node, CancellationToken cancellationToken) => guest.Client.Tasks[Send(node, ApiReaders.TextOrEmpty, cancellationToken)];

    private ApiParameters Parameters(string node)
    {
        ApiParameters parameters = new ApiParameters().WithPath("node", node).WithPath("vmid", guest.Id.Value);
        return (snapshot is null ? parameters : parameters.WithPath("snapname", snapshot)).With(request);
    }
}
