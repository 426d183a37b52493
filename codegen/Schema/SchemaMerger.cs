using System.Text.Json.Nodes;

namespace ProxSharp.CodeGen.Schema;

/// <summary>Puts the corrections of <c>schema/overrides</c> into a schema: JSON merge patches (RFC 7396) on results, parameters and formats.</summary>
internal static class SchemaMerger
{
    private static readonly string[] s_documentation = ["legend", "counts", "patternsRewritten"];
    private static readonly string[] s_patched = ["returns", "params"];

    /// <summary>Members of an override that only the generator reads.</summary>
    private static readonly string[] s_generatorOnly = ["operation", "compact", "why"];

    /// <summary>Returns the merged schema; the arguments stay unchanged.</summary>
    /// <exception cref="InvalidOperationException">An override names an endpoint or a definition that the schema does not have.</exception>
    public static JsonObject Merge(JsonObject schema, JsonObject overrides)
    {
        JsonObject merged = (JsonObject)schema.DeepClone();
        foreach (string name in s_documentation)
        {
            merged.Remove(name);
        }

        JsonObject definitions = merged["defs"] as JsonObject ?? [];
        Dictionary<string, JsonObject> endpoints = merged["endpoints"]!.AsArray()
            .ToDictionary(static node => $"{node!["method"]} {node["path"]}", static node => node!.AsObject(), StringComparer.Ordinal);
        foreach ((string key, JsonNode? patch) in overrides["endpoints"] as JsonObject ?? [])
        {
            JsonObject endpoint = endpoints.GetValueOrDefault(key) ?? throw new InvalidOperationException($"The overrides patch the unknown endpoint '{key}'.");
            MergeEndpoint(endpoint, patch!.AsObject(), definitions);
        }

        if (overrides["formats"] is JsonObject formats && formats.Count > 0)
        {
            merged["formats"] = Patch(Dereference(merged["formats"], definitions), formats);
        }

        RemoveUnused(merged);
        return merged;
    }

    /// <summary>Applies a merge patch: objects are merged, null removes, anything else replaces.</summary>
    public static JsonNode? Patch(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
        {
            return patch?.DeepClone();
        }

        JsonObject result = target is JsonObject old ? (JsonObject)old.DeepClone() : [];
        foreach ((string key, JsonNode? change) in changes)
        {
            if (change is null)
            {
                result.Remove(key);
            }
            else
            {
                result[key] = Patch(result[key], change);
            }
        }

        return result;
    }

    /// <summary>Returns a copy in which every <c>$ref</c> is replaced by its definition; members beside it stay on top.</summary>
    public static JsonNode? Dereference(JsonNode? node, JsonObject definitions) => node switch
    {
        JsonArray array => new JsonArray([.. array.Select(item => Dereference(item, definitions))]),
        JsonObject item when item["$ref"] is JsonValue reference => DereferenceOne(item, reference.GetValue<string>(), definitions),
        JsonObject item => new JsonObject(item.Select(member => KeyValuePair.Create(member.Key, Dereference(member.Value, definitions)))),
        _ => node?.DeepClone(),
    };

    private static JsonObject DereferenceOne(JsonObject node, string reference, JsonObject definitions)
    {
        JsonNode definition = definitions[reference] ?? throw new InvalidOperationException($"The schema refers to the unknown definition '{reference}'.");
        JsonObject result = Dereference(definition, definitions)!.AsObject();
        foreach ((string key, JsonNode? value) in node)
        {
            if (key != "$ref")
            {
                result[key] = Dereference(value, definitions);
            }
        }

        return result;
    }

    private static void MergeEndpoint(JsonObject endpoint, JsonObject patch, JsonObject definitions)
    {
        foreach ((string key, JsonNode? change) in patch)
        {
            if (s_generatorOnly.Contains(key))
            {
                continue;
            }

            if (change is null)
            {
                endpoint.Remove(key);
            }
            else
            {
                endpoint[key] = s_patched.Contains(key)
                    ? Patch(PrepareTarget(endpoint[key], change, definitions, isMap: key == "params"), change)
                    : change.DeepClone();
            }
        }
    }

    private static JsonNode? PrepareTarget(JsonNode? target, JsonNode change, JsonObject definitions, bool isMap)
    {
        if (!isMap || target is not JsonObject parameters)
        {
            return Dereference(target, definitions);
        }

        // Only the parameters that change lose their reference: the others keep sharing their definition.
        JsonObject result = (JsonObject)parameters.DeepClone();
        foreach ((string name, JsonNode? _) in change.AsObject())
        {
            if (result[name] is { } parameter)
            {
                result[name] = Dereference(parameter, definitions);
            }
        }

        return result;
    }

    /// <summary>Drops the definitions that nothing refers to any more.</summary>
    private static void RemoveUnused(JsonObject schema)
    {
        if (schema["defs"] is not JsonObject definitions)
        {
            return;
        }

        HashSet<string> used = new(StringComparer.Ordinal);
        Collect(schema["endpoints"], definitions, used);
        Collect(schema["formats"], definitions, used);
        foreach (string name in definitions.Select(static pair => pair.Key).Where(name => !used.Contains(name)).ToList())
        {
            definitions.Remove(name);
        }
    }

    private static void Collect(JsonNode? node, JsonObject definitions, HashSet<string> used)
    {
        if (node is JsonArray array)
        {
            foreach (JsonNode? item in array)
            {
                Collect(item, definitions, used);
            }
        }
        else if (node is JsonObject members)
        {
            foreach ((string key, JsonNode? value) in members)
            {
                if (key == "$ref" && value is JsonValue reference && used.Add(reference.GetValue<string>()))
                {
                    Collect(definitions[reference.GetValue<string>()], definitions, used);
                }

                Collect(value, definitions, used);
            }
        }
    }
}
