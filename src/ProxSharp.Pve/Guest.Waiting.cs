using ProxSharp.Http;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

public abstract partial class Guest
{
    /// <summary>Waits until the guest is not locked: a backup, a clone or a migration of it has ended.</summary>
    /// <param name="options">How to wait; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <remarks><c>GET .../status/current</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    /// <exception cref="TimeoutException">It is still locked when the time is up. A lock of a task that crashed stays until somebody removes it.</exception>
    public Task WaitForUnlockAsync(GuestWaitOptions? options = null, CancellationToken cancellationToken = default) => Wait(options).UntilAsync(
        async token => (await ReadStatusAsync(token).ConfigureAwait(false)).Lock is null, $"{Label} was not unlocked", cancellationToken);

    /// <inheritdoc cref="WaitForUnlockAsync"/>
    public void WaitForUnlock(GuestWaitOptions? options = null, CancellationToken cancellationToken = default) =>
        Wait(options).Until(token => ReadStatus(token).Lock is null, $"{Label} was not unlocked", cancellationToken);

    /// <summary>Waits until the guest is in a state.</summary>
    /// <param name="status">The state, for example <see cref="GuestStatus.Stopped"/>.</param>
    /// <param name="options">How to wait; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <remarks><c>GET .../status/current</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    /// <exception cref="TimeoutException">It is in another state when the time is up.</exception>
    public Task WaitForStatusAsync(GuestStatus status, GuestWaitOptions? options = null, CancellationToken cancellationToken = default) =>
        Wait(options).UntilAsync(
            async token => (await ReadStatusAsync(token).ConfigureAwait(false)).Status == status, $"{Label} was not {status}", cancellationToken);

    /// <inheritdoc cref="WaitForStatusAsync"/>
    public void WaitForStatus(GuestStatus status, GuestWaitOptions? options = null, CancellationToken cancellationToken = default) =>
        Wait(options).Until(token => ReadStatus(token).Status == status, $"{Label} was not {status}", cancellationToken);

    /// <summary>
    /// Waits until the cluster lists the guest, which takes some seconds after it was made. Calls on this handle do not need that; other programs
    /// that look for the guest may.
    /// </summary>
    /// <param name="options">How to wait; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <remarks><c>GET /cluster/resources</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    /// <exception cref="TimeoutException">It is not listed when the time is up.</exception>
    public Task WaitUntilInResourcesAsync(GuestWaitOptions? options = null, CancellationToken cancellationToken = default) => Wait(options).UntilAsync(
        async token => await Client.Locator.TryLocateAsync(this, token).ConfigureAwait(false) is not null,
        $"{Label} was not listed by the cluster",
        cancellationToken);

    /// <inheritdoc cref="WaitUntilInResourcesAsync"/>
    public void WaitUntilInResources(GuestWaitOptions? options = null, CancellationToken cancellationToken = default) =>
        Wait(options).Until(token => Client.Locator.TryLocate(this, token) is not null, $"{Label} was not listed by the cluster", cancellationToken);

    /// <summary>
    /// Waits until high availability has done what a task only asked it for, on whichever node. A server that is out of reach meanwhile, or a node that dies,
    /// does not end the waiting.
    /// </summary>
    /// <param name="request">What was asked for: <see cref="HaRequest.Of"/> the task.</param>
    /// <param name="options">How to wait; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <remarks><c>GET .../status/current</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    /// <exception cref="ArgumentException">The request is about another guest.</exception>
    /// <exception cref="HaGaveUpException">High availability has the guest in the state <c>error</c>, has ended its move without it being there, or
    /// has not begun the move within 2 min.</exception>
    /// <exception cref="TimeoutException">The guest is not there when the time is up.</exception>
    public async Task WaitForHaAsync(HaRequest request, HaWaitOptions? options = null, CancellationToken cancellationToken = default)
    {
        HaTracker tracker = Track(request, options);
        while (!await LookAsync().ConfigureAwait(false))
        {
            await Pause.ForAsync(tracker.Next(), Client.Options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }

        async Task<bool> LookAsync()
        {
            try
            {
                GuestStatusReport report = await ReadStatusAsync(cancellationToken).ConfigureAwait(false);
                return tracker.IsReached(report, Place.LastNode ?? "");
            }
            catch (ProxmoxException failure) when (tracker.Survives(failure))
            {
                return false;
            }
        }
    }

    /// <inheritdoc cref="WaitForHaAsync"/>
    public void WaitForHa(HaRequest request, HaWaitOptions? options = null, CancellationToken cancellationToken = default)
    {
        HaTracker tracker = Track(request, options);
        while (!Look())
        {
            Pause.For(tracker.Next(), Client.Options.TimeProvider, cancellationToken);
        }

        bool Look()
        {
            try
            {
                return tracker.IsReached(ReadStatus(cancellationToken), Place.LastNode ?? "");
            }
            catch (ProxmoxException failure) when (tracker.Survives(failure))
            {
                return false;
            }
        }
    }

    private HaTracker Track(HaRequest request, HaWaitOptions? options)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Guest == Id ? new HaTracker(this, request, options) : throw new ArgumentException($"The request is about guest {request.Guest}, not {Id}.", nameof(request));
    }

    private GuestWait Wait(GuestWaitOptions? options) => new(options, Client.Options.TimeProvider);
}
