using System.Diagnostics.CodeAnalysis;
using ProxSharp.Tasks;

namespace ProxSharp.Pve.Guests;

/// <summary>
/// A task that a node started for a guest which had just moved away. Such a task fails because it finds no configuration, and thus has done nothing: its
/// call is made once more where the guest is, when somebody who waits for the task learns of the failure.
/// </summary>
/// <param name="call">The call.</param>
/// <param name="node">The node that was asked.</param>
[SuppressMessage("Design", "CA1001", Justification = "Nobody asks the gate for a wait handle, so it holds nothing to give back.")]
internal sealed class MovedGuestTask(GuestCall call, string node)
{
    private readonly SemaphoreSlim _gate = new(1);
    private volatile PveTask? _successor;
    private bool _isSpent;

    /// <summary>The task of the call that was made again; null as long as there is none.</summary>
    public PveTask? Successor => _successor;

    /// <summary>True if a result proves that the guest was not there, and that nothing was done.</summary>
    public bool IsProof(TaskResult result) => result.Outcome == TaskOutcome.Failed && result.ExitStatus == call.Guest.AbsenceText(node);

    /// <summary>Makes the call again if the guest is found elsewhere; the first who comes does, all get the same task.</summary>
    /// <returns>The new task; null if there is none.</returns>
    public async Task<PveTask?> RepeatAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isSpent && await call.Guest.Place.FindElsewhereAsync(node, cancellationToken).ConfigureAwait(false) is { } moved)
            {
                _isSpent = true;
                _successor = await call.StartAsync(moved, cancellationToken).ConfigureAwait(false);
            }

            return _successor;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc cref="RepeatAsync"/>
    public PveTask? Repeat(CancellationToken cancellationToken)
    {
        _gate.Wait(cancellationToken);
        try
        {
            if (!_isSpent && call.Guest.Place.FindElsewhere(node, cancellationToken) is { } moved)
            {
                _isSpent = true;
                _successor = call.Start(moved, cancellationToken);
            }

            return _successor;
        }
        finally
        {
            _gate.Release();
        }
    }
}
