using System.Collections.Concurrent;
using System.Text.Json;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Output;
using ProxSharp.Ids;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>What servers answered to calls about guests, beside the tasks that they started.</summary>
internal sealed class GuestAnswers
{
    private const string Result = "result";
    private const int LongestCell = 60;

    private readonly ConcurrentDictionary<string, JsonElement> _answers = new(StringComparer.Ordinal);

    /// <summary>Keeps an answer, unless it says nothing.</summary>
    public void Keep(VmId guest, JsonElement answer)
    {
        // Proxmox: what the agent of a machine says is wrapped in a member of this name.
        bool isWrapped = answer.ValueKind == JsonValueKind.Object && answer.EnumerateObject().All(static member => member.NameEquals(Result));
        JsonElement said = isWrapped && answer.TryGetProperty(Result, out JsonElement inner) ? inner : answer;
        bool isEmpty = said.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined
            || (said.ValueKind == JsonValueKind.Object && !said.EnumerateObject().Any());
        if (!isEmpty)
        {
            _answers[guest.ToString()] = said;
        }
    }

    /// <summary>Returns what was answered about a guest; null if nothing was.</summary>
    public JsonElement? Of(VmId guest) => _answers.TryGetValue(guest.ToString(), out JsonElement answer) ? answer : null;

    /// <summary>Returns what tables show: short answers have a column.</summary>
    public ResultShape Shape(ResultShape rows) => _answers.IsEmpty || !_answers.Values.All(IsShort)
        ? rows
        : rows with { TableFields = [.. rows.TableFields, Result] };

    /// <summary>Writes answers that are too long for a column below the table, guest by guest; other forms of output have them in the rows.</summary>
    public void WriteBelow(CommandRun run, IEnumerable<GuestSummary> guests, ResultShape shape)
    {
        if (run.Output is not { Format: OutputFormat.Table, Fields: null, Query: null } || _answers.Values.All(IsShort))
        {
            return;
        }

        foreach (GuestSummary guest in guests)
        {
            if (Of(guest.Id) is { } answer)
            {
                run.Services.Console.Out.WriteLine();
                run.Services.Console.Out.WriteLine($"{GuestKinds.Title(guest)}:");
                new TableText(run.Services.Console.Out, run.Output, shape).Write(Readable(answer));
            }
        }
    }

    private static bool IsShort(JsonElement answer) => answer.ValueKind switch
    {
        JsonValueKind.Object or JsonValueKind.Array => false,
        JsonValueKind.String => answer.GetString() is { Length: <= LongestCell } text && !text.Contains('\n', StringComparison.Ordinal),
        _ => true,
    };

    // Proxmox: the monitor of a machine ends its lines as old terminals do.
    private static JsonElement Readable(JsonElement answer) => answer.ValueKind == JsonValueKind.String
        ? JsonText.Build(json => json.WriteStringValue(answer.GetString()!.ReplaceLineEndings("\n")))
        : answer;
}
