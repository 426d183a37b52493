using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Declare;

/// <summary><c>prox export</c>, <c>diff</c> and <c>apply</c>: a cluster as a file, and back.</summary>
internal static class StateVerbs
{
    private static readonly string s_sections = string.Join(", ", StateSections.All.Select(static section => section.Name));

    private static readonly string[] s_reads =
    [
        "GET /cluster/resources", "GET /pools", "GET /access/acl", "GET /cluster/backup", "GET /cluster/firewall/options",
        "GET /cluster/firewall/rules",
    ];

    private static readonly ResultShape s_shape = new() { LeadingFields = ["section", "subject", "action", "key", "from", "to"], NameField = "subject" };

    /// <summary><c>prox export</c>.</summary>
    public static Verb Export()
    {
        Argument<string[]> sections = new("section") { Description = $"The sections: {s_sections} [default: all]", Arity = ArgumentArity.ZeroOrMore };
        Option<string> guests = new("--guests") { Description = "Only guests of a selection (prox help selectors)", HelpName = "selection" };
        return new Verb(
            "export",
            "Write the cluster as a file: guests, pools, permissions, backup jobs, firewall.",
            VerbClass.Read,
            (run, token) => ExportAsync(run, sections, guests, token))
        {
            Calls = s_reads,
            Arguments = [sections],
            Options = [guests],
            Details =
                "The file is YAML, or JSON with -o json. What the server writes for itself is left out. Secrets are in none of these sections but what "
                + "somebody wrote into a configuration.",
            Examples = [new("export > cluster.yaml", "all sections"), new("export guests --guests 'web*'", "configurations of some guests")],
        };
    }

    /// <summary><c>prox diff</c>.</summary>
    public static Verb Diff()
    {
        (Option<string> file, Option<bool> prune) = Options();
        return new Verb(
            "diff",
            "Compare the cluster with a file. Ends with exit code 1 if they differ.",
            VerbClass.Read,
            (run, token) => DiffAsync(run, file, prune, token))
        {
            Calls = s_reads,
            Options = [file, prune],
            Details = "Only what the file names counts, unless --prune is given.",
            Examples = [new("diff -f cluster.yaml", "what apply would change"), new("diff -f cluster.yaml -o json", "the same for a program")],
        };
    }

    /// <summary><c>prox apply</c>.</summary>
    public static Verb Apply()
    {
        (Option<string> file, Option<bool> prune) = Options();
        return new Verb(
            "apply", "Make the cluster as a file says, with as few changes as possible.", VerbClass.Change, (run, token) => ApplyAsync(run, file, prune, token))
        {
            Calls =
            [
                "PUT /nodes/{node}/qemu/{vmid}/config", "PUT /nodes/{node}/lxc/{vmid}/config", "POST /pools", "PUT /pools", "PUT /access/acl",
                "POST /cluster/backup", "PUT /cluster/backup/{id}", "PUT /cluster/firewall/options", "POST /cluster/firewall/rules",
            ],
            Options = [file, prune],
            Traits = VerbTraits.DryRun | VerbTraits.Confirms,
            Details =
                "A second time it changes nothing. A configuration that somebody changed meanwhile is left alone (exit code 6): changes carry its "
                + "digest. Guests are neither made nor destroyed. Nothing is deleted without --prune, and that is asked about unless --yes is given.",
            Examples = [new("apply -f cluster.yaml --dry-run", "see the calls"), new("apply -f cluster.yaml", "do it")],
        };
    }

    private static (Option<string> File, Option<bool> Prune) Options() => (
        new Option<string>("--file", "-f") { Description = "The file; - is standard input", HelpName = "file", Required = true },
        new Option<bool>("--prune") { Description = "Delete pools, permissions, backup jobs and rules of sections that are in the file, but not named there" });

    private static async Task<int> ExportAsync(VerbRun run, Argument<string[]> sections, Option<string> guests, CancellationToken cancellationToken)
    {
        run.Expect(ProxmoxProduct.VirtualEnvironment);
        IStateSection[] wanted = run.Value(sections) is { Length: > 0 } names ? [.. names.Select(StateSections.Find)] : [.. StateSections.All];
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        JsonElement chosen = run.Value(guests) is { } selection ? await SelectAsync(run, selection, cancellationToken).ConfigureAwait(false) : default;
        JsonElement file = await StateSections.ExportAsync(session, wanted, chosen, cancellationToken).ConfigureAwait(false);
        if (run.Command.Output.Format is OutputFormat.Table or OutputFormat.Wide)
        {
            YamlText.Write(run.Command.Services.Console.Out, file);
        }
        else
        {
            // The file itself, so that apply can read it again.
            run.Command.Write(file);
        }

        return ExitCodes.Success;
    }

    private static async Task<JsonElement> SelectAsync(VerbRun run, string selection, CancellationToken cancellationToken)
    {
        Pve.PveClient pve = await run.PveAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<GuestSummary> all = await pve.Guests.ListAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<GuestSummary> chosen = new GuestTargets(GuestKind.Any, takesWords: false).Choose(GuestTargets.Parse(selection), all);
        return JsonText.Build(json =>
        {
            json.WriteStartArray();
            foreach (GuestSummary guest in chosen)
            {
                json.WriteStartObject();
                json.WriteNumber("vmid", guest.Id.Value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private static async Task<IReadOnlyList<StateChange>> CompareAsync(
        VerbRun run, Option<string> file, Option<bool> prune, CancellationToken cancellationToken)
    {
        run.Expect(ProxmoxProduct.VirtualEnvironment);
        string name = run.Value(file)!;
        string text;
        try
        {
            text = name == "-"
                ? await run.Command.Services.Console.In.ReadToEndAsync(cancellationToken).ConfigureAwait(false)
                : await File.ReadAllTextAsync(run.Command.Services.Environment.AbsolutePath(name), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(
                CliError.Usage($"The file {name} cannot be read: {e.Message.TrimEnd('.')}", "Name a file that prox export wrote, or - for standard input"), e);
        }

        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        return await StateSections.CompareAsync(session, YamlReading.Read(text, name), run.Value(prune), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> DiffAsync(VerbRun run, Option<string> file, Option<bool> prune, CancellationToken cancellationToken)
    {
        IReadOnlyList<StateChange> changes = await CompareAsync(run, file, prune, cancellationToken).ConfigureAwait(false);
        Show(run, changes, "");
        return changes.Count == 0 ? ExitCodes.Success : ExitCodes.Error;
    }

    private static async Task<int> ApplyAsync(VerbRun run, Option<string> file, Option<bool> prune, CancellationToken cancellationToken)
    {
        ChangeRules.CheckContext(run.Context);
        IReadOnlyList<StateChange> changes = await CompareAsync(run, file, prune, cancellationToken).ConfigureAwait(false);
        Verbs.Endpoints.PlannedCall[] calls = [.. changes.Select(static change => change.Call).OfType<Verbs.Endpoints.PlannedCall>()];
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);

        // All of it before any of it: a file that touches a protected guest, or has a wrong value at its end, changes nothing.
        CallCheck.Check(VerbContext.Pve, calls);
        foreach (Verbs.Endpoints.PlannedCall call in calls)
        {
            await session.CheckAsync(call.Method, call.Path, call.Parameters, cancellationToken).ConfigureAwait(false);
        }

        if (run.IsDryRun)
        {
            return await DryRun.ShowAsync(run, VerbContext.Pve, calls, cancellationToken).ConfigureAwait(false);
        }

        int deleted = changes.Count(static change => change.Action == "delete");
        if (deleted > 0)
        {
            IEnumerable<string> things = changes.Where(static change => change.Action == "delete")
                .Select(static change => $"{change.Section} {change.Subject}");
            string what = string.Create(
                CultureInfo.InvariantCulture, $"delete {deleted} {(deleted == 1 ? "thing" : "things")}: {string.Join("; ", things)}");
            await ChangeRules.ConfirmAsync(run, what, "delete", Asking.NoWayBack, cancellationToken).ConfigureAwait(false);
        }

        foreach (Verbs.Endpoints.PlannedCall call in calls)
        {
            await session.CallAsync(call.Method, call.Path, call.Parameters, null, cancellationToken).ConfigureAwait(false);
        }

        Show(run, changes, "Done: ");
        return ExitCodes.Success;
    }

    private static void Show(VerbRun run, IReadOnlyList<StateChange> changes, string done)
    {
        if (run.Command.Output.Format is OutputFormat.Table or OutputFormat.Wide)
        {
            WriteText(run, changes);
        }
        else
        {
            run.Write(JsonText.Build(json => Write(json, changes)), s_shape);
        }

        string noun = changes.Count == 1 ? "difference" : "differences";
        run.Note(changes.Count == 0 ? "No differences." : string.Create(CultureInfo.InvariantCulture, $"{done}{changes.Count} {noun}."));
    }

    private static void WriteText(VerbRun run, IReadOnlyList<StateChange> changes)
    {
        TextWriter writer = run.Command.Services.Console.Out;
        Ansi ansi = run.Command.Output.Ansi;
        foreach (StateChange change in changes)
        {
            string note = change.Action == "missing" ? " (not there; apply makes no guests)" : "";
            writer.WriteLine(ansi.Bold(TextCells.Visible($"{change.Action} {change.Section} {change.Subject}{note}")));
            foreach ((string key, string? from, string? to) in change.Keys)
            {
                if (from is not null)
                {
                    writer.WriteLine(ansi.Red($"  - {key}: {TextCells.Visible(from)}"));
                }

                if (to is not null)
                {
                    writer.WriteLine(ansi.Green($"  + {key}: {TextCells.Visible(to)}"));
                }
            }
        }
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<StateChange> changes)
    {
        json.WriteStartArray();
        foreach (StateChange change in changes)
        {
            json.WriteStartObject();
            json.WriteString("section", change.Section);
            json.WriteString("subject", change.Subject);
            json.WriteString("action", change.Action);
            json.WriteStartArray("keys");
            foreach ((string key, string? from, string? to) in change.Keys)
            {
                json.WriteStartObject();
                json.WriteString("key", key);
                json.WriteString("from", from);
                json.WriteString("to", to);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
