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
public sealed partial class OperationGuard : IAsyncDisposable
{
    // Clocks are set, and a plan may have been made a moment before.
    private static readonly TimeSpan s_skew = TimeSpan.FromSeconds(30);

    private readonly GuardOptions _options;
    private readonly Door _door;
    private readonly PlanApplier _applier;
    private readonly SessionOpening _sessions;
    private readonly TaskEnds _ends;
    private readonly GoneCalls _gone;
    private readonly string _context;

    private OperationGuard(ProxmoxClient client, Door door, GuardOptions options)
    {
        (_options, _door, Client) = (options, door, client);
        Time = client.Options.TimeProvider;
        _context = $"{options.Context} {client.Options.Endpoints[0].Authority}";
        Ledger = new Ledger(options.StateFolder, Time);
        Freeze = FreezeSwitch.Of(options, Time);
        Plans = new PlanStore(Path.Combine(options.StateFolder, "plans"), Ledger);
        Approvals = new ApprovalStore(Path.Combine(options.StateFolder, "approvals"), Ledger);
        CallMarks marks = new(options.StateFolder);
        _applier = new PlanApplier(client, door, Ledger, Plans, Freeze, marks);
        _ends = new TaskEnds(client, door, Ledger);
        _gone = new GoneCalls(client, Ledger, marks);
        _sessions = new SessionOpening(client, door, Ledger, _context, marks);
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

    /// <summary>True if nothing is planned, changed or put on record through it.</summary>
    internal bool IsReadOnly => _options.IsReadOnly;

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

    /// <summary>Plans calls. Nothing is changed; the plan is kept for <see cref="ApplyAsync(string, CancellationToken)"/>.</summary>
    /// <param name="requests">The calls in their order.</param>
    /// <param name="options">How the plan is made; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">
    /// The policy does not allow it, or a target does not exist or is protected; with <see cref="GuardRefusedException.Unneeded"/>, nothing has to change.
    /// </exception>
    /// <exception cref="ProxmoxValidationException">The server would refuse the parameters.</exception>
    public async Task<Plan> PlanAsync(IReadOnlyList<PlanRequest> requests, PlanOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        if (requests.Count == 0)
        {
            throw new ArgumentException("A plan needs a call.", nameof(requests));
        }

        CheckReadOnly();
        PlanChecks checks = new(ReadPolicy());
        PlanBuilder builder = Builder(checks);
        IReadOnlyList<PlannedCall> wanted = await builder.ResolveAsync(requests, options ?? new PlanOptions(), cancellationToken).ConfigureAwait(false);
        PlanDraft draft = await builder.BuildAsync(wanted, PlanRelease.None, cancellationToken).ConfigureAwait(false);
        Unneeded.Check(Client.Schema.Product, draft);
        Digests.CheckGiven(draft);
        return Keep(draft, checks);
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
    public Task<Plan> PlanUndoAsync(long ledgerNumber, CancellationToken cancellationToken = default) =>
        PlanUndoAsync(ledgerNumber, null, cancellationToken);

    /// <summary>Plans to take back what an applied plan did. The way back is a plan like any other: policy, approval and checks apply.</summary>
    /// <param name="ledgerNumber">The number of an entry of that plan in the ledger.</param>
    /// <param name="options">How it is taken back; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">
    /// There is no such entry (<c>unknown-entry</c>), no way back, somebody has set something else since (<c>changed</c>), or the policy does not allow it;
    /// with <see cref="GuardRefusedException.Unneeded"/>, it was taken back before and nothing has to change.
    /// </exception>
    public async Task<Plan> PlanUndoAsync(long ledgerNumber, UndoOptions? options, CancellationToken cancellationToken = default)
    {
        CheckReadOnly();
        LedgerEntry entry = Ledger.Get(ledgerNumber);
        if (SessionOpening.IsOf(entry) && !Plans.Has(entry.PlanId))
        {
            throw new GuardRefusedException(
                "target", $"There is no way back from {entry.Facts.Text("call")}; a backup that was made can be removed by a plan.");
        }

        PlanChecks checks = new(ReadPolicy());
        await SettleAsync(entry.PlanId, cancellationToken).ConfigureAwait(false);
        return Keep(await DraftNeededUndoAsync(entry.PlanId, checks, options?.EvenChanged == true, cancellationToken).ConfigureAwait(false), checks);
    }

    /// <summary>
    /// Looks at a plan as <see cref="ApplyAsync(string, CancellationToken)"/> does, and applies nothing: what the plan says is derived from
    /// its calls anew, at the present state of the server. What comes back is what somebody who decides about it may be shown.
    /// </summary>
    /// <param name="planId">The name of the plan.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">It could not be applied, whoever approved it.</exception>
    public async Task<Plan> ExamineAsync(string planId, CancellationToken cancellationToken = default)
    {
        CheckReadOnly();
        PlanChecks checks = new(ReadPolicy());
        Plan plan = LoadOpen(planId, checks.Policy);
        CheckServer(plan);
        return await DeriveAsync(plan, checks, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Applies a plan: derives and checks everything anew, asks for the approval that the policy wants, writes each call to the ledger, makes it, and waits
    /// for its task. It stops at the first call that fails. A plan can be applied once.
    /// </summary>
    /// <param name="planId">The name of the plan.</param>
    /// <param name="cancellationToken">Stops the waiting; a call that is under way goes on at the server.</param>
    /// <exception cref="GuardRefusedException">Anything is different from what was planned, forbidden, expired or not approved.</exception>
    public Task<ApplyResult> ApplyAsync(string planId, CancellationToken cancellationToken = default) => ApplyAsync(planId, null, cancellationToken);

    /// <summary>Applies a plan as <see cref="ApplyAsync(string, CancellationToken)"/> does, and tells how far it is.</summary>
    /// <param name="planId">The name of the plan.</param>
    /// <param name="progress">
    /// Is told of each call, of the task that it starts, and of what the task's log tells, on the thread that waits; null for nobody.
    /// </param>
    /// <param name="cancellationToken">
    /// Stops the waiting; a call that is under way goes on at the server. The ledger then names its task, and so does <see cref="FindLeftTask"/>.
    /// </param>
    /// <exception cref="GuardRefusedException">Anything is different from what was planned, forbidden, expired or not approved.</exception>
    public async Task<ApplyResult> ApplyAsync(string planId, IProgress<ApplyProgress>? progress, CancellationToken cancellationToken = default)
    {
        CheckReadOnly();
        if (_options.IsDryRun)
        {
            throw new InvalidOperationException("This guard only shows plans: its options say IsDryRun.");
        }

        PlanChecks checks = new(ReadPolicy());
        Plan plan = LoadOpen(planId, checks.Policy);
        CheckContext(plan);
        Freeze.Check();
        await _ends.SettleAsync(null, cancellationToken).ConfigureAwait(false);
        await _gone.SettleAsync(checks, cancellationToken).ConfigureAwait(false);
        plan = await DeriveAsync(plan, checks, cancellationToken).ConfigureAwait(false);

        // The limits are of the moment: who approves a plan ahead, or looks at it, does not meet them.
        checks.Limit(Ledger.List(), Time.GetUtcNow(), plan.Calls.Count);
        ApprovalKind given = await AskAsync(plan, checks, cancellationToken).ConfigureAwait(false);

        // People take their time: all is looked at again after they agreed, and from here on the plan is used up.
        checks = new PlanChecks(ReadPolicy());
        CheckTime(plan, checks.Policy);
        CheckApproval(plan, checks, given);
        Plans.Use(plan);
        try
        {
            plan = await DeriveAsync(plan, checks, cancellationToken).ConfigureAwait(false);
            checks.Limit(Ledger.List(), Time.GetUtcNow(), plan.Calls.Count);
            return await _applier.ApplyAsync(plan, checks, CheckApproval(plan, checks, given), progress, cancellationToken).ConfigureAwait(false);
        }
        catch (GuardRefusedException refusal) when (refusal.Reason == "ledger" && IsUnrecorded(plan.Id))
        {
            throw Plans.NotApplied(plan, refusal);
        }
        catch (Exception e) when (IsOfTheMoment(e) && IsUnrecorded(plan.Id))
        {
            Plans.Release(plan);
            throw;
        }
    }

    /// <summary>The task that an applied plan has left running, or whose end nobody has seen, by the ledger; null if there is none.</summary>
    /// <param name="planId">The name of the plan.</param>
    /// <exception cref="GuardRefusedException">The ledger cannot be read.</exception>
    public string? FindLeftTask(string planId) => AppliedCalls.LeftTask(Ledger.List(), planId);

    /// <summary>
    /// Lets a conversation with a backup server through in the present flow of execution, until the result is disposed. Such a conversation is no sequence of
    /// calls that could be planned: the policy decides at once, its limits and the freeze hold, and the ledger gets the intent now and the outcome at the end.
    /// </summary>
    /// <param name="path"><c>/backup</c> to make a backup, <c>/reader</c> to read some.</param>
    /// <param name="keys">
    /// The group that it is about: <c>store</c>, <c>ns</c> if there is one, <c>backup-type</c>, <c>backup-id</c>; and
    /// <c>notes</c> if the backup gets some: they may be set on the snapshot that the conversation makes; <c>backup-time</c> (seconds since 1970) if it is not of
    /// now: one that is to come is refused.
    /// </param>
    /// <exception cref="ArgumentException">The path is another one.</exception>
    /// <exception cref="GuardRefusedException">
    /// The policy does not allow it or wants an approval, changes are frozen, or the ledger cannot be written.
    /// </exception>
    public GuardedSession OpenSession(string path, ApiParameters keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        CheckReadOnly();
        PlanChecks checks = new(ReadPolicy());
        Freeze.Check();
        _gone.SettleConversations(checks);
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

    // A context that only reads has no policy to compare a plan with: without this, plans that are as they were made would look forged.
    private void CheckReadOnly()
    {
        if (_options.IsReadOnly)
        {
            throw new GuardRefusedException("read-only", $"The context '{_options.Context}' is read-only here: nothing is planned or changed.");
        }
    }

    // What has ended since somebody stopped waiting is known from now on.
    private async Task SettleAsync(string planId, CancellationToken cancellationToken)
    {
        if (_options.IsDryRun)
        {
            return;
        }

        await _ends.SettleAsync(planId, cancellationToken).ConfigureAwait(false);
        if (Plans.Has(planId))
        {
            await _ends.NoteMadeAsync(Plans.Load(planId), cancellationToken).ConfigureAwait(false);
        }
    }

    // One look at the server: what is read twice in it is the same.
    private PlanBuilder Builder(PlanChecks checks) => new(Client, new TargetReader(Client, _door), checks);

    private Plan Keep(PlanDraft draft, PlanChecks checks)
    {
        DateTimeOffset now = Time.GetUtcNow();
        Plan plan = Plan.Create(Client.Schema.Product, _context, now, LifetimeOf(checks.Policy), RenamedGuests.Tell(draft, Ledger.List(), Plans, now));
        // What could not be put on record could not be applied either.
        Ledger.ListSound();
        if (!_options.IsDryRun)
        {
            Plans.Save(plan);
        }

        return plan;
    }

    /// <summary>Derives anew all that the plan says, and refuses if it says anything else. What comes back is what people may be shown.</summary>
    private async Task<Plan> DeriveAsync(Plan plan, PlanChecks checks, CancellationToken cancellationToken)
    {
        PlanBuilder builder = Builder(checks);
        PlanDraft now;
        try
        {
            now = plan.Draft.Undoes is { } done
                ? (await DraftUndoAsync(done, checks, plan.Draft.Overwrites.Count > 0, cancellationToken).ConfigureAwait(false)).Undo
                : plan.Draft.Purges.Count > 0 ? await DraftPurgeAsync(plan, checks, cancellationToken).ConfigureAwait(false)
                : await builder.BuildAsync(
                    await builder.ResolveAsync(plan.Calls.Select(static call => call.ToRequest()), null, cancellationToken).ConfigureAwait(false),
                    PlanRelease.None,
                    cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentException e)
        {
            throw new GuardRefusedException("tampered", $"Plan {plan.Id[..12]} is not as plans are made: {e.Message}", e);
        }

        PlanComparison.Check(plan, now);
        return plan.With(RenamedGuests.Tell(now, Ledger.List(), Plans, Time.GetUtcNow()));
    }

    /// <summary>Asks for the approval that the policy wants, unless there is one.</summary>
    /// <returns>What somebody gave who was asked; none if nobody had to be.</returns>
    private async Task<ApprovalKind> AskAsync(Plan plan, PlanChecks checks, CancellationToken cancellationToken)
    {
        ApprovalKind needed = checks.Approval(plan);
        if (FindApproval(plan, checks, ApprovalKind.None) is not null)
        {
            return ApprovalKind.None;
        }

        IPlanApprover approver = _options.Approvers.Where(candidate => candidate.Kind >= needed).MinBy(static candidate => candidate.Kind)
            ?? throw new GuardRefusedException("approval", Wanting(plan, needed, checks.Policy));
        if (await approver.ApproveAsync(plan, cancellationToken).ConfigureAwait(false))
        {
            return approver.Kind;
        }

        // Whoever asks until somebody agrees by mistake has to make a new plan for each question.
        Plans.Decline(plan);
        throw new GuardRefusedException("declined", $"Plan {plan.Id[..12]} was declined by the person who was asked: nothing was sent, and the plan is closed. "
            + "Make no other one for the same unless that person wants it.");
    }

    /// <summary>By whom a plan is approved as the policy wants it; null if it is not.</summary>
    private string? FindApproval(Plan plan, PlanChecks checks, ApprovalKind given)
    {
        ApprovalKind needed = checks.Approval(plan);
        if (needed == ApprovalKind.None || given >= needed)
        {
            return given == ApprovalKind.None ? "none needed" : PolicyWriter.Word(given);
        }

        (ApprovalKind kind, string by) = Approvals.Strongest(plan, checks.Policy);
        return kind >= needed ? by : null;
    }

    // A policy that was raised while somebody was asked wants more than they could give.
    private string CheckApproval(Plan plan, PlanChecks checks, ApprovalKind given) => FindApproval(plan, checks, given)
        ?? throw new GuardRefusedException("approval", $"The policy was changed meanwhile. {Wanting(plan, checks.Approval(plan), checks.Policy)}");

    private string Wanting(Plan plan, ApprovalKind needed, GuardPolicy policy)
    {
        string id = plan.Id[..12];
        if (_options.Approvers.Any(approver => approver.Kind >= needed))
        {
            return $"Plan {id} needs an approval ({PolicyWriter.Word(needed)}); apply it again to be asked for that.";
        }

        string how = needed == ApprovalKind.SecondPrincipal
            ? $"write it to a file (prox plan show {id} --output-file plan.json) and let them read it; the holder of a key that the policy names runs: prox approve --plan-file "
                + $"plan.json --key KEY --output-file approval.json. Then: prox plan apply {id} --approval approval.json"
            : $"a person runs at a terminal: prox approve {id}";
        return $"Plan {id} needs an approval ({PolicyWriter.Word(needed)}), and nobody can be asked here; {how}.{Approvals.Uncounted(plan, policy)}";
    }

    private Plan LoadOpen(string planId, GuardPolicy policy)
    {
        Plan plan = Plans.Load(planId);
        IReadOnlyList<LedgerEntry> entries = Ledger.ListSound();
        if (Plans.IsUsed(plan, entries))
        {
            throw Plans.Used(plan.Id, entries);
        }

        CheckTime(plan, policy);
        return plan;
    }

    // A plan is applied with the credentials that it was made with, and that the ledger names. Contexts that share a policy keep their plans together.
    private void CheckContext(Plan plan)
    {
        CheckServer(plan);
        if (plan.Context != _context)
        {
            throw new GuardRefusedException(
                "context", $"Plan {plan.Id[..12]} was made in the context {plan.ContextName}, and not in {_options.Context}: nothing was applied.");
        }
    }

    // To look at a plan, to agree to it or to take it back is for each context of the server.
    private void CheckServer(Plan plan)
    {
        if (plan.Server != Client.Options.Endpoints[0].Authority || plan.Product != Client.Schema.Product)
        {
            throw new GuardRefusedException("context", $"Plan {plan.Id[..12]} was made for {plan.Context}, and this is {_context}.");
        }
    }

    private TimeSpan LifetimeOf(GuardPolicy policy) => policy.PlanMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : _options.PlanLifetime;

    /// <summary>Refuses a plan whose time is over. How long it is good for says the policy; the plan may say less, and never more.</summary>
    private void CheckTime(Plan plan, GuardPolicy policy)
    {
        DateTimeOffset now = Time.GetUtcNow();
        if (plan.Created > now + s_skew)
        {
            throw new GuardRefusedException("tampered", $"Plan {plan.Id[..12]} says that it was made at {plan.Created:u}, which is yet to come.");
        }

        if (now >= plan.Expires || now >= plan.Created + LifetimeOf(policy))
        {
            DateTimeOffset end = plan.Created + LifetimeOf(policy) < plan.Expires ? plan.Created + LifetimeOf(policy) : plan.Expires;
            throw new GuardRefusedException("expired", $"Plan {plan.Id[..12]} expired at {end:u}; make a new one.");
        }

        if (plan.Expires - plan.Created > LifetimeOf(policy))
        {
            throw new GuardRefusedException(
                "tampered", $"Plan {plan.Id[..12]} gives itself more time than the policy gives plans: it was changed, or the policy was. Make a new one.");
        }
    }
}
