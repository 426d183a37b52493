using ProxSharp.Api;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>What the product does other than people expect when they leave a parameter out, told with the call. Pure.</summary>
internal static class CallNotes
{
    /// <summary>Returns what is to be said about a call; null for nothing.</summary>
    public static string? Of(PlannedCall call) =>
        call.Method == ApiMethod.Post && IsRules(call.Template) && call.Parameters.Find("enable") is null
            ? "The new rule is off, as the server makes rules without --enable 1."
            : null;

    private static bool IsRules(string template) =>
        template.EndsWith("/firewall/rules", StringComparison.Ordinal) || template == "/cluster/firewall/groups/{group}";
}
