using System.CommandLine;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Schema;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary><c>list</c> of nodes and storages, from the cluster's list of resources: one call for all of them.</summary>
internal static class ResourceLists
{
    /// <summary><c>prox node list</c>.</summary>
    public static Verb Nodes() => Make(
        new Listing("node", ["node", "status", "cpu", "maxcpu", "mem", "maxmem", "uptime", "disk", "maxdisk"], new Gauge("memory", "mem", "maxmem")),
        "List the nodes with their load.",
        [
            new("node list", "all nodes"),
            new("node list --watch", "again and again"),
            new("node list --query \"[?status!='online'].node\" -o name", "those that are away"),
        ]);

    /// <summary><c>prox storage list</c>.</summary>
    public static Verb Storages() => Make(
        new Listing("storage", ["storage", "node", "status", "disk", "maxdisk", "plugintype", "shared", "content"], new Gauge("usage", "disk", "maxdisk"))
        {
            Filters =
            [
                ("node", new Option<string>("--node") { Description = "Only those of a node", HelpName = "name" }),
                ("storage", new Option<string>("--storage") { Description = "Only one storage, on each node that has it", HelpName = "name" }),
            ],
        },
        "List the storages of all nodes and how full they are.",
        [
            new("storage list", "all storages on all nodes"),
            new("storage list --sort -disk --fields storage,node,disk,maxdisk", "the fullest first"),
            new("storage list --node pve1", "those of a node"),
        ]);

    private static Verb Make(Listing listing, string summary, IReadOnlyList<CommandExample> examples) =>
        new("list", summary, VerbClass.Read, (run, cancellationToken) => RunAsync(run, listing, cancellationToken))
        {
            Aliases = ["ls"],
            Calls = listing.Type == "node" ? ["GET /cluster/resources", "GET /nodes"] : ["GET /cluster/resources"],
            Options = [.. listing.Filters.Select(static filter => filter.Option)],
            Traits = VerbTraits.Watch,
            Examples = examples,
        };

    private static Task<int> RunAsync(VerbRun run, Listing listing, CancellationToken cancellationToken)
    {
        run.Expect(ProxmoxProduct.VirtualEnvironment);
        ResultShape shape = ResourceShapes.Of(listing.Type) with
        {
            LeadingFields = listing.Columns,
            TableFields = listing.Columns,
            NameField = listing.Type,
            NamesOnce = true,
            Gauges = [listing.Gauge],
        };
        return Watching.RunAsync(run, async token =>
        {
            ServerSession session = await run.SessionAsync(token).ConfigureAwait(false);
            ApiParameters filter = [];
            filter.Add("type", listing.Type);
            JsonElement items = await session.ListAsync("/cluster/resources", filter, token).ConfigureAwait(false);
            JsonElement[] sorted = [.. Chosen(run, [.. items.EnumerateArray()], listing.Filters).OrderBy(
                item => Text(item, listing.Type), Comparer<string>.Create(Sorting.Natural)).ThenBy(static item => Text(item, "node"), StringComparer.Ordinal)];
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

    // A name that no row has is a slip, and not an empty list.
    private static IEnumerable<JsonElement> Chosen(VerbRun run, JsonElement[] items, IReadOnlyList<(string Field, Option<string> Option)> filters)
    {
        IEnumerable<JsonElement> chosen = items;
        foreach ((string field, Option<string> option) in filters)
        {
            if (run.Value(option) is not { } wanted)
            {
                continue;
            }

            string[] known = [.. items.Select(item => Text(item, field)).Distinct(StringComparer.Ordinal).Order(Comparer<string>.Create(Sorting.Natural))];
            if (!known.Contains(wanted, StringComparer.Ordinal))
            {
                throw new CliException(new CliError
                {
                    Code = "not_found",
                    ExitCode = ExitCodes.NotFound,
                    Message = $"There is no {field} '{wanted}' in the list",
                    Hint = $"There are: {string.Join(", ", known)}",
                });
            }

            chosen = chosen.Where(item => Text(item, field) == wanted);
        }

        return chosen;
    }

    private static string Text(JsonElement item, string name) => item.TryGetProperty(name, out JsonElement value) ? value.ToString() : "";

    /// <summary>What is listed, and how.</summary>
    /// <param name="Type">The type of the resources; the member that names each is called so, too.</param>
    /// <param name="Columns">The columns of the table.</param>
    /// <param name="Gauge">What is drawn as a bar.</param>
    private sealed record Listing(string Type, IReadOnlyList<string> Columns, Gauge Gauge)
    {
        /// <summary>The members that options choose by.</summary>
        public IReadOnlyList<(string Field, Option<string> Option)> Filters { get; init; } = [];
    }
}
