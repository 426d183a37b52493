using ProxSharp.Ids;

namespace ProxSharp.Pve.Guests;

/// <summary>Where a guest is: makes calls on the node it was last seen on, and on the one it is found on when it has moved.</summary>
internal sealed class GuestPlace
{
    // How old a sighting may be for calls to which a wrong node would answer "started".
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(5);

    private readonly PveClient _client;
    private readonly VmId _id;
    private volatile Sighting? _seen;

    public GuestPlace(PveClient client, VmId id, string? node)
    {
        (_client, _id) = (client, id);
        if (node is not null)
        {
            See(node);
        }
    }

    /// <summary>The node the guest was last seen on; null if it was not looked for yet.</summary>
    public string? LastNode => _seen?.Node;

    /// <summary>Makes the next call look where the guest is.</summary>
    public void Forget() => _seen = null;

    /// <summary>
    /// Makes a call on the node that holds the guest. Blind calls are those that a node answers with a task whether or not it holds the guest:
    /// for them the sighting must be fresh.
    /// </summary>
    // The server did nothing when it says that the guest is not there, so making the call again elsewhere is safe for writes too.
    public async Task<T> CallAsync<T>(Func<string, Task<T>> call, bool isBlind, CancellationToken cancellationToken)
    {
        string node = await NodeAsync(isBlind, cancellationToken).ConfigureAwait(false);
        try
        {
            T result = await call(node).ConfigureAwait(false);
            Confirm(node, isBlind);
            return result;
        }
        catch (ProxmoxNotFoundException exception) when (IsAbsence(exception))
        {
            string? moved = await _client.Locator.TryLocateAsync(_id, cancellationToken).ConfigureAwait(false);
            if (moved is null || moved == node)
            {
                throw;
            }

            See(moved);
            return await call(moved).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="CallAsync{T}"/>
    public T Call<T>(Func<string, T> call, bool isBlind, CancellationToken cancellationToken)
    {
        string node = Node(isBlind, cancellationToken);
        try
        {
            T result = call(node);
            Confirm(node, isBlind);
            return result;
        }
        catch (ProxmoxNotFoundException exception) when (IsAbsence(exception))
        {
            string? moved = _client.Locator.TryLocate(_id, cancellationToken);
            if (moved is null || moved == node)
            {
                throw;
            }

            See(moved);
            return call(moved);
        }
    }

    // Proxmox: a guest that is not on the node that was asked shows as a missing configuration file.
    private static bool IsAbsence(ProxmoxNotFoundException exception) =>
        exception.ServerMessage.StartsWith("Configuration file", StringComparison.Ordinal);

    // A guest that was just made may not be in the list of resources yet: then the node that is known counts.
    private async Task<string> NodeAsync(bool isBlind, CancellationToken cancellationToken)
    {
        Sighting? seen = _seen;
        if (seen is null)
        {
            return See(await _client.Locator.LocateAsync(_id, cancellationToken).ConfigureAwait(false));
        }

        return IsGoodEnough(seen, isBlind) ? seen.Node : See(await _client.Locator.TryLocateAsync(_id, cancellationToken).ConfigureAwait(false) ?? seen.Node);
    }

    private string Node(bool isBlind, CancellationToken cancellationToken)
    {
        Sighting? seen = _seen;
        if (seen is null)
        {
            return See(_client.Locator.Locate(_id, cancellationToken));
        }

        return IsGoodEnough(seen, isBlind) ? seen.Node : See(_client.Locator.TryLocate(_id, cancellationToken) ?? seen.Node);
    }

    private bool IsGoodEnough(Sighting seen, bool isBlind) => !isBlind || _client.Options.TimeProvider.GetElapsedTime(seen.At) < s_fresh;

    private string See(string node)
    {
        _seen = new Sighting(node, _client.Options.TimeProvider.GetTimestamp());
        return node;
    }

    // An answer of the guest itself is a sighting, unless somebody sent the guest away meanwhile.
    private void Confirm(string node, bool isBlind)
    {
        if (!isBlind && _seen?.Node == node)
        {
            See(node);
        }
    }

    private sealed record Sighting(string Node, long At);
}
