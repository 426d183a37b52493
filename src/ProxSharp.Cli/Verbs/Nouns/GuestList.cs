using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Schema;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary><c>list</c> of <c>vm</c>, <c>ct</c> and <c>guest</c>: all guests of the cluster with one call.</summary>
internal static class GuestList
{
    private static readonly string[] s_columns = ["vmid", "name", "node", "status", "cpu", "maxcpu", "mem", "maxmem", "uptime", "tags"];

    /// <summary>Makes the verb.</summary>
    public static Verb Make(GuestKind kind)
    {
        Argument<string[]> words = new("selection")
        {
            Description = "Only those of a selection: 'web*', @tag-prod, @pool-x, @node-pve1, status=running, 100:110; commas join, - excludes",
            Arity = ArgumentArity.ZeroOrMore,
        };
        GuestTargets targets = new(kind, words);
        return new Verb(
            "list", $"List the {kind.Many()} of the cluster, with one call.", VerbClass.Read, (run, token) => RunAsync(run, kind, targets, words, token))
        {
            Aliases = ["ls"],
            Calls = ["GET /cluster/resources"],
            Arguments = [words],
            Traits = VerbTraits.Watch,
            Details = "Figures are some seconds old. Templates are listed unless a selection leaves them out.",
            Examples =
            [
                new($"{kind.Noun()} list", "all of them"),
                new($"{kind.Noun()} list @tag-prod status=running --sort -mem", "those that run, the largest first"),
                new($"{kind.Noun()} list -o json --query '[].name'", "their names as JSON"),
                new($"{kind.Noun()} list @node-pve1 --watch 5", "a node, again every five seconds"),
            ],
        };
    }

    private static Task<int> RunAsync(VerbRun run, GuestKind kind, GuestTargets targets, Argument<string[]> words, CancellationToken cancellationToken)
    {
        run.Expect(ProxmoxProduct.VirtualEnvironment);
        ResultShape shape = ResourceShapes.Of("vm") with
        {
            LeadingFields = s_columns,
            TableFields = kind == GuestKind.Any ? ["vmid", "type", .. s_columns[1..]] : s_columns,
            NameField = "vmid",
            Gauges = [new Gauge("memory", "mem", "maxmem") { IsWide = true }, new Gauge("usage", "disk", "maxdisk") { IsWide = true }],
        };
        return Watching.RunAsync(run, async token =>
        {
            HashSet<int>? chosen = run.Value(words) is { Length: > 0 }
                ? [.. (await targets.FindAsync(run, token).ConfigureAwait(false)).Select(static guest => guest.Id.Value)]
                : null;
            ServerSession session = await run.SessionAsync(token).ConfigureAwait(false);
            ApiParameters filter = [];
            filter.Add("type", "vm");
            JsonElement items = await session.ListAsync("/cluster/resources", filter, token).ConfigureAwait(false);
            run.Write(Only(items, kind, chosen), shape);
        }, cancellationToken);
    }

    private static JsonElement Only(JsonElement items, GuestKind kind, HashSet<int>? chosen) => JsonText.Build(json =>
    {
        json.WriteStartArray();
        foreach (JsonElement item in items.EnumerateArray().Where(item => Fits(item, kind, chosen)).OrderBy(static item => Number(item)))
        {
            item.WriteTo(json);
        }

        json.WriteEndArray();
    });

    private static bool Fits(JsonElement item, GuestKind kind, HashSet<int>? chosen) =>
        Number(item) is { } number
        && (kind == GuestKind.Any || (item.TryGetProperty("type", out JsonElement type) && type.ValueEquals(kind.Segment())))
        && (chosen is null || chosen.Contains(number));

    // Perl writes a number that was last used as text in quotes; what has none is no guest.
    private static int? Number(JsonElement item) =>
        item.TryGetProperty("vmid", out JsonElement id) && int.TryParse(id.ToString(), CultureInfo.InvariantCulture, out int number) ? number : null;
}
