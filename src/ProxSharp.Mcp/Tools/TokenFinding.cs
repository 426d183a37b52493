using System.Text.Json.Nodes;
using ProxSharp.Mcp.Sites;
using ProxSharp.Operations;
using ProxSharp.Operations.Text;

namespace ProxSharp.Mcp.Tools;

/// <summary>Says what the API token may do beyond the policy: its owner should know that nothing but this program stops it.</summary>
internal static class TokenFinding
{
    /// <summary>Adds a line to an answer, and a member <c>token</c>; nothing if the token may do no more than the policy allows.</summary>
    public static async Task<ToolAnswer> AddAsync(AgentSite site, Reading reading, ToolAnswer answer, CancellationToken cancellationToken)
    {
        TokenReview? review;
        try
        {
            review = await reading.TryAsync("/access/permissions", () => site.ReviewTokenAsync(cancellationToken)).ConfigureAwait(false);
        }
        catch (GuardRefusedException e)
        {
            // A policy that nobody understands refuses every change; whoever looks should hear of it before the first plan.
            string message = UntrustedText.Clean(e.Message, 300);
            answer.Value["policy"] = message;
            return answer with { Text = $"{answer.Text}\npolicy: {message}" };
        }

        if (review is null || review.IsLeast)
        {
            return answer;
        }

        answer.Value["token"] = new JsonObject { ["beyond_policy"] = Names(review.Classes), ["policy_allows"] = Names(review.Allowed) };
        return answer with { Text = $"{answer.Text}\nfor the owner: {review}" };
    }

    private static JsonArray Names(IEnumerable<string> texts) => new([.. texts.Select(static text => (JsonNode)text)]);
}
