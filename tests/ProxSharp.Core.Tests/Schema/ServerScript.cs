using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Core.Tests.Schema;

/// <summary>Writes a schema the way a server publishes its own: numbers as texts, flags as 1 and 0, formats in place, code behind the array.</summary>
internal static class ServerScript
{
    private const string Viewer = "\n;\n\nlet method2cmd = { GET: 'get' };\nExt.onReady(function() { return [1, 2]; });\n";

    public static byte[] Write(ApiSchema schema)
    {
        JsonArray roots = [];
        Dictionary<string, JsonObject> nodes = [];
        foreach (ApiEndpoint endpoint in schema.Endpoints)
        {
            JsonObject info = NodeFor(endpoint.Path, roots, nodes)["info"]!.AsObject();
            info[endpoint.Method.ToVerb()] = Endpoint(schema, endpoint);
        }

        return Encoding.UTF8.GetBytes("const apiSchema = " + roots.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + Viewer);
    }

    private static JsonObject NodeFor(string path, JsonArray roots, Dictionary<string, JsonObject> nodes)
    {
        if (nodes.TryGetValue(path, out JsonObject? node))
        {
            return node;
        }

        node = new JsonObject { ["path"] = path, ["text"] = path[(path.LastIndexOf('/') + 1)..], ["leaf"] = 0, ["info"] = new JsonObject(), ["children"] = new JsonArray() };
        nodes[path] = node;
        int slash = path.LastIndexOf('/');
        JsonArray siblings = slash <= 0 ? roots : NodeFor(path[..slash], roots, nodes)["children"]!.AsArray();
        siblings.Add((JsonNode)node);
        return node;
    }

    private static JsonObject Endpoint(ApiSchema schema, ApiEndpoint endpoint)
    {
        JsonObject parameters = new() { ["properties"] = Properties(schema, endpoint.Parameters) };
        if (endpoint.Variants is { } variants)
        {
            parameters = new JsonObject
            {
                ["allOf"] = new JsonArray(
                    new JsonObject { ["properties"] = Properties(schema, endpoint.Parameters) },
                    new JsonObject { ["type-property"] = variants.By, ["oneOf"] = new JsonArray([.. variants.Parameters.Select(set => Variant(schema, set.Key, set.Value))]) }),
            };
        }

        parameters["additionalProperties"] = endpoint.AllowsExtraParameters ? 1 : 0;
        return new JsonObject
        {
            ["name"] = endpoint.Name,
            ["method"] = endpoint.Transport == ApiTransportKind.Envelope ? endpoint.Method.ToVerb() : endpoint.Transport.ToString().ToUpperInvariant(),
            ["description"] = "Does something.",
            ["protected"] = endpoint.IsProtected ? 1 : null,
            ["proxyto"] = endpoint.ProxyTo,
            ["allowtoken"] = endpoint.AllowsToken ? 1 : 0,
            ["parameters"] = parameters,
            ["returns"] = Node(schema, endpoint.Returns),
        };
    }

    private static JsonNode Variant(ApiSchema schema, string value, IReadOnlyDictionary<string, ApiNode> members) =>
        new JsonObject { ["instance-types"] = new JsonArray(value), ["properties"] = Properties(schema, members) };

    private static JsonObject Properties(ApiSchema schema, IReadOnlyDictionary<string, ApiNode> members)
    {
        JsonObject properties = [];
        foreach ((string name, ApiNode node) in members)
        {
            properties[name] = Node(schema, node);
        }

        return properties;
    }

    private static JsonObject Node(ApiSchema schema, ApiNode node)
    {
        JsonObject json = new()
        {
            ["type"] = node.Type == ApiValueType.Any ? null : node.Type.ToString().ToLowerInvariant(),
            ["optional"] = node.IsOptional ? 1 : null,
            ["format"] = node.PropertyStringFormat is { } key && schema.Formats.TryGetValue(key, out ApiNode? format) ? Format(schema, format) : node.Format,
            ["minimum"] = Number(node.Minimum),
            ["maximum"] = node.Maximum,
            ["minLength"] = Number(node.MinimumLength),
            ["maxLength"] = node.MaximumLength,
            ["pattern"] = node.Pattern is null ? null : schema.Product == ProxmoxProduct.BackupServer ? $"/{node.Pattern}/" : $"(?^:{node.Pattern})",
            ["enum"] = node.Enumeration is null ? null : new JsonArray([.. node.Enumeration.Select(static value => (JsonNode)value)]),
            ["default"] = node.Default,
            ["default_key"] = node.IsDefaultKey ? "1" : null,
            ["alias"] = node.Alias,
            ["keyAlias"] = node.KeyAlias,
            ["requires"] = node.Requires,
            ["items"] = node.Items is null ? null : Node(schema, node.Items),
            ["type-property"] = node.AlternativesBy ?? node.When?.Keys.Single(),
            ["instance-types"] = node.When is null ? null : new JsonArray([.. node.When.Values.Single().Select(static value => (JsonNode)value)]),
            ["oneOf"] = node.Alternatives.Count == 0 ? null : new JsonArray([.. node.Alternatives.Select(a => Alternative(schema, a))]),
            ["description"] = "A value.",
        };
        if (node.Properties.Count > 0)
        {
            json["properties"] = Properties(schema, node.Properties);
        }

        return json;
    }

    private static JsonNode Alternative(ApiSchema schema, ApiAlternative alternative)
    {
        JsonObject json = Node(schema, alternative.Node);
        json["instance-types"] = new JsonArray([.. alternative.Values.Select(static value => (JsonNode)value)]);
        return json;
    }

    private static JsonObject Format(ApiSchema schema, ApiNode format)
    {
        if (format.Type == ApiValueType.Array)
        {
            return Node(schema, format);
        }

        JsonObject keys = Properties(schema, format.Properties);
        if (format.DefaultKeyName is { } defaultKey)
        {
            keys[defaultKey]!["default_key"] = true;
        }

        return keys;
    }

    private static JsonNode? Number(double? value) => value?.ToString(CultureInfo.InvariantCulture);
}
