using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs;

/// <summary>The known tapes, and what is on them.</summary>
public sealed partial class TapeMedia
{
    internal TapeMedia(PbsClient client) => Client = client;

    internal PbsClient Client { get; }

    /// <summary>Removes a tape from the media database. What is on the tape stays there.</summary>
    /// <param name="request">The tape by its label or its UUID; and whether it may hold data.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /tape/media/destroy</c>. Needs <c>Tape.Write</c> on <c>/tape</c>.</remarks>
    public Task DestroyAsync(TapeMediaDestroyRequest request, CancellationToken cancellationToken = default) =>
        Client.Api.Tape.Media.DestroyAsync(request, cancellationToken: cancellationToken);

    /// <inheritdoc cref="DestroyAsync"/>
    public void Destroy(TapeMediaDestroyRequest request, CancellationToken cancellationToken = default) =>
        Client.Api.Tape.Media.Destroy(request, cancellationToken: cancellationToken);
}
