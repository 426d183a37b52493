namespace ProxSharp.Pve.Guests;

/// <summary>Where a guest is: makes calls on the node it was last seen on, and on the one it is found on when it has moved.</summary>
internal sealed class GuestPlace
{
    // How old a sighting may be for calls to which a wrong node would answer "started".
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(5);

    private readonly Guest _guest;
    private volatile Sighting? _seen;

    public GuestPlace(Guest guest, string? node)
    {
        _guest = guest;
        if (node is not null)
        {
            See(node);
        }
    }

    /// <summary>The node the guest was last seen on; null if it was not looked for yet.</summary>
    public string? LastNode => _seen?.Node;

    private GuestLocator Locator => _guest.Client.Locator;

    private TimeProvider Clock => _guest.Client.Options.TimeProvider;

    /// <summary>True for the answer of a node that does not hold the guest: its configuration file is missing there.</summary>
    public static bool IsAbsence(ProxmoxNotFoundException exception) => exception.ServerMessage.StartsWith("Configuration file", StringComparison.Ordinal);

    /// <summary>Makes the next call look where the guest is.</summary>
    public void Forget() => _seen = null;

    /// <summary>Looks for a guest that turned out not to be on a node.</summary>
    /// <returns>The node that holds it; null if no other does.</returns>
    public async Task<string?> FindElsewhereAsync(string node, CancellationToken cancellationToken)
    {
        Forget();
        return Elsewhere(node, await Locator.TryLocateAsync(_guest, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc cref="FindElsewhereAsync"/>
    public string? FindElsewhere(string node, CancellationToken cancellationToken)
    {
        Forget();
        return Elsewhere(node, Locator.TryLocate(_guest, cancellationToken));
    }

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
            if (await FindElsewhereAsync(node, cancellationToken).ConfigureAwait(false) is not { } moved)
            {
                throw;
            }

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
            if (FindElsewhere(node, cancellationToken) is not { } moved)
            {
                throw;
            }

            return call(moved);
        }
    }

    // A list that still shows the node that was asked tells nothing new.
    private string? Elsewhere(string node, string? found) => found is null || found == node ? null : See(found);

    // A guest that was just made may not be in the list of resources yet: then the node that is known counts.
    private async Task<string> NodeAsync(bool isBlind, CancellationToken cancellationToken)
    {
        Sighting? seen = _seen;
        if (seen is null)
        {
            return See(await Locator.LocateAsync(_guest, cancellationToken).ConfigureAwait(false));
        }

        return IsGoodEnough(seen, isBlind)
            ? seen.Node
            : See(await Locator.TryLocateAsync(_guest, cancellationToken).ConfigureAwait(false) ?? seen.Node);
    }

    private string Node(bool isBlind, CancellationToken cancellationToken)
    {
        Sighting? seen = _seen;
        if (seen is null)
        {
            return See(Locator.Locate(_guest, cancellationToken));
        }

        return IsGoodEnough(seen, isBlind) ? seen.Node : See(Locator.TryLocate(_guest, cancellationToken) ?? seen.Node);
    }

    private bool IsGoodEnough(Sighting seen, bool isBlind) => !isBlind || Clock.GetElapsedTime(seen.At) < s_fresh;

    private string See(string node)
    {
        _seen = new Sighting(node, Clock.GetTimestamp());
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
