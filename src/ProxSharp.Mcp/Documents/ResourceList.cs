using System.Text;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ProxSharp.Mcp.Sites;
using ProxSharp.Mcp.Text;
using ProxSharp.Mcp.Tools;
using ProxSharp.Operations;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Policies;
using ProxSharp.Operations.Text;

namespace ProxSharp.Mcp.Documents;

/// <summary>The documents of the server: the state and the policy of each context, the end of its ledger, and how the tools are used.</summary>
internal static class ResourceList
{
    private const int LedgerTail = 50;
    private static readonly string[] s_ledger = ["number", "time", "kind", "plan", "call", "succeeded", "message"];

    public static IEnumerable<TextResource> Make(AgentSites sites, IReadOnlyList<GuardTool> tools)
    {
        foreach (AgentSite site in sites.All)
        {
            string root = $"prox://{Uri.EscapeDataString(site.Name)}";
            yield return new TextResource(
                $"{root}/overview",
                $"{site.Name}: overview",
                "Nodes, guests, storages and failed tasks now.",
                "text/plain",
                cancellationToken => Readable(async () => (await OverviewTool.OfAsync(site, cancellationToken).ConfigureAwait(false)).Text));
            yield return new TextResource(
                $"{root}/policy",
                $"{site.Name}: policy",
                "What may be changed here, and who has to agree.",
                "text/plain",
                _ => Readable(() => Task.FromResult(Policy(site))));
            yield return new TextResource(
                $"{root}/ledger",
                $"{site.Name}: ledger",
                "The last changes made through this server.",
                "text/plain",
                _ => Readable(() => Task.FromResult(Tail(site))));
        }

        yield return new TextResource(
            "prox://docs/tools",
            "How to use the tools",
            "Every tool with its arguments and what it may do.",
            "text/markdown",
            _ => Task.FromResult(Tools(tools)));
    }

    private static async Task<string> Readable(Func<Task<string>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception e) when (e is ProxmoxException or AgentConnectionException or GuardRefusedException)
        {
            throw new McpException(UntrustedText.Clean(SafeText.WithoutSecrets(e.Message), 600));
        }
    }

    private static string Policy(AgentSite site)
    {
        // As it is in effect, with all defaults: a text that the guard does not understand is not in force.
        GuardPolicy policy = site.Policy;
        string where = ReferenceEquals(policy, GuardPolicy.ReadOnly)
            ? "nothing but reading is allowed; a person can allow more in"
            : "as it is in effect, from";
        return $"{site.Name}: {where} {site.PolicyPath}\n{JsonTexts.Build(policy.WriteTo)}";
    }

    private static string Tail(AgentSite site)
    {
        LedgerVerdict verdict = site.Ledger.Verify();
        string rows = Rows.Table(Rows.Project(AuditTool.Entries(site.Ledger).Take(LedgerTail).Select(static each => each.Row), s_ledger), s_ledger, "audit_list tells all");
        return $"{(verdict.IsSound ? "sound" : $"NOT SOUND: {verdict.Fault}")}, {verdict.Entries} entries; the latest {LedgerTail} at most:\n{rows}";
    }

    private static string Tools(IReadOnlyList<GuardTool> tools)
    {
        StringBuilder text = new("# Tools\n\n");
        text.Append(AgentServer.ListHelp).Append('\n');
        foreach (Tool tool in tools.Select(static tool => tool.ProtocolTool))
        {
            text.Append("\n## ").Append(tool.Name).Append('\n').Append(tool.Description).Append('\n');
            text.Append(tool.Annotations! switch
            {
                { ReadOnlyHint: true } => "It only reads.\n",
                { DestructiveHint: true } => "It changes servers.\n",
                _ => "It changes no server.\n",
            });
            foreach (JsonProperty argument in tool.InputSchema.GetProperty("properties").EnumerateObject())
            {
                string type = argument.Value.GetProperty("type").GetString()!;
                string what = argument.Value.TryGetProperty("description", out JsonElement words) ? $": {words.GetString()}" : "";
                text.Append("- `").Append(argument.Name).Append("` (").Append(type).Append(')').Append(what).Append('\n');
            }
        }

        return text.ToString();
    }
}
