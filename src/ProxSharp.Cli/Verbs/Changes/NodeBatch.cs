using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Declare;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Operations;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>
/// Several calls of a node in one (<c>POST /nodes/{node}/execute</c>): it is asked about as each of them would be, it fails if one of them does, and the tasks that
/// they start are waited for. Pure.
/// </summary>
internal static class NodeBatch
{
    private const string Template = "/nodes/{node}/execute";

    /// <summary>True for the operation.</summary>
    public static bool IsOne(OperationEntry operation) => operation is { Method: ApiMethod.Post, Path: Template };

    /// <summary>Says what comes of the calls in it that a person is asked about, or that nobody can read; null if there are none, and for other operations.</summary>
    /// <param name="schema">The API.</param>
    /// <param name="call">The call.</param>
    public static string? Effect(ApiSchema schema, PlannedCall call)
    {
        if (call.Method != ApiMethod.Post || call.Template != Template)
        {
            return null;
        }

        string node = call.Path[..^"/execute".Length];
        try
        {
            using JsonDocument commands = JsonDocument.Parse(call.Parameters.Find("commands") ?? "");
            string[] effects = commands.RootElement.ValueKind != JsonValueKind.Array
                ? [Asking.NoWayBack]
                : [.. commands.RootElement.EnumerateArray().Select(command => EffectOf(schema, node, command)).OfType<string>()];
            return effects.Length == 0 ? null : string.Join(' ', effects);
        }
        catch (JsonException)
        {
            // The server says what is wrong with it.
            return Asking.NoWayBack;
        }
    }

    private static string? EffectOf(ApiSchema schema, string node, JsonElement command)
    {
        string line = $"{StateValues.Text(command, "method")} {StateValues.Text(command, "path")}";
        string path = $"{node}/{StateValues.Text(command, "path")?.Trim('/')}";
        if (!ApiMethods.TryParse(StateValues.Text(command, "method"), out ApiMethod method) || !schema.TryMatch(method, path, out ApiMatch? match))
        {
            return $"{line}: {Asking.NoWayBack}";
        }

        ApiParameters parameters = [];
        if (command.TryGetProperty("args", out JsonElement args) && args.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty value in args.EnumerateObject())
            {
                parameters.Add(value.Name, value.Value.ToString());
            }
        }

        OperationEntry operation = Asking.Find(schema.Product, method, match.Endpoint.Path);
        return Asking.IsNeeded(operation, parameters, path) ? $"{line}: {Asking.Effect(schema.Product, operation, parameters)}" : null;
    }

    /// <summary>The tasks that its calls have started.</summary>
    /// <param name="template">The template of the call.</param>
    /// <param name="answer">The answer.</param>
    public static IReadOnlyList<string> Tasks(string? template, JsonElement answer) => template != Template || answer.ValueKind != JsonValueKind.Array
        ? []
        : [.. answer.EnumerateArray().Where(static one => one.ValueKind == JsonValueKind.Object)
            .Select(static one => one.TryGetProperty("data", out JsonElement data) ? TaskWaiter.UpidIn(data) : null).OfType<string>()];

    /// <summary>Makes sure that all of its calls went well.</summary>
    /// <param name="template">The template of the call.</param>
    /// <param name="answer">The answer, which was shown.</param>
    /// <exception cref="CliException">One did not.</exception>
    public static void Check(string? template, JsonElement answer)
    {
        if (template != Template || answer.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        List<string> failed = [];
        int place = 0;
        foreach (JsonElement one in answer.EnumerateArray())
        {
            place++;
            if (StatusOf(one) is (>= 400 and < 600) and int status)
            {
                failed.Add(string.Create(CultureInfo.InvariantCulture, $"{place}: {status} {StateValues.Text(one, "message")?.Trim()}"));
            }
        }

        if (failed.Count > 0)
        {
            throw new CliException(new CliError
            {
                Code = "batch_failed",
                ExitCode = ExitCodes.Error,
                Message = string.Create(CultureInfo.InvariantCulture, $"{failed.Count} of {place} commands failed: {TextCells.Visible(string.Join("; ", failed))}"),
                Hint = failed.Count < place ? "The others were carried out; repeat only those that failed" : null,
            });
        }
    }

    private static int StatusOf(JsonElement one) =>
        int.TryParse(StateValues.Text(one, "status"), NumberStyles.None, CultureInfo.InvariantCulture, out int status) ? status : 0;
}
