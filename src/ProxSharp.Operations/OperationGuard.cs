using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Operations.Http;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;
using ProxSharp.Pbs;
using ProxSharp.Pbs.Api;
using ProxSharp.Pve;
using ProxSharp.Pve.Api;

namespace ProxSharp.Operations;

/// <summary>
/// Stands between a program that acts on its own and a server. Its client can only read; everything else is planned first, then applied: allowed by the
/// policy, approved, checked against the identity of what it acts on, and written to the ledger before it is sent.
/// </summary>
/// <remarks>
/// The wall is what the API token may do on the server; this is the seat-belt. Between the last check and the call a moment remains in which the server's
/// state can change, except where the server compares a digest itself.
/// </remarks>
public sealed class OperationGuard : IAsyncDisposable
{
    private readonly GuardOptions _options;
    private readonly TargetReader _targets;
    private readonly PlanApplier _applier;
    private readonly string _context;

    private OperationGuard(ProxmoxClient client, Door door, GuardOptions options)
    {
        (_options, Client) = (options, client);
        Time = client.Options.TimeProvider;
        _targets = new TargetReader(client);
        _context = $"{options.Context} {client.Options.Endpoints[0].Authority}";
        Ledger = new Ledger(options.StateFolder, Time);
        Freeze = new FreezeSwitch(options.StateFolder, Time);
        Plans = new PlanStore(Path.Combine(options.StateFolder, "plans"));
        _applier = new PlanApplier(client, door, _targets, Ledger, Freeze);
    }

    /// <summary>A client that can read. It refuses to send anything else.</summary>
    public ProxmoxClient Client { get; }

    /// <summary>The record of what was done.</summary>
    public Ledger Ledger { get; }

    /// <summary>The switch that stops all changes.</summary>
    public FreezeSwitch Freeze { get; }

    /// <summary>The plans that were made.</summary>
    public PlanStore Plans { get; }

    private TimeProvider Time { get; }

    /// <summary>Creates a guard with a client of its own.</summary>
    /// <param name="product">The product of the server.</param>
    /// <param name="client">How to reach the server.</param>
    /// <param name="options">How the guard works.</param>
    /// <exception cref="ArgumentException">The options cannot work.</exception>
    public static OperationGuard Create(ProxmoxProduct product, ProxmoxClientOptions client, GuardOptions options)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        bool isBackup = product == ProxmoxProduct.BackupServer;
        Door door = new(isBackup ? PbsApiSchema.Embedded : PveApiSchema.Embedded);
        ProxmoxClientOptions guarded = door.Guard(client);
        return new OperationGuard(isBackup ? new PbsClient(guarded) : new PveClient(guarded), door, options);
    }

    /// <summary>Plans calls. Nothing is changed; the plan is kept for <see cref="ApplyAsync"/>.</summary>
    /// <param name="requests">The calls in their order.</param>
    /// <param name="options">How the plan is made; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">The policy does not allow it, or a target does not exist or is protected.</exception>
    /// <exception cref="ProxmoxValidationException">The server would refuse the parameters.</exception>
    public async Task<Plan> PlanAsync(IReadOnlyList<PlanRequest> requests, PlanOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        if (requests.Count == 0)
        {
            throw new ArgumentException("A plan needs a call.", nameof(requests));
        }

        PlanChecks checks = new(LoadPolicy());
        List<PlannedCall> wanted = [];
        foreach (PlanRequest request in requests)
        {
            PlannedCall call = PlannedCall.Of(Client.Schema, request);
            wanted.Add(await _targets.ResolveAsync(call, cancellationToken).ConfigureAwait(false));
        }

        if (options?.SnapshotFirst == true)
        {
            wanted.InsertRange(0, await Snapshots.PlanAsync(Client, wanted, Time, cancellationToken).ConfigureAwait(false));
        }

        return await BuildAsync(checks, wanted, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Plans the better answer to "delete it": the guest is stopped, marked with the tag <c>retired</c>, kept from starting at boot, protected, and a note
    /// says from when on it may be removed. Nothing is lost, and all of it can be taken back.
    /// </summary>
    /// <param name="vmid">The number of the guest.</param>
    /// <param name="keep">How long it should be kept.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">The policy does not allow it, or there is no such guest.</exception>
    public async Task<Plan> PlanRetirementAsync(int vmid, TimeSpan keep, CancellationToken cancellationToken = default) =>
        await PlanAsync(
            await Retirement.PlanAsync(Client, vmid, Time.GetUtcNow() + keep, cancellationToken).ConfigureAwait(false), null, cancellationToken)
        .ConfigureAwait(false);

    /// <summary>Plans to take back what an applied plan did. The way back is a plan like any other: policy, approval and checks apply.</summary>
    /// <param name="ledgerNumber">The number of an entry of that plan in the ledger.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">There is no such entry, no way back, or the policy does not allow it.</exception>
    public async Task<Plan> PlanUndoAsync(long ledgerNumber, CancellationToken cancellationToken = default)
    {
        LedgerEntry entry = Ledger.Show(ledgerNumber) ?? throw new GuardRefusedException("target", $"The ledger has no entry {ledgerNumber}.");
        Plan done = Plans.Load(entry.PlanId);
        CheckContext(done);
        if (done.Undo.Count == 0)
        {
            throw new GuardRefusedException("target", $"There is no way back from {string.Join(" and ", done.Calls)}.");
        }

        return await PlanAsync([.. done.Undo.Select(static call => new PlanRequest(call.Method, call.ConcretePath, call.Parameters))], null, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Applies a plan: checks everything anew, asks for the approval that the policy wants, writes each call to the ledger, makes it, and waits for its task.
    /// It stops at the first call that fails. A plan can be applied once.
    /// </summary>
    /// <param name="planId">The name of the plan.</param>
    /// <param name="cancellationToken">Stops the waiting; a call that is under way goes on at the server.</param>
    /// <exception cref="GuardRefusedException">Anything is different from what was planned, forbidden, expired or not approved.</exception>
    public async Task<ApplyResult> ApplyAsync(string planId, CancellationToken cancellationToken = default)
    {
        Plan plan = Plans.Load(planId);
        CheckContext(plan);
        CheckExpiry(plan);
        Freeze.Check();
        PlanChecks checks = new(LoadPolicy());
        await _applier.CheckAsync(plan, checks, cancellationToken).ConfigureAwait(false);
        await ApproveAsync(plan, checks.Approval(plan), cancellationToken).ConfigureAwait(false);

        // People take their time: all is looked at again after they agreed, and from here on the plan is used up.
        CheckExpiry(plan);
        checks = new PlanChecks(LoadPolicy());
        Plans.Use(plan);
        await _applier.CheckAsync(plan, checks, cancellationToken).ConfigureAwait(false);
        return await _applier.ApplyAsync(plan, checks, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Client.DisposeAsync();

    private async Task<Plan> BuildAsync(PlanChecks checks, List<PlannedCall> wanted, CancellationToken cancellationToken)
    {
        Dictionary<string, PlanTarget> targets = new(StringComparer.Ordinal);
        List<PlannedCall> calls = [];
        List<PlannedCall> undo = [];
        List<string> consequences = [];
        UndoBuilder undoing = new(Client.Schema);
        foreach (PlannedCall call in wanted)
        {
            if (call.Class == OperationClass.Read)
            {
                throw new GuardRefusedException("target", $"{call.Title} only reads: it needs no plan.");
            }

            IReadOnlyList<PlanTarget> own = await _targets.ReadAsync(call, cancellationToken).ConfigureAwait(false);
            checks.Allow(call, own);
            SchemaRules.Of(Client.Schema).Validator.Validate(Client.Schema.Find(call.Method, call.Path)!, call.Parameters);
            bool isFirst = own.All(target => !targets.ContainsKey(target.Key));
            calls.Add(isFirst ? Digests.Add(Client.Schema, call, own) : call);
            undo.InsertRange(0, undoing.Build(call, own));
            consequences.AddRange(await Consequences.OfAsync(Client, call, own, cancellationToken).ConfigureAwait(false));
            foreach (PlanTarget target in own)
            {
                targets.TryAdd(target.Key, target);
            }
        }

        checks.Count(targets.Values);
        Plan plan = Plan.Create(_context, Time.GetUtcNow(), _options.PlanLifetime, calls, targets.Values, undo, consequences);
        Plans.Save(plan);
        return plan;
    }

    private async Task ApproveAsync(Plan plan, ApprovalKind needed, CancellationToken cancellationToken)
    {
        if (needed == ApprovalKind.None)
        {
            return;
        }

        IPlanApprover approver = _options.Approvers.Where(candidate => candidate.Kind >= needed).MinBy(static candidate => candidate.Kind)
            ?? throw new GuardRefusedException("approval", $"Plan {plan.Id[..12]} needs an approval by {needed}, and nobody can be asked here.");
        if (!await approver.ApproveAsync(plan, cancellationToken).ConfigureAwait(false))
        {
            throw new GuardRefusedException("approval", $"Plan {plan.Id[..12]} was not approved.");
        }
    }

    private GuardPolicy LoadPolicy() => _options.IsReadOnly ? GuardPolicy.ReadOnly : GuardPolicy.Load(_options.PolicyPath);

    private void CheckContext(Plan plan)
    {
        if (plan.Context != _context)
        {
            throw new GuardRefusedException("context", $"Plan {plan.Id[..12]} was made for {plan.Context}, and this is {_context}.");
        }
    }

    private void CheckExpiry(Plan plan)
    {
        if (Time.GetUtcNow() >= plan.Expires)
        {
            throw new GuardRefusedException("expired", $"Plan {plan.Id[..12]} expired at {plan.Expires:u}; make a new one.");
        }
    }
}
