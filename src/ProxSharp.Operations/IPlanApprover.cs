using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations;

/// <summary>
/// Asks somebody who is not the agent whether a plan may be applied. The program that hosts the guard brings it along; nothing that an agent passes in can
/// take its place.
/// </summary>
public interface IPlanApprover
{
    /// <summary>What kind of approval it obtains.</summary>
    ApprovalKind Kind { get; }

    /// <summary>Asks. Who is asked must be shown <see cref="Plan.Describe"/>.</summary>
    /// <param name="plan">The plan, with all that was derived from its calls just now: nothing of it is taken from a file on trust.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <returns>True only if somebody agreed; false if somebody was asked and declined, which closes the plan for good.</returns>
    /// <exception cref="GuardRefusedException">Nobody has decided (<c>approval</c>): the plan stays open, and may be asked about again.</exception>
    Task<bool> ApproveAsync(Plan plan, CancellationToken cancellationToken);
}
