using ProxSharp.Cli.Errors;
using ProxSharp.Mcp.Policies;
using ProxSharp.Operations;

namespace ProxSharp.Cli.Doctor;

/// <summary>Where a policy guards the server: whether it is understood, and whether the token may do more than it allows.</summary>
internal static class PolicyChecks
{
    private const string Area = "policy";

    /// <summary>Makes the check.</summary>
    public static async Task<Finding> RunAsync(OperationGuard guard, GuardPlace place, CancellationToken cancellationToken)
    {
        try
        {
            TokenReview review = await guard.ReviewTokenAsync(place.Load(), cancellationToken).ConfigureAwait(false);
            return review.IsLeast
                ? new Finding(Area, FindingState.Ok, $"allows {string.Join(", ", review.Allowed)}; the token may do nothing beyond it")
                : new Finding(Area, FindingState.Warning, $"{review}; what is beyond it is stopped by prox alone", "prox policy check --token");
        }
        catch (GuardRefusedException broken)
        {
            return new Finding(Area, FindingState.Failure, broken.Message, "prox policy check");
        }
        catch (ProxmoxException failure)
        {
            return new Finding(Area, FindingState.Warning, $"what the token may do cannot be read: {ErrorMapper.Map(failure).Message}");
        }
    }
}
