using System.Text.Json.Nodes;
using ProxSharp.Http;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Mcp.Text;

/// <summary>Masks in the answer of a call what is a secret because of the call: of some a name that is innocent elsewhere holds one.</summary>
internal static class AnswerMasks
{
    // Containers have variables for their programs in lines that are no settings of Proxmox' own, too.
    private const string Environment = "lxc.environment";

    /// <summary>Masks the secrets of an answer in place. What has the name of a secret everywhere is masked by <see cref="SafeText"/>.</summary>
    /// <param name="node">The answer, or a part of it.</param>
    /// <param name="path">The path template of the call.</param>
    public static JsonNode? Of(JsonNode? node, string path)
    {
        switch (node)
        {
            case JsonObject members:
                foreach ((string name, JsonNode? value) in members.ToArray())
                {
                    if (value is not null && (ReviewedParameter.IsMaskedInAnswer(path, name) || IsValueOfMasked(members, name, path)))
                    {
                        members[name] = Secrets.Mask;
                    }
                    else if (value is JsonValue single && single.TryGetValue(out string? text))
                    {
                        members[name] = ReviewedParameter.WithoutSecretAddresses(path, text);
                    }
                    else
                    {
                        Of(value, path);
                    }
                }

                break;
            case JsonArray items:
                if (items.Count == 2 && items[0] is JsonValue key && key.ToString().StartsWith(Environment, StringComparison.Ordinal))
                {
                    items[1] = Secrets.Mask;
                }

                foreach (JsonNode? item in items)
                {
                    Of(item, path);
                }

                break;
            case JsonValue single when path.EndsWith("/vzdump/extractconfig", StringComparison.Ordinal) && single.TryGetValue(out string? config):
                return JsonValue.Create(string.Join('\n', config.Split('\n').Select(OfSetting)));
        }

        return node;
    }

    // The configuration in a backup is a text, of a machine or of a container.
    private static string OfSetting(string line)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && line[0] != '#' && line[..colon] is var name
            && (name.StartsWith(Environment, StringComparison.Ordinal) || ReviewedParameter.IsMaskedInAnswer("/qemu/lxc", name) || ReviewedParameter.IsSecret("", name))
                ? $"{name}: {Secrets.Mask}"
                : line;
    }

    // In a list of settings the name of each is a member of its own.
    private static bool IsValueOfMasked(JsonObject members, string name, string path) =>
        name is "value" or "pending" && members["key"] is JsonValue key && ReviewedParameter.IsMaskedInAnswer(path, key.ToString());
}
