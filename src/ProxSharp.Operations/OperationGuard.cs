using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Operations.Approvals;
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
    private readonly Door _door;
    private readonly PlanApplier _applier;
    private readonly SessionOpening _sessions;
    private readonly string _context;

    private OperationGuard(ProxmoxClient client, Door door, GuardOptions options)
    {
        (_options, _door, Client) = (options, door, client);
        Time = client.Options.TimeProvider;
        _context = $"{options.Context} {client.Options.Endpoints[0].Authority}";
        Ledger = new Ledger(options.StateFolder, Time);
        Freeze = new FreezeSwitch(options.StateFolder, Time);
        Plans = new PlanStore(Path.Combine(options.StateFolder, "plans"));
        Approvals = new ApprovalStore(Path.Combine(options.StateFolder, "approvals"), Ledger);
        _applier = new PlanApplier(client, door, Ledger, Freeze);
        _sessions = new SessionOpening(client, door, Ledger, _context);
    }

    /// <summary>A client that can read. It refuses to send anything else.</summary>
    public ProxmoxClient Client { get; }

    /// <summary>The record of what was done.</summary>
    public Ledger Ledger { get; }

    /// <summary>The switch that stops all changes.</summary>
    public FreezeSwitch Freeze { get; }

    /// <summary>The plans that were made.</summary>
    public PlanStore Plans { get; }

    /// <summary>The approvals that others have left.</summary>
    public ApprovalStore Approvals { get; }

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
        Plan plan = await MakeAsync(requests, options, cancellationToken).ConfigureAwait(false);
        Plans.Save(plan);
        return plan;
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
        if (SessionOpening.IsOf(entry) && !Plans.Has(entry.PlanId))
        {
            throw new GuardRefusedException(
                "target", $"There is no way back from {entry.Facts.Text("call")}; a backup that was made can be removed by a plan.");
        }

        Plan done = Plans.Load(entry.PlanId);
        CheckContext(done);
        if (done.Undo.Count == 0)
        {
            throw new GuardRefusedException("target", $"There is no way back from {string.Join(" and ", done.Calls)}.");
        }

        PlanRequest[] back = [.. done.Undo.Select(static call => new PlanRequest(call.Method, call.ConcretePath, call.Parameters))];
        Plan undo = await MakeAsync(back, null, cancellationToken).ConfigureAwait(false);
        UndoCheck.Check(done, Ledger.List(), undo);
        Plans.Save(undo);
        return undo;
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
        PlanChecks checks = new(ReadPolicy());
        await _applier.CheckAsync(plan, checks, cancellationToken).ConfigureAwait(false);
        string approval = await ApproveAsync(plan, checks, cancellationToken).ConfigureAwait(false);

        // People take their time: all is looked at again after they agreed, and from here on the plan is used up.
        CheckExpiry(plan);
        checks = new PlanChecks(ReadPolicy());
        Plans.Use(plan);
        await _applier.CheckAsync(plan, checks, cancellationToken).ConfigureAwait(false);
        return await _applier.ApplyAsync(plan, checks, approval, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Lets a conversation with a backup server through in the present flow of execution, until the result is disposed. Such a conversation is no sequence of
    /// calls that could be planned: the policy decides at once, its limits and the freeze hold, and the ledger gets the intent now and the outcome at the end.
    /// </summary>
    /// <param name="path"><c>/backup</c> to make a backup, <c>/reader</c> to read some.</param>
    /// <param name="keys">The group that it is about: <c>store</c>, <c>ns</c> if there is one, <c>backup-type</c>, <c>backup-id</c>.</param>
    /// <exception cref="ArgumentException">The path is another one.</exception>
    /// <exception cref="GuardRefusedException">
    /// The policy does not allow it or wants an approval, changes are frozen, or the ledger cannot be written.
    /// </exception>
    public GuardedSession OpenSession(string path, ApiParameters keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        PlanChecks checks = new(ReadPolicy());
        Freeze.Check();
        return _sessions.Open(path, keys, checks);
    }

    /// <summary>
    /// Compares what the API token may do with what the policy allows. What the token may do beyond it is stopped by this program alone, not by the server.
    /// </summary>
    /// <param name="policy">The policy; null for the one in effect.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">The policy cannot be read, or is not understood.</exception>
    public async Task<TokenReview> ReviewTokenAsync(GuardPolicy? policy = null, CancellationToken cancellationToken = default)
    {
        policy ??= ReadPolicy();
        return TokenReview.Of((await Client.Raw.GetAsync("/access/permissions", cancellationToken: cancellationToken).ConfigureAwait(false)).Data, policy);
    }

    /// <summary>Reads the policy as it stands in its file now.</summary>
    /// <exception cref="GuardRefusedException">It cannot be read, or is not understood.</exception>
    public GuardPolicy ReadPolicy() => _options.ReadPolicy();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Client.DisposeAsync();

    private async Task<Plan> MakeAsync(IReadOnlyList<PlanRequest> requests, PlanOptions? options, CancellationToken cancellationToken)
    {
        if (requests.Count == 0)
        {
            throw new ArgumentException("A plan needs a call.", nameof(requests));
        }

        PlanChecks checks = new(ReadPolicy());
        PlannedCall[] calls = [.. requests.Select(request => PlannedCall.Of(Client.Schema, request))];
        checks.Foresee(calls);
        TargetReader reader = new(Client, _door);
        List<PlannedCall> wanted = [];
        NewGuests made = new();
        foreach (PlannedCall call in calls)
        {
            wanted.Add(await reader.ResolveAsync(call, made, cancellationToken).ConfigureAwait(false));
            made.Add(call);
        }

        if (options?.SnapshotFirst == true)
        {
            IEnumerable<PlannedCall> existing = wanted.Where(call => made.Find(call.Parameters.Find("vmid")) is null);
            wanted.InsertRange(0, await Snapshots.PlanAsync(Client, existing, Time, cancellationToken).ConfigureAwait(false));
        }

        return await BuildAsync(checks, reader, wanted, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Plan> BuildAsync(PlanChecks checks, TargetReader reader, List<PlannedCall> wanted, CancellationToken cancellationToken)
    {
        Dictionary<string, PlanTarget> targets = new(StringComparer.Ordinal);
        List<PlannedCall> calls = [];
        List<PlannedCall> undo = [];
        List<string> consequences = [];
        UndoBuilder undoing = new(Client.Schema);
        NewGuests made = new();
        bool isFinal = false;
        foreach (PlannedCall asked in wanted)
        {
            if (asked.Class == OperationClass.Read)
            {
                throw new GuardRefusedException("target", $"{asked.Title} only reads: it needs no plan.");
            }

            IReadOnlyList<PlanTarget> own = await reader.ReadAsync(asked, made, checks.Policy.TargetsPerPlan, cancellationToken).ConfigureAwait(false);
            PlannedCall call = Replacements.Judge(asked, own);
            checks.Allow(call, own);
            SchemaRules.Of(Client.Schema).Validator.Validate(Client.Schema.Find(call.Method, call.Path)!, call.Parameters);
            bool isFirst = own.All(target => !targets.ContainsKey(target.Key));
            calls.Add(isFirst ? Digests.Add(Client.Schema, call, own) : call);
            PlannedCall[] back = [.. undoing.Build(call, own)];
            isFinal |= back.Length == 0 && UndoBuilder.LosesData(Client.Schema, call);
            undo.InsertRange(0, back);
            consequences.AddRange(await Consequences.OfAsync(Client, call, own, cancellationToken).ConfigureAwait(false));
            foreach (PlanTarget target in own)
            {
                targets.TryAdd(target.Key, target);
            }

            made.Add(call);
        }

        checks.Count(targets.Values);
        TimeSpan lifetime = checks.Policy.PlanMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : _options.PlanLifetime;

        // Taking back the rest brings nothing back of what is lost: a way is promised only where it leads all the way.
        return Plan.Create(_context, Time.GetUtcNow(), lifetime, calls, targets.Values, isFinal ? [] : undo, consequences);
    }

    private async Task<string> ApproveAsync(Plan plan, PlanChecks checks, CancellationToken cancellationToken)
    {
        ApprovalKind needed = checks.Approval(plan);
        if (needed == ApprovalKind.None)
        {
            return "none needed";
        }

        (ApprovalKind kind, string by) = Approvals.Strongest(plan, checks.Policy);
        if (kind >= needed)
        {
            return by;
        }

        IPlanApprover approver = _options.Approvers.Where(candidate => candidate.Kind >= needed).MinBy(static candidate => candidate.Kind)
            ?? throw new GuardRefusedException("approval", Wanting(plan, needed));
        return await approver.ApproveAsync(plan, cancellationToken).ConfigureAwait(false)
            ? PolicyWriter.Word(approver.Kind)
            : throw new GuardRefusedException("approval", $"Plan {plan.Id[..12]} was not approved.");
    }

    private static string Wanting(Plan plan, ApprovalKind needed)
    {
        string how = needed == ApprovalKind.SecondPrincipal
            ? "the holder of a key that the policy names runs: prox approve"
            : "a person runs at a terminal: prox approve";
        return $"Plan {plan.Id[..12]} needs an approval ({PolicyWriter.Word(needed)}), and nobody can be asked here; {how} {plan.Id[..12]}.";
    }

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
