using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ProxSharp.Conformance.Tests;

/// <summary>What stands in the recording and what the simulator made of it: task ids, digests, tickets, secrets.</summary>
internal sealed partial class Substitutions
{
    private readonly Dictionary<string, string> _live = new(StringComparer.Ordinal);

    public void Add(string recorded, string live)
    {
        if (recorded.Length > 0 && recorded != live)
        {
            _live[recorded] = live;
        }
    }

    /// <summary>Learns from an answer: random texts that stand at the same place.</summary>
    public void Learn(JsonNode? recorded, JsonNode? live)
    {
        switch (recorded, live)
        {
            case (JsonObject expected, JsonObject actual):
                foreach ((string name, JsonNode? value) in expected)
                {
                    Learn(value, actual[name]);
                }

                break;
            case (JsonArray expected, JsonArray actual):
                for (int i = 0; i < Math.Min(expected.Count, actual.Count); i++)
                {
                    Learn(expected[i], actual[i]);
                }

                break;
            case (JsonValue expected, JsonValue actual) when expected.TryGetValue(out string? was) && actual.TryGetValue(out string? now) && RandomPattern().IsMatch(was):
                Add(was, now);
                break;
            default:
                break;
        }
    }

    /// <summary>Replaces everything recorded by what is live, whether it is written plainly or percent-encoded.</summary>
    public string Apply(string text)
    {
        foreach ((string recorded, string live) in _live)
        {
            text = text.Replace(recorded, live, StringComparison.Ordinal);
            foreach (Func<string, string> encode in (Func<string, string>[])[Uri.EscapeDataString, FormEncode, JsonEncode])
            {
                string encoded = encode(recorded);
                if (encoded != recorded)
                {
                    text = text.Replace(encoded, encode(live), StringComparison.Ordinal);
                }
            }
        }

        return text;
    }

    private static string FormEncode(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);

    private static string JsonEncode(string text) => new StringBuilder(text).Replace("\\", "\\\\").Replace("\"", "\\\"").ToString();

    [GeneratedRegex("^UPID:|^[0-9a-f]{40}$|^[0-9a-f]{64}$|^PVE:|:PVEVNC:|^[0-9a-f]{8}-[0-9a-f]{4}-|^[0-9A-F]{8}:|vzdump-")]
    private static partial Regex RandomPattern();
}
