using System.Collections.Concurrent;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using ProxSharp.Mcp.Text;
using ProxSharp.Operations;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Mcp.Approvals;

/// <summary>
/// Asks the person at the client. The question ends the call, and the answer comes with the same call again, in the form of the protocol that the client
/// speaks; what was asked is kept here, so that an answer to one plan is none to another.
/// </summary>
internal sealed class ElicitationApprover(ApprovalDesk desk, Func<string, Uri> address)
{
    private const string Question = "approve";
    private const string Accept = "accept";
    private const string Decline = "decline";
    private const int MostOpen = 256;

    private readonly AsyncLocal<RequestContext<CallToolRequestParams>?> _context = new();
    private readonly ConcurrentDictionary<string, Asked> _asked = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _unasked = new(StringComparer.Ordinal);

    /// <summary>What the guard can choose from: a question in the client, and a page past it.</summary>
    public IReadOnlyList<IPlanApprover> Approvers => [new Way(this, ApprovalKind.Elicitation), new Way(this, ApprovalKind.ElicitationUrl)];

    /// <summary>True if the last attempt to have this plan approved failed because nobody could be asked.</summary>
    public bool CouldNotAsk(string planId) => !_unasked.TryGetValue(planId, out bool wasAsked) || !wasAsked;

    /// <summary>Sets the call within which questions are asked.</summary>
    public IDisposable For(RequestContext<CallToolRequestParams> context)
    {
        _context.Value = context;
        return new Ending(this);
    }

    private async Task<bool> ApproveAsync(ApprovalKind kind, Plan plan, CancellationToken cancellationToken)
    {
        RequestContext<CallToolRequestParams> context = _context.Value ?? throw new InvalidOperationException("There is no call to ask in.");
        if (context.Params?.InputResponses is { } responses && responses.TryGetValue(Question, out InputResponse? response))
        {
            _unasked[plan.Id] = true;
            if (context.Params.RequestState is not { } state || !_asked.TryRemove(state, out Asked? asked) || asked.PlanId != plan.Id)
            {
                throw Undecided(plan, "the answer is to no question that waits");
            }

            if (!(await AnswerAsync(context, asked, ActionOf(response), cancellationToken).ConfigureAwait(false)
                ?? throw Undecided(plan, "the question was put aside")))
            {
                return false;
            }

            if (asked.Kind >= kind)
            {
                return true;
            }

            // The policy was raised meanwhile: the answer is one to a weaker question.
        }

        throw Ask(context, kind, plan);
    }

    // What is no answer agrees to nothing, and declines nothing.
    private static string? ActionOf(InputResponse? response)
    {
        try
        {
            return response?.Deserialize(InputResponse.ElicitResultJsonTypeInfo)?.Action;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static GuardRefusedException Undecided(Plan plan, string why) => new(
        "approval", $"Plan {plan.Id[..12]} is not approved: {why}. Nothing was sent. The plan stays open, and to apply it asks again.");

    // Null where nobody has decided.
    private async Task<bool?> AnswerAsync(RequestContext<CallToolRequestParams> context, Asked asked, string? action, CancellationToken cancellationToken)
    {
        bool? said = action switch { Accept => true, Decline => false, _ => null };
        if (asked.PageKey is not { } key)
        {
            return said;
        }

        // To agree to visit a page is no approval: that is given on the page.
        if (said != true)
        {
            desk.Close(key);
            return said;
        }

        bool? answer = await desk.WaitAsync(key, cancellationToken).ConfigureAwait(false);
        await context.Server.SendNotificationAsync(
            NotificationMethods.ElicitationCompleteNotification,
            new ElicitationCompleteNotificationParams { ElicitationId = key },
            cancellationToken: cancellationToken).ConfigureAwait(false);
        return answer;
    }

    private Exception Ask(RequestContext<CallToolRequestParams> context, ApprovalKind kind, Plan plan)
    {
        ElicitationCapability? can = context.Server.ClientCapabilities?.Elicitation;
        bool byForm = kind == ApprovalKind.Elicitation && can is not null && (can.Form is not null || can.Url is null);
        if (!context.Server.IsMrtrSupported || (!byForm && can?.Url is null))
        {
            _unasked[plan.Id] = false;
            string what = kind == ApprovalKind.Elicitation ? "ask a person (elicitation)" : "send a person to a page (elicitation in url mode)";
            return new GuardRefusedException("approval", $"Plan {plan.Id[..12]} needs an approval, and this program cannot {what}.");
        }

        if (_asked.Count >= MostOpen)
        {
            _asked.Clear();
        }

        string message = $"Apply this?\n{string.Join('\n', plan.Describe().Select(SafeText.WithoutSecrets))}";
        string question = Guid.NewGuid().ToString("N");
        string? key = byForm ? null : desk.Add(plan);
        _asked[question] = new Asked(plan.Id, byForm ? ApprovalKind.Elicitation : ApprovalKind.ElicitationUrl, key);
        ElicitRequestParams ask = key is null
            ? new ElicitRequestParams { Message = message, RequestedSchema = new ElicitRequestParams.RequestSchema() }
            : new ElicitRequestParams { Mode = "url", Message = message, ElicitationId = key, Url = address(key).ToString() };
        return new InputRequiredException(new Dictionary<string, InputRequest> { [Question] = InputRequest.ForElicitation(ask) }, question);
    }

    private sealed record Asked(string PlanId, ApprovalKind Kind, string? PageKey);

    private sealed class Way(ElicitationApprover all, ApprovalKind kind) : IPlanApprover
    {
        public ApprovalKind Kind => kind;

        public Task<bool> ApproveAsync(Plan plan, CancellationToken cancellationToken) => all.ApproveAsync(kind, plan, cancellationToken);
    }

    private sealed class Ending(ElicitationApprover approver) : IDisposable
    {
        public void Dispose() => approver._context.Value = null;
    }
}
