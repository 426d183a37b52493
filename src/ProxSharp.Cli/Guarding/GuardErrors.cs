using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Operations;

namespace ProxSharp.Cli.Guarding;

/// <summary>Explains refusals of the guard.</summary>
internal static class GuardErrors
{
    /// <summary>Makes the error; its code is <c>refused_</c> and the reason.</summary>
    public static CliError Map(GuardRefusedException refusal)
    {
        (int exitCode, string? hint) = refusal.Reason switch
        {
            "approval" or "approval-file" => (ExitCodes.ApprovalNeeded, null),
            "declined" => (ExitCodes.ApprovalNeeded, "If that person wants it after all, make a new plan: prox plan create ..."),
            "expired" or "used" => (ExitCodes.ApprovalNeeded, "Make a new plan: prox plan create ..."),
            "drift" => (ExitCodes.Conflict, "Look at the present state, then plan again."),
            "tampered" => (ExitCodes.Refused, "Make a new one: prox plan create ..."),
            "read-only" => (ExitCodes.Refused, ChangeRules.WhyReadOnly),
            "protected" => (ExitCodes.Refused, "Leave it out. See what is protected: prox policy show, prox context show"),
            "unknown-outcome" => (ExitCodes.Conflict, "See what was sent: prox audit list. Wait for a task that still runs: prox task wait UPID"),
            "changed" => (ExitCodes.Conflict, "Look at the present state first"),
            "unknown-entry" => (ExitCodes.NotFound, "See what there is: prox audit list"),
            "unknown-plan" => (ExitCodes.NotFound, "See what there is: prox plan list"),
            "frozen" when refusal.IsCommonFreeze => (ExitCodes.Refused, "All contexts are frozen. A person lifts it at a terminal: prox unfreeze --all"),
            "frozen" => (ExitCodes.Refused, "A person lifts it at a terminal: prox unfreeze"),
            "ledger" => (ExitCodes.Refused, "See what is wrong: prox audit verify"),
            "policy" or "exec" or "limit" or "door" or "unclassified" => (ExitCodes.Refused, "See what is allowed: prox policy show"),
            _ => (ExitCodes.Refused, (string?)null),
        };
        return new CliError
        {
            Code = refusal.Reason == "unknown-entry" ? "not_found" : $"refused_{refusal.Reason.Replace('-', '_')}",
            ExitCode = exitCode,
            Message = refusal.Message.TrimEnd('.'),
            Hint = hint,
        };
    }
}
