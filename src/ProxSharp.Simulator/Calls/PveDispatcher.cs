using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Calls;

/// <summary>The stages behind routing: token rule, permissions, node, parameters, handler.</summary>
internal sealed class PveDispatcher(PveState state, HandlerTable handlers, IFallbackHandler fallback, ParameterStage parameters, FaultInjector faults, GuestFaults faulty)
{
    private readonly PermissionGate _gate = new(state.Directory, state.Permissions, ApiFault.Forbidden);

    public PermissionGate Gate => _gate;

    /// <summary>Executes a call.</summary>
    /// <exception cref="ApiFault">The server refuses it.</exception>
    public ApiReply Dispatch(ApiCall call)
    {
        lock (state.Gate)
        {
            state.Settle();
            if (call.Caller.TokenName is not null && !call.Endpoint.AllowsToken)
            {
                throw ApiFault.Forbidden($"URI '{call.Path}' not available with API token, need proper ticket.\n");
            }

            _gate.Enforce(call);
            PvePipeline.DemandNode(state, faults, call);
            IReadOnlyDictionary<string, string> errors = parameters.Check(call);
            if (errors.Count > 0)
            {
                throw ApiFault.Parameters(errors);
            }

            faulty.Demand(call);
            return handlers.Find(call.Endpoint) is { } handler ? handler(call) : fallback.Handle(call);
        }
    }

    /// <summary>The check that is made before an upload is read.</summary>
    public void DemandUpload(Principal caller, string storage)
    {
        string path = $"/storage/{storage}";
        if (!state.Permissions.Has(caller, path, "Datastore.AllocateTemplate"))
        {
            throw new ApiFault(403, $"Permission check failed ({path}, Datastore.AllocateTemplate)") { IsEmpty = true, Delay = TimeSpan.FromSeconds(3) };
        }
    }
}
