using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>Shows what a verb would do: the exact calls, and how they would change configurations. Nothing is sent but questions.</summary>
internal static class DryRun
{
    /// <summary>Shows it.</summary>
    /// <exception cref="CliException">One of the calls would be refused before it is sent.</exception>
    public static async Task<int> ShowAsync(
        VerbRun run, ApiSchema schema, IReadOnlyList<PlannedCall> calls, CancellationToken cancellationToken, IReadOnlyList<SkippedGuest>? skipped = null)
    {
        CallCheck.Check(schema, calls);
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        return await ShowAsync(run.Command, session, schema, calls, cancellationToken, skipped).ConfigureAwait(false);
    }

    /// <summary>Shows calls that have been checked.</summary>
    public static async Task<int> ShowAsync(
        CommandRun run,
        ServerSession session,
        ApiSchema schema,
        IReadOnlyList<PlannedCall> calls,
        CancellationToken cancellationToken,
        IReadOnlyList<SkippedGuest>? skipped = null)
    {
        if (run.Services.Planning is { } planning)
        {
            planning.Add(run, session.Context, calls);
            return ExitCodes.Success;
        }

        List<(PlannedCall Call, IReadOnlyList<ConfigChange> Changes)> plan = [];
        foreach (PlannedCall call in calls.Select(call => EncodedTexts.Sent(schema, call)))
        {
            IReadOnlyList<ConfigChange> changes = await ConfigDifference.ReadAsync(session, schema, call, cancellationToken).ConfigureAwait(false);
            plan.Add((EncodedTexts.Spelled(schema, call), changes));
            if (changes.Count == 0 && PrunedBackups.IsPossible(call))
            {
                run.Note("No backup would be removed.");
            }
        }

        Tell(run, session.Context, plan, skipped ?? []);
        return ExitCodes.Success;
    }

    /// <summary>Shows calls to a server that nobody has logged in to: how they would change it cannot be read.</summary>
    public static int Show(CommandRun run, ServerContext context, ApiSchema schema, IReadOnlyList<PlannedCall> calls)
    {
        Tell(run, context, [.. calls.Select(call => (EncodedTexts.Spelled(schema, EncodedTexts.Sent(schema, call)), (IReadOnlyList<ConfigChange>)[]))], []);
        return ExitCodes.Success;
    }

    private static void Tell(
        CommandRun run,
        ServerContext context,
        List<(PlannedCall Call, IReadOnlyList<ConfigChange> Changes)> plan,
        IReadOnlyList<SkippedGuest> skipped)
    {
        if (run.Output.Format is OutputFormat.Table or OutputFormat.Wide)
        {
            WriteText(run, plan);
        }
        else
        {
            run.WriteVersioned(JsonText.Build(json => Write(json, plan, skipped)));
        }

        Note(run, context);
    }

    /// <summary>Says that nothing was sent, and where it never would be.</summary>
    public static void Note(CommandRun run, ServerContext context)
    {
        run.Note("Nothing was sent.");
        if (context.IsReadOnly)
        {
            run.Note($"{(context.Name is { Length: > 0 } name ? $"The context '{name}' is read-only" : "Nothing may be changed here")}: without --dry-run it would be refused.");
        }
    }

    private static void WriteText(CommandRun run, List<(PlannedCall Call, IReadOnlyList<ConfigChange> Changes)> plan)
    {
        TextWriter writer = run.Services.Console.Out;
        Ansi ansi = run.Output.Ansi;
        foreach ((PlannedCall call, IReadOnlyList<ConfigChange> changes) in plan)
        {
            writer.WriteLine(call.Target.Length > 0 ? $"{CallText.Line(call)}  {ansi.Dim($"# {TextCells.Visible(call.Target)}")}" : CallText.Line(call));
            foreach (ConfigChange change in changes)
            {
                if (change.From is not null)
                {
                    writer.WriteLine(ansi.Red($"  - {change.Key}: {TextCells.Visible(change.From)}"));
                }

                if (change.To is not null)
                {
                    writer.WriteLine(ansi.Green($"  + {change.Key}: {TextCells.Visible(change.To)}"));
                }
            }
        }
    }

    private static void Write(
        Utf8JsonWriter json, List<(PlannedCall Call, IReadOnlyList<ConfigChange> Changes)> plan, IReadOnlyList<SkippedGuest> skipped)
    {
        json.WriteStartObject();
        json.WriteBoolean("dryRun", true);
        json.WriteStartArray("calls");
        plan.ForEach(item => CallText.Write(json, item.Call));
        json.WriteEndArray();
        json.WriteStartArray("changes");
        foreach (ConfigChange change in plan.SelectMany(static item => item.Changes))
        {
            json.WriteStartObject();
            json.WriteString("target", change.Target);
            json.WriteString("key", change.Key);
            json.WriteString("from", change.From);
            json.WriteString("to", change.To);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (skipped.Count > 0)
        {
            WriteSkipped(json, skipped);
        }

        json.WriteEndObject();
    }

    // Who gets no call for a guest wants to know why there is none.
    private static void WriteSkipped(Utf8JsonWriter json, IReadOnlyList<SkippedGuest> skipped)
    {
        json.WriteStartArray("skipped");
        foreach (SkippedGuest item in skipped)
        {
            json.WriteStartObject();
            json.WriteNumber("vmid", item.Guest.Id.Value);
            json.WriteString("guest", GuestKinds.Title(item.Guest));
            json.WriteString("reason", item.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
