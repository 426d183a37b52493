using System.Globalization;
using ProxSharp.Api;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations;

public sealed partial class OperationGuard
{
    /// <summary>
    /// Lists the guests that are out of service: those whose retirement the ledger of this context knows, and others that carry its tag. The first to be
    /// due come first.
    /// </summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">The ledger is not sound.</exception>
    public Task<IReadOnlyList<RetiredGuest>> ListRetiredAsync(CancellationToken cancellationToken = default) =>
        Retired().ListAsync(Time.GetUtcNow(), cancellationToken);

    /// <summary>
    /// Plans to destroy guests that were retired and whose day has come. The plan is a destructive one, whatever the policy says a person has to agree to
    /// it, and it is derived anew when it is applied: it lifts only the protection that the retirement itself has set.
    /// </summary>
    /// <param name="vmids">The numbers of the guests.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    /// <exception cref="GuardRefusedException">
    /// The policy does not allow it; the ledger knows of no retirement, or the day has not come (<c>target</c>); or a guest was changed, started or brought
    /// back since (<c>drift</c>).
    /// </exception>
    public async Task<Plan> PlanPurgeAsync(IReadOnlyCollection<int> vmids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vmids);
        if (vmids.Count == 0)
        {
            throw new ArgumentException("A purge needs a guest.", nameof(vmids));
        }

        CheckReadOnly();
        PlanChecks checks = new(ReadPolicy());
        RetiredGuests retired = Retired();
        IReadOnlyList<RetiredRecord> records = retired.Records();
        RetiredRecord[] wanted =
        [
            .. vmids.Distinct().Select(static vmid => vmid.ToString(CultureInfo.InvariantCulture)).Select(vmid =>
                records.FirstOrDefault(record => record.Vmid == vmid) ?? throw new GuardRefusedException(
                    "target", $"Guest {vmid} is not purged: the ledger of this context knows of no retirement that holds.")),
        ];
        return Keep(await DraftPurgeAsync(retired, wanted, checks, cancellationToken).ConfigureAwait(false), checks);
    }

    private RetiredGuests Retired() => new(Client, Ledger, Plans);

    // When a purge is applied: whatever has become of the retirements since, it is found out again.
    private Task<PlanDraft> DraftPurgeAsync(Plan plan, PlanChecks checks, CancellationToken cancellationToken)
    {
        RetiredGuests retired = Retired();
        IReadOnlyList<RetiredRecord> records = retired.Records();
        RetiredRecord[] wanted =
        [
            .. plan.Draft.Purges.Select(purge => records.FirstOrDefault(record => record.Plan.Id == purge.PlanId) ?? throw new GuardRefusedException(
                "drift", $"Plan {plan.Id[..12]} is refused: the retirement by plan {purge.PlanId[..12]} does not hold any more.")),
        ];
        return DraftPurgeAsync(retired, wanted, checks, cancellationToken);
    }

    private async Task<PlanDraft> DraftPurgeAsync(
        RetiredGuests retired, IReadOnlyList<RetiredRecord> wanted, PlanChecks checks, CancellationToken cancellationToken)
    {
        foreach (RetiredRecord record in wanted)
        {
            if (await retired.ObjectionAsync(record, cancellationToken).ConfigureAwait(false) is { } objection)
            {
                throw new GuardRefusedException(
                    "drift", $"{record.Left.Key} is not purged: {objection}. A person looks at it, and retires it again or removes it by hand.");
            }

            if (!record.IsTime(Time.GetUtcNow()))
            {
                throw new GuardRefusedException("target", record.NotYet());
            }
        }

        PlanBuilder builder = Builder(checks);
        IReadOnlyList<PlannedCall> calls = await builder.ResolveAsync(wanted.SelectMany(Retirement.Purge), null, cancellationToken).ConfigureAwait(false);
        PlanDraft draft = await builder.BuildAsync(calls, PlanRelease.Of(wanted.Select(static record => record.Release)), cancellationToken)
            .ConfigureAwait(false);
        PlanPurge[] purges = [.. wanted.Select(static record => new PlanPurge(record.Plan.Id, record.Due))];
        return draft with { Purges = purges, Consequences = [.. purges.Select(static purge => purge.Describe()), .. draft.Consequences] };
    }
}
