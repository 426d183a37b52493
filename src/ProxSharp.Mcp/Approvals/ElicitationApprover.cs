using System.Collections.Concurrent;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using ProxSharp.Operations;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Mcp;

/// <summary>
/// Asks the person at the client. The question ends the call, and the answer comes with the same call again, in the form of the protocol that the client
/// speaks; what was asked is kept here, so that an answer to one plan is none to another.
/// </summary>
internal sealed class ElicitationApprover : IPlanApprover
{
    private const string Question = "approve";

    private readonly AsyncLocal<RequestContext<CallToolRequestParams>?> _context = new();
    private readonly ConcurrentDictionary<string, string> _asked = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ApprovalKind Kind => ApprovalKind.Elicitation;

    /// <summary>Sets the call within which questions are asked.</summary>
    public IDisposable For(RequestContext<CallToolRequestParams> context)
    {
        _context.Value = context;
        return new Ending(this);
    }

    /// <inheritdoc/>
    public Task<bool> ApproveAsync(Plan plan, CancellationToken cancellationToken)
    {
        RequestContext<CallToolRequestParams> context = _context.Value ?? throw new InvalidOperationException("There is no call to ask in.");
        if (context.Params?.InputResponses is { } responses && responses.TryGetValue(Question, out InputResponse? response))
        {
            bool wasAsked = context.Params.RequestState is { } state && _asked.TryRemove(state, out string? asked) && asked == plan.Id;
            return Task.FromResult(wasAsked && response.Deserialize(InputResponse.ElicitResultJsonTypeInfo)?.IsAccepted == true);
        }

        if (!context.Server.IsMrtrSupported)
        {
            return Task.FromResult(false);
        }

        string question = Guid.NewGuid().ToString("N");
        _asked[question] = plan.Id;
        throw new InputRequiredException(
            new Dictionary<string, InputRequest>
            {
                [Question] = InputRequest.ForElicitation(new ElicitRequestParams
                {
                    Message = $"Apply this to {plan.Context}?\n{string.Join('\n', plan.Consequences)}",
                    RequestedSchema = new ElicitRequestParams.RequestSchema(),
                }),
            },
            question);
    }

    private sealed class Ending(ElicitationApprover approver) : IDisposable
    {
        public void Dispose() => approver._context.Value = null;
    }
}
