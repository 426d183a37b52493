using ProxSharp.Ids;
using ProxSharp.Pve;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Operations.Plans;

/// <summary>What a task has only asked high availability for. Whatever follows in a plan must find the guest in that state.</summary>
/// <param name="Guest">The number of the guest.</param>
/// <param name="Wanted">The state that it shall be in; null if it is moved, which is not waited for: no later call of the plan may act on it.</param>
// Proxmox: these tasks end as soon as the request is noted; the manager acts on it in one of its next rounds, of 10 s each.
internal sealed record HaRequest(VmId Guest, GuestStatus? Wanted)
{
    // A guest that does not shut down is stopped by force after the time that its settings give it, of minutes.
    private static readonly GuestWaitOptions s_patience = new() { Timeout = TimeSpan.FromMinutes(10) };

    /// <summary>What is known while it is waited for, and after that was broken off.</summary>
    public string Asked => $"High availability was asked to bring guest {Guest} to the state '{Wanted}', and nobody has seen yet that it has";

    /// <summary>What is known once the guest was asked to move.</summary>
    public string Moves => $"OK: high availability was asked to move guest {Guest}, and does so in its own time";

    /// <summary>What a task has asked for; null if it did its work itself.</summary>
    public static HaRequest? Of(Upid task) => !VmId.TryParse(task.Id, out VmId guest) ? null : task.Type switch
    {
        "hastart" => new HaRequest(guest, GuestStatus.Running),
        "hastop" => new HaRequest(guest, GuestStatus.Stopped),
        "hamigrate" => new HaRequest(guest, null),
        _ => null,
    };

    /// <summary>Waits until the guest is in the wanted state, on whichever node.</summary>
    /// <param name="pve">The cluster.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>False if it is not after ten minutes.</returns>
    public async Task<bool> WaitAsync(PveClient pve, CancellationToken cancellationToken)
    {
        Guest guest = await pve.FindGuestAsync(Guest, cancellationToken).ConfigureAwait(false);
        try
        {
            await guest.WaitForStatusAsync(Wanted!.Value, s_patience, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
