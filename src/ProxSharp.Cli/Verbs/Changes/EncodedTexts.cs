using ProxSharp.Api;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Json;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>
/// Texts that travel in another form than they are typed in: public SSH keys, for example, are percent-encoded within their parameter when they are sent.
/// </summary>
internal static class EncodedTexts
{
    private const string Format = "urlencoded";

    /// <summary>Tells whether a parameter holds such a text.</summary>
    public static bool Holds(ApiEndpoint? endpoint, string name) => endpoint is not null && endpoint.Parameters.TryGetValue(name, out ApiNode? node) && node.Format == Format;

    /// <summary>Returns a call as it is sent.</summary>
    public static PlannedCall Sent(ApiSchema schema, PlannedCall call)
    {
        ApiEndpoint? endpoint = schema.Find(call.Method, call.Template);
        if (!call.Parameters.Any(parameter => Holds(endpoint, parameter.Name)))
        {
            return call;
        }

        ApiParameters sent = [];
        foreach (ApiParameter parameter in call.Parameters)
        {
            sent.Add(Holds(endpoint, parameter.Name) ? parameter with { Text = Uri.EscapeDataString(Readable(parameter.Text)) } : parameter);
        }

        return call with { Parameters = sent };
    }

    /// <summary>Returns the call with its switches in the words of the product, which are for reading it: what servers answer is compared without.</summary>
    /// <param name="schema">The API.</param>
    /// <param name="call">The call.</param>
    public static PlannedCall Spelled(ApiSchema schema, PlannedCall call)
    {
        ApiEndpoint? endpoint = schema.Find(call.Method, call.Template);
        bool isBackup = schema.Product == ProxmoxProduct.BackupServer;
        ApiParameters spelled = [];
        foreach (ApiParameter parameter in call.Parameters)
        {
            spelled.Add(IsSwitch(endpoint, parameter) ? parameter with { Text = Switch(parameter.Text, isBackup) } : parameter);
        }

        return call with { Parameters = spelled };
    }

    private static bool IsSwitch(ApiEndpoint? endpoint, ApiParameter parameter) => !parameter.IsListItem
        && (parameter.Kind == ApiParameterKind.Boolean || (endpoint is not null
            && endpoint.Parameters.TryGetValue(parameter.Name, out ApiNode? node) && node.Type == ApiValueType.Boolean));

    // Each product has its own words for them, whatever was typed.
    private static string Switch(string text, bool isBackup) => (text.Length > 0 ? WireBoolean.Parse(text) : null) switch
    {
        true => isBackup ? "true" : "1",
        false => isBackup ? "false" : "0",
        null => text,
    };

    /// <summary>Returns such a text as it is read. What a server has sent is encoded, and may be sent again so; what holds a blank is not.</summary>
    public static string Readable(string text) => text.Contains(' ', StringComparison.Ordinal) ? text : Uri.UnescapeDataString(text);
}
