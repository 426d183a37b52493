using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Declare;

/// <summary><c>prox export</c>, <c>diff</c> and <c>apply</c>: a cluster as a file, and back.</summary>
internal static class StateVerbs
{
    private static readonly string s_sections = string.Join(", ", StateSections.All.Select(static section => section.Name));

    private static readonly string[] s_reads = [.. StateSections.All.SelectMany(static section => section.Reads).Distinct(StringComparer.Ordinal)];

    private static readonly string[] s_writes = [.. StateSections.All.SelectMany(static section => section.Writes).Distinct(StringComparer.Ordinal)];

    private static readonly ResultShape s_shape = new() { LeadingFields = ["section", "subject", "action", "key", "from", "to"], NameField = "subject" };

    /// <summary><c>prox export</c>.</summary>
    public static Verb Export()
    {
        Argument<string[]> sections = new("section") { Description = $"The sections: {s_sections} [default: all]", Arity = ArgumentArity.ZeroOrMore };
        Option<string> guests = new("--guests") { Description = "Only guests of a selection (prox help selectors)", HelpName = "selection" };
        return new Verb(
            "export",
            "Write the cluster as a file: access, storages, pools, guests, high availability, backup jobs, firewalls.",
            VerbClass.Read,
            (run, token) => ExportAsync(run, sections, guests, token))
        {
            Calls = s_reads,
            Arguments = [sections],
            Options = [guests],
            Details =
                "The file is YAML, or JSON with -o json. What the server writes for itself is left out, and so are built-in roles, root@pam, passwords, keys "
                + "and tokens. Firewalls of nodes and guests are there if somebody has set them up. Sections of which the user or token may not see all are named "
                + "on standard error, with the privilege that is missing. What is on nodes that are offline is left out and named, and the exit code is 1.",
            Examples = [new("export > cluster.yaml", "all sections"), new("export guests --guests 'web*'", "configurations of some guests")],
        };
    }

    /// <summary><c>prox diff</c>.</summary>
    public static Verb Diff()
    {
        FileOptions options = new();
        return new Verb(
            "diff",
            "Compare the cluster with a file. Ends with exit code 1 if they differ.",
            VerbClass.Read,
            (run, token) => DiffAsync(run, options, token))
        {
            Calls = [.. s_reads, GuestVolumes.Reads, GuestStorages.Reads],
            Options = options.All,
            Details =
                "Only what the file names counts, unless --prune is given. A guest on another node than the file says is no difference without "
                + "--migrate. Guests may have their names in the file wherever a number goes. What may be there unseen, for want of a privilege, is an error (exit "
                + "code 4).",
            Examples = [new("diff -f cluster.yaml", "what apply would change"), new("diff -f cluster.yaml -o json", "the same for a program")],
        };
    }

    /// <summary><c>prox apply</c>.</summary>
    public static Verb Apply()
    {
        FileOptions options = new();
        return new Verb(
            "apply", "Make the cluster as a file says, with as few changes as possible.", VerbClass.Change, (run, token) => ApplyAsync(run, options, token))
        {
            Calls = s_writes,
            Options = options.All,
            Traits = VerbTraits.DryRun | VerbTraits.Confirms,
            Details =
                "A second time it changes nothing. What somebody changed meanwhile is left alone (exit code 6): changes carry its digest. Guests that are "
                + "missing are made: new ones with empty disks of the same size, containers from ostemplate, copies with clone. Guests are never destroyed, "
                + "and moved only with --migrate. Nothing is deleted without --prune. What loses something, such as a deletion, a disk that is taken out or a "
                + "guest that leaves a pool, is asked about unless --yes is given.",
            Examples = [new("apply -f cluster.yaml --dry-run", "see the calls"), new("apply -f cluster.yaml", "do it")],
        };
    }

    /// <summary>The options that say which file, and how far it goes.</summary>
    private sealed class FileOptions
    {
        public Option<string> File { get; } = new("--file", "-f") { Description = "The file; - is standard input", HelpName = "file", Required = true };

        public Option<bool> Prune { get; } = new("--prune")
        {
            Description = "Delete what sections of the file do not name: roles, users, storages, pools, permissions, jobs, rules; never guests",
        };

        public Option<bool> Migrate { get; } = new("--migrate") { Description = "Move guests to the nodes that the file names" };

        public IReadOnlyList<Option> All => [File, Prune, Migrate];
    }

    private static async Task<int> ExportAsync(VerbRun run, Argument<string[]> sections, Option<string> guests, CancellationToken cancellationToken)
    {
        run.Expect(ProxmoxProduct.VirtualEnvironment);
        IStateSection[] wanted = run.Value(sections) is { Length: > 0 } names ? [.. names.Select(StateSections.Find)] : [.. StateSections.All];
        if (run.Command.Output.Format is OutputFormat.Table or OutputFormat.Wide)
        {
            run.Command.RefuseChoices("The YAML file is written as a whole", "Name sections and --guests, or add -o json");
        }

        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        JsonElement chosen = run.Value(guests) is { } selection ? await SelectAsync(run, selection, cancellationToken).ConfigureAwait(false) : default;
        (JsonElement file, CliError? lack) = await StateSections.ExportAsync(session, wanted, chosen, cancellationToken).ConfigureAwait(false);
        await TellUnseenAsync(run, session, wanted, cancellationToken).ConfigureAwait(false);
        if (run.Command.Output.Format is OutputFormat.Table or OutputFormat.Wide)
        {
            YamlText.Write(run.Command.Services.Console.Out, file);
        }
        else
        {
            // The file itself, so that apply can read it again.
            run.Command.Write(file);
        }

        return lack is null ? ExitCodes.Success : throw new CliException(lack);
    }

    private static async Task TellUnseenAsync(VerbRun run, ServerSession session, IStateSection[] sections, CancellationToken cancellationToken)
    {
        foreach (IStateSection section in sections)
        {
            if (section.Sight is { } sight && await sight.LackAsync(session, cancellationToken).ConfigureAwait(false) is { } lack)
            {
                run.Command.Warn($"{section.Name}: only what this user or token may see is written, for it lacks {lack}");
            }
        }
    }

    private static async Task<JsonElement> SelectAsync(VerbRun run, string selection, CancellationToken cancellationToken)
    {
        Pve.PveClient pve = await run.PveAsync(cancellationToken).ConfigureAwait(false);
        Pve.Bulk.GuestSelector selector = GuestTargets.Parse(selection);
        IReadOnlyList<GuestSummary> all = await pve.Guests.ListForAsync(selector, onlyMissing: true, cancellationToken: cancellationToken).ConfigureAwait(false);
        IReadOnlyList<GuestSummary> chosen = new GuestTargets(GuestKind.Any, takesWords: false).Choose(selector, all);
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

    private static async Task<IReadOnlyList<StateChange>> CompareAsync(VerbRun run, FileOptions options, CancellationToken cancellationToken)
    {
        run.Expect(ProxmoxProduct.VirtualEnvironment);
        string name = run.Value(options.File)!;
        string text;
        try
        {
            text = name == "-"
                ? await Terminal.HeldReading.ToEndAsync(run.Command.Services.Console, cancellationToken).ConfigureAwait(false)
                : await Terminal.HeldReading.OfFileAsync(run.Command.Services.Environment.AbsolutePath(name), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(
                CliError.Usage($"The file {name} cannot be read: {FileErrors.Reason(e)}", "Name a file that prox export wrote, or - for standard input"), e);
        }

        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        StateWish wish = new(run.Value(options.Prune), run.Value(options.Migrate), run.Context.User ?? run.Context.TokenId?.Split('!')[0]);
        IReadOnlyList<StateChange> all = await StateSections.CompareAsync(
            session, YamlReading.Read(text, name), wish, cancellationToken).ConfigureAwait(false);
        foreach (StateChange remark in all.Where(static change => change.IsRemark))
        {
            run.Note(TextCells.Visible($"{remark.Section} {remark.Subject}: {remark.Reason}"));
        }

        return [.. all.Where(static change => !change.IsRemark)];
    }

    private static async Task<int> DiffAsync(VerbRun run, FileOptions options, CancellationToken cancellationToken)
    {
        IReadOnlyList<StateChange> changes = await CompareAsync(run, options, cancellationToken).ConfigureAwait(false);

        // A slip of the pen is no difference: apply would refuse it.
        new StateApplier(run, changes).CheckValues();
        Show(run, changes, "");
        return changes.Count == 0 ? ExitCodes.Success : ExitCodes.Error;
    }

    private static async Task<int> ApplyAsync(VerbRun run, FileOptions options, CancellationToken cancellationToken)
    {
        ChangeRules.CheckContext(run, run.Context);
        IReadOnlyList<StateChange> changes = await CompareAsync(run, options, cancellationToken).ConfigureAwait(false);
        StateApplier applier = new(run, changes);
        await applier.CheckAsync(cancellationToken).ConfigureAwait(false);
        StateChange[] left = [.. changes.Where(static change => change.IsOutOfReach)];
        foreach (StateChange change in run.IsDryRun ? left : [])
        {
            run.Command.Warn(TextCells.Visible($"{change.Section} {change.Subject} stays as it is: {change.Reason}"));
        }

        if (run.IsDryRun)
        {
            return await applier.ShowAsync(cancellationToken).ConfigureAwait(false);
        }

        left = [.. left, .. await applier.RunAsync(cancellationToken).ConfigureAwait(false)];
        Show(run, [.. changes.Where(change => !Array.Exists(left, change.IsAbout))], "Done: ");
        return left.Length == 0 ? ExitCodes.Success : throw new CliException(Left(left));
    }

    private static CliError Left(StateChange[] changes) => new()
    {
        Code = Array.Exists(changes, static change => change.Action == "move") ? "bulk_failed" : "out_of_reach",
        ExitCode = ExitCodes.Error,
        Message = string.Create(CultureInfo.InvariantCulture, $"{changes.Length} {Differences(changes.Length)} left: ")
            + string.Join("; ", changes.Select(static change => TextCells.Visible($"{change.Section} {change.Subject}, {change.Reason}"))),
        Hint = Array.Exists(changes, static change => change.Action == "move")
            ? "All else is as the file says. Put right what hinders these, then run it again: it makes what is missing"
            : changes.Select(static change => change.Remedy).OfType<string>().FirstOrDefault() is { } remedy ? $"All else is as the file says. {remedy}"
            : "All else is as the file says. Change these on a node of the cluster, then compare again with: prox diff",
    };

    private static string Differences(int count) => count == 1 ? "difference" : "differences";

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

        string noun = Differences(changes.Count);
        run.Note(changes.Count == 0 ? "No differences." : string.Create(CultureInfo.InvariantCulture, $"{done}{changes.Count} {noun}."));
    }

    private static void WriteText(VerbRun run, IReadOnlyList<StateChange> changes)
    {
        TextWriter writer = run.Command.Services.Console.Out;
        Ansi ansi = run.Command.Output.Ansi;
        foreach (StateChange change in changes)
        {
            string reason = change.Reason is null ? "" : $": {change.Reason}";
            writer.WriteLine(ansi.Bold(TextCells.Visible($"{change.Action} {change.Section} {change.Subject}{reason}")));
            foreach ((string key, string? from, string? to) in change.Keys)
            {
                if (from is not null)
                {
                    writer.WriteLine(ansi.Red($"  - {key}: {TextCells.Visible(Shown(key, from))}"));
                }

                if (to is not null)
                {
                    writer.WriteLine(ansi.Green($"  + {key}: {TextCells.Visible(Shown(key, to))}"));
                }
            }
        }
    }

    [return: NotNullIfNotNull(nameof(value))]
    private static string? Shown(string key, string? value) => value is not null && EndpointParameter.IsSecretName(key) ? CallText.Hidden : value;

    private static void Write(Utf8JsonWriter json, IReadOnlyList<StateChange> changes)
    {
        json.WriteStartArray();
        foreach (StateChange change in changes)
        {
            json.WriteStartObject();
            json.WriteString("section", change.Section);
            json.WriteString("subject", change.Subject);
            json.WriteString("action", change.Action);
            json.WriteOptional("reason", change.Reason);
            json.WriteStartArray("keys");
            foreach ((string key, string? from, string? to) in change.Keys)
            {
                json.WriteStartObject();
                json.WriteString("key", key);
                json.WriteString("from", Shown(key, from));
                json.WriteString("to", Shown(key, to));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
