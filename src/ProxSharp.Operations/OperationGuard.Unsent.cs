using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations;

public sealed partial class OperationGuard
{
    // Nothing was sent, and nothing is wrong with the plan: it is as good as before once the freeze is over, the hour is, or the server answers.
    private static bool IsOfTheMoment(Exception e) => e is OperationCanceledException or GuardRefusedException { Reason: "frozen" or "limit" }
        || (e is ProxmoxException and not GuardRefusedException);

    // Calls are made when they are on record alone. Where the ledger cannot tell, the plan stays used.
    private bool IsUnrecorded(string planId)
    {
        try
        {
            return !AppliedCalls.Any(Ledger.ListSound(), planId);
        }
        catch (GuardRefusedException)
        {
            return false;
        }
    }
}
