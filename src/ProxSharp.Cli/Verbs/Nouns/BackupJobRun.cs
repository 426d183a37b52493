using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Declare;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve;
using ProxSharp.Pve.Guests;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary><c>prox backup-job run</c>: backs up the guests of a job now, with its settings. No call of the API does that.</summary>
internal static class BackupJobRun
{
    private const string Reading = "/cluster/backup/{id}";

    private const string Backup = "/nodes/{node}/vzdump";

    // What of a job says whom it backs up, which here is one guest after the other.
    private static readonly string[] s_choosing = ["vmid", "all", "exclude", "pool", "node", "job-id", "stop", "stdout"];

    /// <summary>Makes the verb.</summary>
    public static Verb Make()
    {
        Argument<string> id = new("id") { Description = "The job: prox backup-job list" };
        return new Verb("run", "Back up the guests of a job now, with the settings of the job.", VerbClass.Change, (run, cancellationToken) =>
            RunAsync(run, run.Value(id)!, cancellationToken))
        {
            Calls = [$"GET {Reading}", $"GET {Reading}/included_volumes", $"POST {Backup}"],
            SharesCalls = true,
            Arguments = [id],
            Traits = VerbTraits.DryRun | VerbTraits.Waits | VerbTraits.Confirms | VerbTraits.Limits,
            Details = "Each guest is a task of its own, one at a time on each node. It does not matter whether the job is enabled, and its schedule stays as it is. "
                + "A job that prunes does so now, too, which is asked about.",
            Examples =
            [
                new("backup-job run nightly", "its guests, one at a time on each node"),
                new("backup-job run nightly --dry-run", "show which guests, with which settings"),
            ],
        };
    }

    private static async Task<int> RunAsync(VerbRun run, string id, CancellationToken cancellationToken)
    {
        run.Expect(ProxmoxProduct.VirtualEnvironment);
        run.CheckFields(GuestRows.Shape);
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        string path = $"/cluster/backup/{Uri.EscapeDataString(id)}";
        JsonElement job = await ReadAsync(run, session, Reading, path, cancellationToken).ConfigureAwait(false);
        JsonElement included = await ReadAsync(run, session, $"{Reading}/included_volumes", $"{path}/included_volumes", cancellationToken).ConfigureAwait(false);
        PveClient pve = await run.PveAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<GuestSummary> guests = Choose(run, id, Ids(included), await pve.Guests.ListAsync(cancellationToken).ConfigureAwait(false));

        ApiEndpoint endpoint = VerbContext.Pve.Find(ApiMethod.Post, Backup)!;
        string? node = StateValues.Text(job, "node");
        GuestChange change = new("backup", VerbContext.Pve, endpoint, (guest, place) => new PlannedCall(
            ApiMethod.Post, $"/nodes/{place}/vzdump", Settings(job, endpoint, guest))
        {
            Template = Backup,
            Target = GuestKinds.Title(guest),
        })
        {
            Skip = guest => node is null || guest.Node == node ? null : $"the job is for {node}",
            PerNode = GuestMoreSpecs.BackupsPerNode,
        };
        return await new GuestRunner(run, change).RunAsync(guests, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<JsonElement> ReadAsync(VerbRun run, ServerSession session, string template, string path, CancellationToken cancellationToken)
    {
        ApiEndpoint endpoint = VerbContext.Pve.Find(ApiMethod.Get, template)!;
        return (await VerbErrors.ExplainedAsync(
            run, VerbContext.Pve, endpoint, path, session.GetAsync(path, null, cancellationToken)).ConfigureAwait(false)).Data;
    }

    private static int[] Ids(JsonElement included) => StateValues.Member(included, "children") is { ValueKind: JsonValueKind.Array } guests
        ? [.. guests.EnumerateArray().Select(static guest => int.TryParse(StateValues.Text(guest, "id"), CultureInfo.InvariantCulture, out int id) ? id : 0)]
        : throw new ProxmoxProtocolException("The server does not tell the guests of the job.");

    // A job may name guests that were removed since, or that the user may not see.
    private static IReadOnlyList<GuestSummary> Choose(VerbRun run, string id, int[] covered, IReadOnlyList<GuestSummary> all)
    {
        int[] missing = [.. covered.Where(number => !all.Any(guest => guest.Id.Value == number))];
        if (missing.Length > 0)
        {
            run.Note($"Of job {id} are left out, because they are not there or may not be seen: {string.Join(", ", missing)}.");
        }

        GuestSummary[] guests = [.. all.Where(guest => covered.Contains(guest.Id.Value)).OrderBy(static guest => guest.Id.Value)];
        return guests.Length > 0 ? guests : throw new CliException(new CliError
        {
            Code = "not_found",
            ExitCode = ExitCodes.NotFound,
            Message = $"Job {id} has no guest that is there",
            Hint = $"See what it covers: prox backup-job show {id}",
        });
    }

    private static ApiParameters Settings(JsonElement job, ApiEndpoint endpoint, GuestSummary guest)
    {
        ApiParameters settings = [];
        settings.Add("vmid", guest.Id.Value);
        foreach (JsonProperty member in job.EnumerateObject().OrderBy(static member => member.Name, StringComparer.Ordinal))
        {
            if (s_choosing.Contains(member.Name) || !endpoint.Parameters.TryGetValue(member.Name, out ApiNode? node))
            {
                continue;
            }

            // Each item of a list is a parameter of its own.
            foreach (JsonElement value in member.Value.ValueKind == JsonValueKind.Array ? member.Value.EnumerateArray() : (IEnumerable<JsonElement>)[member.Value])
            {
                settings.Add(member.Name, StateSchema.Wire(node, value));
            }
        }

        return settings;
    }
}
