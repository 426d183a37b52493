using System.Text.Json.Nodes;
using ProxSharp.PropertyStrings;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Collections;

/// <summary>What the answers about some kinds of objects have beyond what was stored.</summary>
internal static class CollectionFacts
{
    /// <summary>Adds and converts members of an object that is about to be shown.</summary>
    /// <param name="family">Its kind.</param>
    /// <param name="stored">The object as it was stored.</param>
    /// <param name="shown">The object as it is shown.</param>
    public static void Complete(CollectionFamily family, JsonObject stored, JsonObject shown)
    {
        if (family.Parent.StartsWith("/cluster/notifications/", StringComparison.Ordinal))
        {
            CompleteNotification(stored, shown);
        }
        else if (family.Parent == "/cluster/metrics/server" && shown["port"] is JsonValue port && long.TryParse(ApiCall.TextOf(port), System.Globalization.CultureInfo.InvariantCulture, out long number))
        {
            shown["port"] = number;
        }
    }

    // Proxmox: this part of the server is not written in Perl, and so has real booleans.
    private static void CompleteNotification(JsonObject stored, JsonObject shown)
    {
        shown["origin"] = stored["origin"]?.DeepClone() ?? "user-created";
        foreach (string flag in (string[])["disable", "invert-match"])
        {
            if (shown[flag] is JsonValue value)
            {
                shown[flag] = ApiCall.TextOf(value) is "1" or "true";
            }
        }

        if (shown["header"] is JsonArray headers)
        {
            shown["header"] = new JsonArray([.. headers.Select(static header => header is JsonValue ? (JsonNode)Parts(ApiCall.TextOf(header)) : header!.DeepClone())]);
        }
    }

    private static JsonObject Parts(string text)
    {
        JsonObject parts = [];
        foreach (PropertyStringEntry entry in PropertyStringEntries.Parse(text).Items)
        {
            parts[entry.Key ?? "name"] = entry.Value;
        }

        return parts;
    }
}
