using System.Text.Json.Nodes;
using ProxSharp.Mcp.Text;
using ProxSharp.Operations.Text;

namespace ProxSharp.Mcp.Tools;

/// <summary>Shows long texts that a server answers, such as the report of a node, some lines at a time. What others wrote may be anywhere in them.</summary>
internal static class DocumentPages
{
    private const int LongestLine = 500;

    /// <summary>Shows some lines.</summary>
    /// <param name="document">The text.</param>
    /// <param name="offset">The first line, counted from 0.</param>
    public static ToolAnswer Of(string document, int offset)
    {
        // Secrets are looked for in the whole: one that goes over several lines looks like none in each of them.
        string[] all = SafeText.WithoutSecrets(document).TrimEnd('\n').Split('\n');
        LinePage page = new(all, offset, static line => UntrustedText.Clean(line.TrimEnd('\r').Replace('\t', ' '), LongestLine));
        JsonObject value = new()
        {
            ["untrusted"] = true,
            ["lines"] = new JsonArray([.. page.Lines.Select(static line => (JsonNode)line)]),
            ["first"] = page.First,
            ["returned"] = page.Lines.Count,
            ["total"] = page.Total,
            ["truncated"] = page.Next is not null,
            ["next"] = page.Next,
        };
        return new ToolAnswer($"<untrusted>\n{string.Join('\n', page.Lines)}\n</untrusted>\n({page.Where})", value);
    }
}
