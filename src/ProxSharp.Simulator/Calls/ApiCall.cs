using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Schema;
using ProxSharp.Simulator.Access;

namespace ProxSharp.Simulator.Calls;

/// <summary>One call of an endpoint after routing: who calls what with which values.</summary>
internal sealed class ApiCall
{
    public required ApiEndpoint Endpoint { get; init; }

    /// <summary>The concrete path below the API root, decoded.</summary>
    public required string Path { get; init; }

    public required IReadOnlyDictionary<string, string> PathValues { get; init; }

    /// <summary>All parameters: path, query and body.</summary>
    public required Dictionary<string, JsonNode> Parameters { get; init; }

    public required Principal Caller { get; init; }

    /// <summary>The uploaded file, for the upload endpoint only.</summary>
    public UploadedFile? Upload { get; init; }

    /// <summary>True if the client asked for a websocket.</summary>
    public bool IsUpgrade { get; init; }

    /// <summary>The protocol that the client wants to speak on the connection; null if it asked for none.</summary>
    public string? UpgradeTo { get; init; }

    /// <summary>The body as it came, where it holds no parameters.</summary>
    public byte[] Body { get; init; } = [];

    public bool Has(string name) => Parameters.ContainsKey(name);

    /// <summary>The text of a parameter that the schema requires.</summary>
    public string Required(string name) =>
        Text(name) ?? throw ApiFault.Parameter(name, "property is missing and it is not optional");

    /// <summary>The text of a parameter; null if it was not given. An array is joined with commas.</summary>
    public string? Text(string name) => Parameters.TryGetValue(name, out JsonNode? node) ? TextOf(node) : null;

    public long? Integer(string name) =>
        long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : null;

    public bool? Flag(string name) => Text(name) is { } text ? text is "1" or "true" or "yes" or "on" : null;

    public bool IsSet(string name) => Flag(name) == true;

    /// <summary>The items of a list parameter, whether it came as one text or as repeated keys; empty if it was not given.</summary>
    public IReadOnlyList<string> Items(string name) =>
        Text(name)?.Split([',', ';', ' ', '\0', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>The values of an array parameter; commas do not separate them.</summary>
    public IReadOnlyList<string> Values(string name) => Parameters.GetValueOrDefault(name) switch
    {
        null => [],
        JsonArray array => [.. array.Select(static item => TextOf(item!))],
        JsonNode single => [TextOf(single)],
    };

    /// <summary>Fails if the caller means another version of a configuration than the present one.</summary>
    /// <param name="present">Makes the digest of the present one; only called if the caller named a version.</param>
    /// <param name="context">What the complaint begins with.</param>
    /// <exception cref="ApiFault">The configuration was changed.</exception>
    public void DemandDigest(Func<string> present, string context = "")
    {
        if (Text("digest") is { } digest && digest != present())
        {
            throw ApiFault.Failed(context + ApiFault.ConfigurationChanged);
        }
    }

    public static string TextOf(JsonNode node) => node switch
    {
        JsonArray array => string.Join(',', array.Select(static item => item is null ? "" : TextOf(item))),
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>(),
            JsonValueKind.True => "1",
            JsonValueKind.False => "0",
            JsonValueKind.Number when value.ToJsonString() is { } text => text.EndsWith(".0", StringComparison.Ordinal) ? text[..^2] : text,
            _ => value.ToJsonString(),
        },
        _ => node.ToJsonString(),
    };
}
