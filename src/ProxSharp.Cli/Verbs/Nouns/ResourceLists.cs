using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Schema;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary><c>list</c> of nodes and storages, from the cluster's list of resources: one call for all of them.</summary>
internal static class ResourceLists
{
    /// <summary><c>prox node list</c>.</summary>
    public static Verb Nodes() =>
        Make("node", "List the nodes with their load.", ["node", "status", "cpu", "maxcpu", "mem", "maxmem", "uptime", "disk", "maxdisk"], "node", new Gauge("memory", "mem", "maxmem"),
    [
        new("node list", "all nodes"),
        new("node list --watch", "again and again"),
        new("node list --query \"[?status!='online'].node\" -o name", "those that are away"),
    ]);

    /// <summary><c>prox storage list</c>.</summary>
    public static Verb Storages() =>
        Make("storage", "List the storages of all nodes and how full they are.",
        [
            "storage", "node", "status", "disk", "maxdisk", "plugintype", "shared", "content",
        ], "storage", new Gauge("usage", "disk", "maxdisk"),
    [
        new("storage list", "all storages on all nodes"),
        new("storage list --sort -disk --fields storage,node,disk,maxdisk", "the fullest first"),
    ]);

    private static Verb Make(string type, string summary, IReadOnlyList<string> columns, string name, Gauge gauge, IReadOnlyList<CommandExample> examples) =>
        new("list", summary, VerbClass.Read, (run, cancellationToken) => RunAsync(run, type, columns, name, gauge, cancellationToken))
        {
            Aliases = ["ls"],
            Calls = type == "node" ? ["GET /cluster/resources", "GET /nodes"] : ["GET /cluster/resources"],
            Traits = VerbTraits.Watch,
            Examples = examples,
        };

    private static Task<int> RunAsync(VerbRun run, string type, IReadOnlyList<string> columns, string name, Gauge gauge, CancellationToken cancellationToken)
    {
        run.Expect(ProxmoxProduct.VirtualEnvironment);
        ResultShape shape = ResourceShapes.Of(type) with
        {
            LeadingFields = columns,
            TableFields = columns,
            NameField = name,
            NamesOnce = true,
            Gauges = [gauge],
        };
        return Watching.RunAsync(run, async token =>
        {
            ServerSession session = await run.SessionAsync(token).ConfigureAwait(false);
            ApiParameters filter = [];
            filter.Add("type", type);
            JsonElement items = (await session.GetAsync("/cluster/resources", filter, token).ConfigureAwait(false)).Data;
            JsonElement[] sorted = [.. items.EnumerateArray().OrderBy(
                item => Text(item, name), Comparer<string>.Create(Sorting.Natural)).ThenBy(static item => Text(item, "node"), StringComparer.Ordinal)];
            run.Write(JsonText.Build(json =>
            {
                json.WriteStartArray();
                foreach (JsonElement item in sorted)
                {
                    item.WriteTo(json);
                }

                json.WriteEndArray();
            }), shape);
        }, cancellationToken);
    }

    private static string Text(JsonElement item, string name) => item.TryGetProperty(name, out JsonElement value) ? value.ToString() : "";
}
