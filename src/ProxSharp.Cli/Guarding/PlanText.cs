using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;
using ProxSharp.Mcp.Text;
using ProxSharp.Operations;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Cli.Guarding;

/// <summary>Shows plans and what came of them; what is a secret for certain is masked.</summary>
internal static class PlanText
{
    private const int ShortLength = 12;

    private static readonly ResultShape s_shape = new() { NameField = "plan", WholeField = "plan" };

    private static readonly ResultShape s_steps = new()
    {
        LeadingFields = ["number", "succeeded", "call", "message", "upid", "note"],
        TableFields = ["number", "succeeded", "call", "message"],
        NameField = "number",
    };

    // What programs in guests wrote is what they were run for.
    private static readonly ResultShape s_programs = new()
    {
        LeadingFields = [.. s_steps.LeadingFields, "output", "error"],
        TableFields = [.. s_steps.TableFields, "output", "error"],
        NameField = s_steps.NameField,
    };

    /// <summary>The beginning of a name, which is enough to name a plan.</summary>
    public static string ShortId(string id) => id.Length > ShortLength ? id[..ShortLength] : id;

    /// <summary>Writes a time: in tables as all lists show times.</summary>
    public static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset time, bool isTable)
    {
        if (isTable)
        {
            json.WriteString(name, time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }
        else
        {
            json.WriteString(name, time);
        }
    }

    /// <summary>Shows a plan.</summary>
    /// <param name="run">Where messages go.</param>
    /// <param name="output">How it is written.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="state">Whether it can be applied.</param>
    /// <param name="policy">What an undo would have to pass; null if it cannot be read.</param>
    public static void Write(CommandRun run, OutputSettings output, Plan plan, PlanState state, GuardPolicy? policy)
    {
        TextWriter writer = run.Services.Console.Out;
        if (output.Format is OutputFormat.Table or OutputFormat.Wide && output.Query is null && output.Fields is null)
        {
            WriteLines(writer, output.Ansi, plan, state, policy);
            return;
        }

        ResultWriter.Write(writer, JsonText.Build(json => WriteJson(json, plan, state, policy)), output with { IsVersioned = true }, s_shape);
    }

    /// <summary>Says that no plan was made because nothing has to change. For programs the members are those of a plan, and its name is null.</summary>
    /// <returns>The exit code: this is no fault.</returns>
    public static int WriteUnneeded(CommandRun run, OutputSettings output, string message)
    {
        if (output.Format is OutputFormat.Table or OutputFormat.Wide)
        {
            run.Services.Console.Out.WriteLine(TextCells.Visible(message));
            return ExitCodes.Success;
        }

        ResultWriter.Write(run.Services.Console.Out, JsonText.Build(json =>
        {
            json.WriteStartObject();
            json.WriteNull("plan");
            json.WriteString("state", GuardRefusedException.Unneeded);
            json.WriteString("message", message);
            json.WriteList("calls", []);
            json.WriteEndObject();
        }), output with { IsVersioned = true }, s_shape);
        return ExitCodes.Success;
    }

    /// <summary>Writes a plan for programs.</summary>
    public static void WriteJson(Utf8JsonWriter json, Plan plan, PlanState state, GuardPolicy? policy)
    {
        json.WriteStartObject();
        json.WriteString("plan", plan.Id);
        json.WriteString("context", plan.Context);
        json.WriteString("class", plan.Class.ToString().ToLowerInvariant());
        json.WriteList("classes", plan.Classes.Select(static kind => kind.ToString().ToLowerInvariant()));
        json.WriteString("state", state.ToString().ToLowerInvariant());
        json.WriteOptional("approval", policy is null ? null : PolicyWriter.Word(ApprovalWords.Kind(plan, policy)));
        json.WriteString("expires", plan.Expires);
        json.WriteList("calls", plan.Calls.Select(static call => call.ToReview()));
        json.WriteStartArray("targets");
        foreach (PlanTarget target in plan.Targets)
        {
            json.WriteStartObject();
            json.WriteString("target", target.Key);
            WriteMap(json, "identity", target.Identity);
            WriteMap(json, "facts", target.Facts);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteList("consequences", plan.Consequences);
        json.WriteList("undo", plan.Undo.Select(static call => call.ToReview()));
        json.WriteOptional("undo_refused", BackWords.Refused(plan, policy) is { } refused ? refused.ToString().ToLowerInvariant() : null);
        json.WriteEndObject();
    }

    /// <summary>Shows what came of a plan.</summary>
    public static void Write(CommandRun run, ApplyResult result) => run.WriteVersioned(JsonText.Build(json =>
    {
        json.WriteStartArray();
        foreach (ApplyStep step in result.Steps)
        {
            json.WriteStartObject();
            json.WriteNumber("number", step.LedgerNumber);
            json.WriteBoolean("succeeded", step.Succeeded);
            json.WriteString("call", step.Call);
            json.WriteString("message", step.Message);
            json.WriteOptional("upid", step.Upid);
            json.WriteOptional("note", step.Note);
            if (step.Program is { } program)
            {
                json.WriteOptional("output", program.Output);
                json.WriteOptional("error", program.Error);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }), result.Steps.Any(static step => step.Program is not null) ? s_programs : s_steps);

    private static void WriteLines(TextWriter writer, Ansi ansi, Plan plan, PlanState state, GuardPolicy? policy)
    {
        // Who would have to agree to a plan that nobody can apply any more is of no interest.
        string who = policy is null ? "" : $"{ApprovalWords.Of(plan, policy)}, ";
        string open = state == PlanState.Open
            ? string.Create(CultureInfo.InvariantCulture, $"{who}good until {plan.Expires.UtcDateTime:yyyy-MM-dd HH:mm}Z")
            : state.ToString().ToLowerInvariant();
        writer.WriteLine($"{ansi.Bold($"plan {ShortId(plan.Id)}")} ({plan.ClassWords}, {BackWords.Of(plan, policy)}, {open})");
        foreach (PlannedCall call in plan.Calls)
        {
            writer.WriteLine($"  {TextCells.Visible(call.ToReview())}");
        }

        foreach (string line in plan.Consequences)
        {
            writer.WriteLine($"  - {TextCells.Visible(line)}");
        }
    }

    private static void WriteMap(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string> map)
    {
        json.WriteStartObject(name);
        foreach ((string key, string value) in map)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }
}
