using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;
using ProxSharp.Operations.Text;
using ProxSharp.Pve;

namespace ProxSharp.Mcp.Sites;

/// <summary>A context that is served: its guard is opened when it is first needed.</summary>
internal sealed class AgentSite : IAsyncDisposable
{
    // Rights change seldom, and an overview is asked for often.
    private static readonly TimeSpan s_rightsAreGood = TimeSpan.FromMinutes(15);

    private const int LongestReason = 300;

    private readonly AgentContext _context;
    private readonly IReadOnlyList<IPlanApprover> _approvers;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private OperationGuard? _guard;
    private Rights? _rights;
    private long _changed;

    public AgentSite(AgentContext context, IReadOnlyList<IPlanApprover> approvers)
    {
        (_context, _approvers) = (context, approvers);
        Plans = new PlanStore(Path.Combine(context.Guard.StateFolder, "plans"));
        Ledger = new Ledger(context.Guard.StateFolder);
    }

    public string Name => _context.Guard.Context;

    /// <summary>True if other contexts are served, too: answers about one have to say which.</summary>
    public bool HasOthers { get; init; }

    /// <summary>Where something was done, for a sentence: <c> in lab</c>; empty if there is no other context.</summary>
    public string InWords => HasOthers ? $" in {Name}" : "";

    public ProxmoxProduct Product => _context.Product;

    public bool IsBackup => Product == ProxmoxProduct.BackupServer;

    /// <summary>The plans of the context; they can be looked at without a connection.</summary>
    public PlanStore Plans { get; }

    /// <summary>The ledger of the context.</summary>
    public Ledger Ledger { get; }

    /// <summary>The policy in force.</summary>
    /// <exception cref="GuardRefusedException">It cannot be read or understood.</exception>
    public GuardPolicy Policy => _context.Guard.ReadPolicy();

    /// <summary>Says that changes are frozen; null if they are not.</summary>
    public string? Frozen => (Volatile.Read(ref _guard)?.Freeze ?? FreezeSwitch.Of(_context.Guard, null)).State is { } state
        ? UntrustedText.Clean(state.Describe(), LongestReason)
        : null;

    /// <summary>The file with the policy.</summary>
    public string PolicyPath => _context.Guard.PolicyPath;

    /// <summary>True if a program makes calls of a plan at this moment.</summary>
    public bool IsUnderWay(string plan) => new CallMarks(_context.Guard.StateFolder).IsHeld(plan);

    /// <summary>Completes the command lines of a message, so that they are about this server.</summary>
    public string WithCommands(string message) => _context.Commands?.Invoke(message) ?? message;

    public async ValueTask<OperationGuard> OpenAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _guard) is { } open)
        {
            return open;
        }

        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_guard is null)
            {
                ProxmoxClientOptions client = await _context.Connect(cancellationToken).ConfigureAwait(false);
                GuardOptions options = _context.Guard with { Approvers = [.. _context.Guard.Approvers, .. _approvers] };
                Volatile.Write(ref _guard, OperationGuard.Create(Product, client, options));
            }

            return _guard;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>
    /// Compares what the API token may do with the policy in force. The server is asked once in some minutes; the policy is read each time.
    /// </summary>
    /// <exception cref="GuardRefusedException">The policy cannot be read or understood.</exception>
    public async Task<TokenReview> ReviewTokenAsync(CancellationToken cancellationToken)
    {
        GuardPolicy policy = Policy;
        TimeProvider time = (await OpenAsync(cancellationToken).ConfigureAwait(false)).Client.Options.TimeProvider;
        if (Volatile.Read(ref _rights) is not { } rights || time.GetElapsedTime(rights.Read) > s_rightsAreGood)
        {
            rights = new Rights(await GetAsync("/access/permissions", null, cancellationToken).ConfigureAwait(false), time.GetTimestamp());
            Volatile.Write(ref _rights, rights);
        }

        return TokenReview.Of(rights.Held, policy);
    }

    private sealed record Rights(JsonElement Held, long Read);

    /// <summary>Reads from the server.</summary>
    public async Task<JsonElement> GetAsync(string path, ApiParameters? parameters, CancellationToken cancellationToken) =>
        (await ReadAsync(path, parameters, cancellationToken).ConfigureAwait(false)).Data;

    /// <summary>Reads a list from the server; null is none.</summary>
    public async Task<IReadOnlyList<JsonElement>> ListAsync(string path, ApiParameters? parameters, CancellationToken cancellationToken)
    {
        JsonElement data = await GetAsync(path, parameters, cancellationToken).ConfigureAwait(false);
        return data.ValueKind == JsonValueKind.Array ? [.. data.EnumerateArray()] : [];
    }

    /// <summary>Reads what a cluster consists of. Shortly after a change guests are shown as their nodes know them.</summary>
    /// <param name="type"><c>vm</c>, <c>node</c> or <c>storage</c>; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<IReadOnlyList<JsonElement>> ResourcesAsync(string? type, CancellationToken cancellationToken)
    {
        IReadOnlyList<JsonElement> rows = await ListAsync(
            "/cluster/resources", type is null ? null : new ApiParameters { { "type", type } }, cancellationToken).ConfigureAwait(false);
        return type is null or "vm" && Volatile.Read(ref _changed) is not 0 and long changed && _guard is { Client: PveClient pve }
            && pve.Options.TimeProvider.GetElapsedTime(changed) < LiveGuestRows.Lag
            ? await LiveGuestRows.RenewAsync(pve, rows, cancellationToken).ConfigureAwait(false)
            : rows;
    }

    /// <summary>Applies a plan.</summary>
    /// <param name="id">The name of the plan.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public async Task<ApplyResult> ApplyAsync(string id, IProgress<ApplyProgress> progress, CancellationToken cancellationToken)
    {
        OperationGuard guard = await OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await guard.ApplyAsync(id, progress, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            NoteChange(guard);
        }
    }

    /// <summary>Takes note that guests may be different from now on.</summary>
    /// <param name="guard">The guard of this context.</param>
    public void NoteChange(OperationGuard guard) => Volatile.Write(ref _changed, guard.Client.Options.TimeProvider.GetTimestamp());

    /// <summary>Reads from the server, with what stands beside the result.</summary>
    public async Task<ApiResponse<JsonElement>> ReadAsync(string path, ApiParameters? parameters, CancellationToken cancellationToken)
    {
        OperationGuard guard = await OpenAsync(cancellationToken).ConfigureAwait(false);
        return await guard.Client.Raw.GetAsync(path, parameters, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _gate.Dispose();
        if (_guard is { } guard)
        {
            await guard.DisposeAsync().ConfigureAwait(false);
        }
    }
}
