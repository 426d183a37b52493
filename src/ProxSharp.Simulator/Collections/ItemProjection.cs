using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ProxSharp.PropertyStrings;
using ProxSharp.Schema;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Shapes;

namespace ProxSharp.Simulator.Collections;

/// <summary>Turns stored parameters into what a result schema describes, and back.</summary>
internal sealed class ItemProjection(ShapeValues shapes, ProxmoxProduct product)
{
    // Proxmox: secrets are taken but never given back.
    private static readonly HashSet<string> s_secrets = new(StringComparer.Ordinal)
    {
        "password", "token", "secret", "secret-key", "client-key", "key", "bindpw", "confirmation-password", "hmac-key", "eab-hmac-key",
    };

    private static readonly HashSet<string> s_notStored = new(StringComparer.Ordinal) { "delete", "digest", "force", "moveto", "pos" };

    /// <summary>The parameters of a call that describe the object.</summary>
    public JsonObject Store(ApiCall call, JsonObject? present = null)
    {
        JsonObject item = present ?? [];
        foreach ((string name, JsonNode value) in call.Parameters)
        {
            if (!s_notStored.Contains(name) && (name != "node" || !call.PathValues.ContainsKey(name)) && (present is null || !call.PathValues.ContainsKey(name)))
            {
                ApiNode? node = call.Endpoint.Parameters.GetValueOrDefault(name);
                item[name] = value is JsonArray || node?.Type == ApiValueType.Array
                    ? new JsonArray([.. call.Values(name).Select(text => (JsonNode)shapes.Typed(node?.Items, text))])
                    : shapes.Typed(node, ApiCall.TextOf(value));
            }
        }

        foreach (string name in call.Items("delete"))
        {
            item.Remove(name);
        }

        return item;
    }

    /// <summary>The object as a result of the given shape: what is stored, and what the shape requires beyond it.</summary>
    public JsonObject Project(JsonObject item, ApiNode shape, IReadOnlyDictionary<string, string> known)
    {
        JsonObject result = [];
        foreach ((string name, ApiNode node) in shape.Properties)
        {
            if (name == "digest")
            {
                result[name] = Digest(item);
            }
            else if (item.TryGetPropertyValue(name, out JsonNode? stored) && stored is not null)
            {
                // Proxmox Backup Server: the token of a metric server is declared as part of the answer, and left out of it.
                if (product != ProxmoxProduct.BackupServer || name != "token")
                {
                    result[name] = Fit(stored, node);
                }
            }
            else if (!node.IsOptional && !name.EndsWith("[n]", StringComparison.Ordinal))
            {
                result[name] = shapes.Create(node, name, known);
            }
        }

        if (shape.Properties.Count == 0 || shape.AllowsExtra)
        {
            foreach ((string name, JsonNode? stored) in item)
            {
                if (!result.ContainsKey(name) && !s_secrets.Contains(name))
                {
                    result[name] = stored?.DeepClone();
                }
            }
        }

        return result;
    }

    /// <summary>The digest of what is stored.</summary>
    public string Digest(JsonObject item)
    {
        byte[] bytes = PveFormat.Serialize(item);
#pragma warning disable CA5350 // Proxmox VE's digests are SHA-1; nothing is protected by them.
        return Convert.ToHexStringLower(product == ProxmoxProduct.BackupServer ? SHA256.HashData(bytes) : SHA1.HashData(bytes));
#pragma warning restore CA5350
    }

    private JsonNode? Fit(JsonNode stored, ApiNode node)
    {
        if (node.Alternatives.Count > 0)
        {
            return stored.DeepClone();
        }

        return (node.Type, stored) switch
        {
            (ApiValueType.Array, JsonArray) => stored.DeepClone(),
            (ApiValueType.Array, _) => new JsonArray([.. ApiCall.TextOf(stored).Split([',', ';'], StringSplitOptions.RemoveEmptyEntries).Select(text => (JsonNode)shapes.Typed(node.Items, text))]),
            (ApiValueType.Object, JsonObject) => stored.DeepClone(),
            (ApiValueType.Object, _) => Parts(ApiCall.TextOf(stored), node),
            (_, JsonArray) => JsonValue.Create(ApiCall.TextOf(stored)),
            _ => shapes.Typed(node, ApiCall.TextOf(stored)),
        };
    }

    // Proxmox: some property strings come back taken apart.
    private JsonObject Parts(string text, ApiNode node)
    {
        JsonObject parts = [];
        foreach (PropertyStringEntry entry in PropertyStringEntries.Parse(text).Items)
        {
            string key = entry.Key ?? node.DefaultKeyName ?? string.Create(CultureInfo.InvariantCulture, $"{parts.Count}");
            parts[key] = shapes.Typed(node.Properties.GetValueOrDefault(key), entry.Value);
        }

        return parts;
    }
}
