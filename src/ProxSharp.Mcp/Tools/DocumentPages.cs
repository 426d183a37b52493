using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Mcp.Text;
using ProxSharp.Operations.Text;

namespace ProxSharp.Mcp.Tools;

/// <summary>Shows long texts that a server answers, such as the report of a node, some lines at a time. What others wrote may be anywhere in them.</summary>
internal static class DocumentPages
{
    private const int LongestPage = 4000;
    private const int LongestLine = 500;

    /// <summary>Shows some lines.</summary>
    /// <param name="document">The text.</param>
    /// <param name="offset">The first line, counted from 0.</param>
    public static ToolAnswer Of(string document, int offset)
    {
        // Secrets are looked for in the whole: one that goes over several lines looks like none in each of them.
        string[] all = SafeText.WithoutSecrets(document).TrimEnd('\n').Split('\n');
        int start = Math.Min(offset, all.Length);
        List<string> lines = [];
        int length = 0;
        foreach (string line in all[start..].Select(static line => UntrustedText.Clean(line.TrimEnd('\r').Replace('\t', ' '), LongestLine)))
        {
            length += line.Length + 1;
            if (length > LongestPage && lines.Count > 0)
            {
                break;
            }

            lines.Add(line);
        }

        int next = start + lines.Count;
        JsonObject value = new()
        {
            ["untrusted"] = true,
            ["lines"] = new JsonArray([.. lines.Select(static line => (JsonNode)line)]),
            ["first"] = start,
            ["returned"] = lines.Count,
            ["total"] = all.Length,
            ["truncated"] = next < all.Length,
            ["next"] = next < all.Length ? next : null,
        };
        string where = string.Create(
            CultureInfo.InvariantCulture, $"lines {start} to {next} of {all.Length}{(next < all.Length ? $"; go on with offset {next}" : "")}");
        return new ToolAnswer($"<untrusted>\n{string.Join('\n', lines)}\n</untrusted>\n({where})", value);
    }
}
