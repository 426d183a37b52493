using ProxSharp.Api;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>Texts that travel percent-encoded within their parameter, as public SSH keys do. They are typed as they are and encoded when they are sent.</summary>
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

    /// <summary>Returns such a text as it is read. What a server has sent is encoded, and may be sent again so; what holds a blank is not.</summary>
    public static string Readable(string text) => text.Contains(' ', StringComparison.Ordinal) ? text : Uri.UnescapeDataString(text);
}
