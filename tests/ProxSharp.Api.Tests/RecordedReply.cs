using System.Text.Json;
using ProxSharp.Schema;

namespace ProxSharp.Api.Tests;

/// <summary>The data of a successful answer of a real server.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Product">The product, <c>pve</c> or <c>pbs</c>.</param>
/// <param name="Endpoint">The endpoint that was called.</param>
/// <param name="Data">The member <c>data</c> of the answer.</param>
internal sealed record RecordedReply(string Name, string Product, ApiEndpoint Endpoint, JsonElement Data)
{
    public static IReadOnlyList<RecordedReply> All { get; } = [.. Load("pve", GeneratedApi.Pve.Schema), .. Load("pbs", GeneratedApi.Pbs.Schema)];

    private static IEnumerable<RecordedReply> Load(string product, ApiSchema schema)
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Recordings", product, "samples"), "*.json").Order(StringComparer.Ordinal))
        {
            JsonElement root = JsonDocument.Parse(File.ReadAllBytes(file)).RootElement;
            if (Member(root, "response") is { ValueKind: JsonValueKind.Object } response
                && Member(response, "status") is { ValueKind: JsonValueKind.Number } status && status.GetInt32() == 200
                && Text(Member(root, "request"), "method", "method") is { } verb && ApiMethods.TryParse(verb, out ApiMethod method)
                && ApiPath(Text(Member(root, "request"), "target", "path")) is { } path && schema.TryMatch(method, path, out ApiMatch? match)
                && ReadData(Text(response, "bodyText", "body")) is { } data)
            {
                yield return new RecordedReply(Path.GetFileName(file), product, match.Endpoint, data);
            }
        }
    }

    private static string? ApiPath(string? target) =>
        target?.StartsWith("/api2/json", StringComparison.Ordinal) == true ? target["/api2/json".Length..].Split('?')[0] : null;

    private static JsonElement? ReadData(string? body)
    {
        if (body?.StartsWith("{\"", StringComparison.Ordinal) != true)
        {
            return null;
        }

        return JsonDocument.Parse(body).RootElement.TryGetProperty("data", out JsonElement data) ? data : null;
    }

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : default;

    private static string? Text(JsonElement element, string name, string otherName) =>
        (Member(element, name), Member(element, otherName)) switch
        {
            ({ ValueKind: JsonValueKind.String } first, _) => first.GetString(),
            (_, { ValueKind: JsonValueKind.String } second) => second.GetString(),
            _ => null,
        };
}
