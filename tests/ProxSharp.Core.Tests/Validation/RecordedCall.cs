using System.Net;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Core.Tests.Validation;

/// <summary>One call of a real client to a real server: what was asked, and what the server said about the parameters.</summary>
internal sealed record RecordedCall(string Name, ApiEndpoint Endpoint, ApiParameters Parameters, int Status, IReadOnlyDictionary<string, string> Errors, string Body)
{
    private const string Root = "/api2/json/";

    /// <summary>Reads the recorded requests of a product that address a known endpoint with parameters that can be read.</summary>
    public static IEnumerable<RecordedCall> Samples(ApiSchema schema, string product)
    {
        foreach (string file in RepositoryFiles.Recordings($"{product}/samples"))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            if (TryRead(schema, Path.GetFileNameWithoutExtension(file), document.RootElement) is { } call)
            {
                yield return call;
            }
        }
    }

    /// <summary>Reads the calls that were made to learn the shapes of results; their path parameters are not recorded.</summary>
    public static IEnumerable<RecordedCall> Shapes(ApiSchema schema, string product)
    {
        foreach (string file in RepositoryFiles.Recordings($"{product}/shapes"))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            JsonElement root = document.RootElement;
            if (!ApiMethods.TryParse(root.GetProperty("method").GetString(), out ApiMethod method)
                || schema.Find(method, root.GetProperty("path").GetString()!) is not { } endpoint)
            {
                continue;
            }

            int number = 0;
            foreach (JsonElement call in root.GetProperty("calls").EnumerateArray())
            {
                ApiParameters parameters = new();
                AddJson(parameters, call.GetProperty("params"));
                yield return new RecordedCall(
                    $"{Path.GetFileNameWithoutExtension(file)} #{++number}", endpoint, parameters, call.GetProperty("status").GetInt32(), new Dictionary<string, string>(), "");
            }
        }
    }

    public string Describe() => $"{Name}: {Endpoint} {string.Join('&', Parameters.Select(static p => $"{p.Name}={p.Text}"))}";

    private static RecordedCall? TryRead(ApiSchema schema, string name, JsonElement root)
    {
        if (!root.TryGetProperty("request", out JsonElement request) || !root.TryGetProperty("response", out JsonElement response)
            || !(request.TryGetProperty("target", out JsonElement target) || request.TryGetProperty("path", out target))
            || target.GetString() is not { } url || !url.StartsWith(Root, StringComparison.Ordinal)
            || !request.TryGetProperty("method", out JsonElement verb) || !ApiMethods.TryParse(verb.GetString(), out ApiMethod method)
            || !response.TryGetProperty("status", out JsonElement status) || status.ValueKind != JsonValueKind.Number)
        {
            return null;
        }

        string[] parts = url[(Root.Length - 1)..].Split('?', 2);
        if (!schema.TryMatch(method, parts[0], out ApiMatch? match))
        {
            return null;
        }

        ApiParameters parameters = new();
        foreach ((string key, string value) in match.PathValues)
        {
            parameters.Add(key, value);
        }

        AddForm(parameters, parts.Length > 1 ? parts[1] : "");
        if (!AddBody(parameters, request) || !AddParams(parameters, request, method))
        {
            return null;
        }

        return new RecordedCall(name, match.Endpoint, parameters, status.GetInt32(), ReadErrors(root), BodyOf(response));
    }

    private static Dictionary<string, string> ReadErrors(JsonElement root) =>
        root.TryGetProperty("json", out JsonElement json) && json.ValueKind == JsonValueKind.Object
        && json.TryGetProperty("errors", out JsonElement errors) && errors.ValueKind == JsonValueKind.Object
            ? errors.EnumerateObject().ToDictionary(static e => e.Name, static e => e.Value.GetString()!)
            : [];

    private static string BodyOf(JsonElement response) =>
        response.TryGetProperty("body", out JsonElement body) && body.ValueKind == JsonValueKind.String ? body.GetString()! : "";

    private static bool AddBody(ApiParameters parameters, JsonElement request)
    {
        if (!request.TryGetProperty("body", out JsonElement body) || body.ValueKind != JsonValueKind.String || body.GetString() is not { Length: > 0 } text)
        {
            return true;
        }

        if (text.StartsWith('{'))
        {
            try
            {
                using JsonDocument json = JsonDocument.Parse(text);
                return AddJson(parameters, json.RootElement);
            }
            catch (JsonException)
            {
                return false;
            }
        }

        if (text.StartsWith('<') || text.Contains("Content-Disposition", StringComparison.Ordinal))
        {
            return false;
        }

        AddForm(parameters, text);
        return true;
    }

    /// <summary>The backup server's recordings list the query of a GET or DELETE beside the path.</summary>
    private static bool AddParams(ApiParameters parameters, JsonElement request, ApiMethod method) =>
        method is ApiMethod.Post or ApiMethod.Put
        || !request.TryGetProperty("params", out JsonElement query)
        || query.ValueKind != JsonValueKind.Object
        || AddJson(parameters, query);

    private static void AddForm(ApiParameters parameters, string form)
    {
        foreach (string pair in form.Split(['&', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            string[] sides = pair.Split('=', 2);
            string name = WebUtility.UrlDecode(sides[0]);

            // Proxmox: a key without equals sign is absent, and _dc only defeats caches.
            if (sides.Length == 2 && name != "_dc")
            {
                parameters.Add(name, WebUtility.UrlDecode(sides[1]));
            }
        }
    }

    private static bool AddJson(ApiParameters parameters, JsonElement json)
    {
        foreach (JsonProperty property in json.EnumerateObject())
        {
            switch (property.Value.ValueKind)
            {
                case JsonValueKind.Null:
                    break;
                case JsonValueKind.Object:
                    return false;
                case JsonValueKind.Array:
                    parameters.AddList(property.Name, property.Value.EnumerateArray().Select(Text));
                    break;
                case JsonValueKind.True or JsonValueKind.False:
                    parameters.Add(property.Name, property.Value.GetBoolean());
                    break;
                default:
                    parameters.Add(property.Name, Text(property.Value));
                    break;
            }
        }

        return true;
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,

        // Proxmox: a JSON 2.0 is the number 2 for Perl.
        JsonValueKind.Number when value.GetDouble() % 1 == 0 => value.GetDouble().ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        JsonValueKind.True => "1",
        JsonValueKind.False => "0",
        _ => value.GetRawText(),
    };
}
