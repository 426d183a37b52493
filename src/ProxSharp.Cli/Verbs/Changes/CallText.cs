using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>Shows calls without sending them; secrets are not shown.</summary>
internal static class CallText
{
    /// <summary>Stands in the place of a secret that is not shown, or was not fetched.</summary>
    public const string Hidden = "***";

    /// <summary>Returns a call on one line: the verb, the path, and the parameters.</summary>
    public static string Line(PlannedCall call)
    {
        IEnumerable<string> parameters = call.Parameters.Select(parameter => $"{parameter.Name}={Quoted(Value(call, parameter))}");
        string file = call.Upload is { } upload ? $" filename=@{Quoted(upload.Path)}" : "";
        return TextCells.Visible($"{call.Method.ToVerb()} {call.Path}{string.Concat(parameters.Select(static parameter => $" {parameter}"))}{file}");
    }

    /// <summary>Writes a call for programs.</summary>
    public static void Write(Utf8JsonWriter json, PlannedCall call)
    {
        json.WriteStartObject();
        json.WriteString("method", call.Method.ToVerb());
        json.WriteString("path", call.Path);
        json.WriteStartObject("parameters");
        foreach (string name in call.Parameters.Select(static parameter => parameter.Name).Distinct())
        {
            ApiParameter[] given = [.. call.Parameters.Where(parameter => parameter.Name == name)];
            if (given[0].IsListItem)
            {
                json.WriteStartArray(name);
                foreach (ApiParameter item in given)
                {
                    json.WriteStringValue(Value(call, item));
                }

                json.WriteEndArray();
            }
            else
            {
                json.WriteString(name, Value(call, given[0]));
            }
        }

        json.WriteEndObject();
        if (call.Target.Length > 0)
        {
            json.WriteString("target", call.Target);
        }

        json.WriteEndObject();
    }

    /// <summary>Returns what may be shown of a value.</summary>
    public static string Value(PlannedCall call, ApiParameter parameter) => EndpointParameter.IsSecretOf(call.Template, parameter.Name) ? Hidden : parameter.Text;

    /// <summary>Tells whether the mask stands in the place of a secret.</summary>
    public static bool IsMasked(string path, ApiParameter parameter) => parameter.Text == Hidden && EndpointParameter.IsSecretOf(path, parameter.Name);

    // Line breaks stand in the form that shells read as such: the whole line is one.
    private static string Quoted(string value) => value.AsSpan().ContainsAny('\n', '\r', '\t')
        ? $"$'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\r", "\\r", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)}'"
        : value.Length > 0 && !value.Any(static c => c is ' ' or '\'' or '"' or ';' or '!' or '\n' or '$' or '&' or '*' or '?')
        ? value
        : $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
