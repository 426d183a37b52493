using System.Text;
using ProxSharp.Api;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>What the product does other than people expect when they leave a parameter out, told with the call. Pure.</summary>
internal static class CallNotes
{
    /// <summary>Returns what is to be said about a call; null for nothing.</summary>
    public static string? Of(PlannedCall call) => call.Method != ApiMethod.Post ? null
        : IsRules(call.Template) && call.Parameters.Find("enable") is null ? "The new rule is off, as the server makes rules without --enable 1."

        // Proxmox: what the path of a call cannot name, the API makes and never finds again.
        : call.Template == "/access/users" && call.Parameters.Find("userid") is { } name && !Ascii.IsValid(name)
            ? $"'{name}' has letters beyond ASCII: the API makes it and cannot change or remove it later, which pveum on a node of the cluster does."
        : null;

    private static bool IsRules(string template) =>
        template.EndsWith("/firewall/rules", StringComparison.Ordinal) || template == "/cluster/firewall/groups/{group}";
}
