using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.PropertyStrings;
using ProxSharp.Schema;
using ProxSharp.Validation;

namespace ProxSharp.Cli.Schema;

/// <summary>A value that somebody has written, and what of it the server would refuse.</summary>
/// <param name="Text">The value as it was typed.</param>
/// <param name="Complaints">What does not fit, a sentence each; empty if all of it fits.</param>
internal sealed record ExplainedValue(string Text, IReadOnlyList<string> Complaints)
{
    private static readonly HashSet<string> s_switches = new(["true", "false", "yes", "no", "on", "off"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Holds a value against what a parameter takes.</summary>
    /// <param name="schema">The schema that the parameter belongs to.</param>
    /// <param name="name">The parameter as it was typed, such as <c>net0</c>.</param>
    /// <param name="node">What it takes.</param>
    /// <param name="text">The value.</param>
    public static ExplainedValue Of(ApiSchema schema, string name, ApiNode node, string text)
    {
        ApiNode scalar = node is { Type: ApiValueType.Array, Items: { } items } ? items : node;
        if (scalar.Type == ApiValueType.Boolean && s_switches.Contains(text))
        {
            // Commands send 1 or 0 for these.
            return new ExplainedValue(text, []);
        }

        if (new ParameterChecker(schema).CheckValue(scalar, name, text) is not { } complaint)
        {
            return new ExplainedValue(text, []);
        }

        // The keys are complained about one by one, a line each; all else is one sentence.
        string[] lines = [.. complaint.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        IReadOnlyDictionary<string, ApiNode>? keys = NodeText.PropertyStringKeys(scalar, schema);
        string[] ofKeys = keys is null ? [] : [.. lines.Select(line => OfKey(line, name, keys, schema, text)).OfType<string>()];
        return new ExplainedValue(text, ofKeys.Length > 0 ? ofKeys : [Misfit(name, text, scalar, schema, string.Join(' ', lines))]);
    }

    /// <summary>Writes it as a member of a parameter.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("value");
        json.WriteString("text", Text);
        json.WriteBoolean("fits", Complaints.Count == 0);
        json.WriteList("complaints", Complaints);
        json.WriteEndObject();
    }

    private static string? OfKey(string line, string name, IReadOnlyDictionary<string, ApiNode> keys, ApiSchema schema, string text)
    {
        string front = $"{name}.";
        int colon = line.IndexOf(": ", StringComparison.Ordinal);
        if (colon < 0 || !line.StartsWith(front, StringComparison.Ordinal))
        {
            return null;
        }

        string key = line[front.Length..colon];
        if (!keys.TryGetValue(key, out ApiNode? node))
        {
            return UsageErrors.Nearest(key, keys.Keys) is { } near ? $"{name} has no key '{key}': did you mean '{near}'?" : $"{name} has no key '{key}'";
        }

        return ValueOf(text, key, node) is { } value ? Misfit(key, value, node, schema, line[(colon + 2)..]) : $"{key}: {line[(colon + 2)..]}";
    }

    private static string? ValueOf(string text, string key, ApiNode node)
    {
        PropertyStringEntry entry = PropertyStringEntries.Parse(text).Items.FirstOrDefault(part => part.Key == key || (part.Key is null && node.IsDefaultKey));
        return entry.Value;
    }

    private static string Misfit(string name, string value, ApiNode node, ApiSchema schema, string complaint)
    {
        string facts = node.PropertyStringFormat is null ? NodeText.Facts(node, schema) : "";
        return $"{name}: '{value}' does not fit {NodeText.Type(node)}{(facts.Length > 0 ? $"; {facts}" : "")} ({complaint})";
    }
}
