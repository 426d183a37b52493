using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs;
using ProxSharp.Mcp.Policies;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Cli.Guarding;

/// <summary>Turns calls into what plans are made from.</summary>
internal static class PlanCalls
{
    private const string Hint = "Write a JSON list: [{\"method\":\"POST\",\"path\":\"/nodes/pve1/qemu/100/status/start\",\"parameters\":{}}]";

    /// <summary>Takes over a call of a command.</summary>
    public static PlanRequest Request(Verbs.Endpoints.PlannedCall call) => new(call.Method, call.Path, call.Parameters)
    {
        Upload = call.Upload is { } upload ? new PlanUpload(upload.Path, upload.Name) : null,
    };

    /// <summary>Reads calls from a file.</summary>
    /// <exception cref="CliException">It holds something else.</exception>
    public static async Task<PlanRequest[]> ReadAsync(VerbRun run, string file, CancellationToken cancellationToken)
    {
        string text;
        try
        {
            text = file == "-"
                ? await Terminal.HeldReading.RunAsync(
                    () => GuardFiles.ReadAsync(run.Command.Services.Console.In, "Standard input", cancellationToken), cancellationToken).ConfigureAwait(false)
                : await Terminal.HeldReading.RunAsync(
                    () => GuardFiles.ReadNamedAsync(run.Command.Services.Environment.AbsolutePath(file), cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(CliError.Usage($"The file {file} with the calls cannot be read: {FileErrors.Reason(e)}", Hint), e);
        }

        if (string.IsNullOrWhiteSpace(text))
        {
            throw CliException.Usage($"{file} is empty", Hint);
        }

        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.ValueKind == JsonValueKind.Array && document.RootElement.GetArrayLength() > 0
            ? [.. document.RootElement.EnumerateArray().Select(Read)]
            : throw CliException.Usage($"{file} holds no list of calls", Hint);
    }

    private static PlanRequest Read(JsonElement call)
    {
        if (call.ValueKind != JsonValueKind.Object
            || call.EnumerateObject().Any(static member => member.Name is not ("method" or "path" or "parameters"))
            || !ApiMethods.TryParse(Text(call, "method"), out ApiMethod method)
            || Text(call, "path") is not { } path)
        {
            throw CliException.Usage("A call has 'method', 'path' and 'parameters', and nothing else", Hint);
        }

        ApiParameters parameters = [];
        foreach (JsonProperty member in call.TryGetProperty("parameters", out JsonElement all) ? all.EnumerateObject() : Enumerable.Empty<JsonProperty>())
        {
            switch (member.Value.ValueKind)
            {
                case JsonValueKind.Array:
                    parameters.AddList(member.Name, member.Value.EnumerateArray().Select(static item => item.ToString()));
                    break;
                case JsonValueKind.True or JsonValueKind.False:
                    parameters.Add(member.Name, member.Value.GetBoolean());
                    break;
                case JsonValueKind.Null:
                    break;
                default:
                    parameters.Add(member.Name, member.Value.ToString());
                    break;
            }
        }

        return new PlanRequest(method, path, parameters);
    }

    private static string? Text(JsonElement call, string name) =>
        call.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
