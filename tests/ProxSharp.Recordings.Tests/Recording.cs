using System.Text;
using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Recordings.Tests;

/// <summary>One recorded exchange with a real server.</summary>
public sealed class Recording
{
    private readonly JsonElement _json;

    private Recording(ProxmoxProduct product, string name, JsonElement json)
    {
        Product = product;
        Name = name;
        _json = json;
    }

    public ProxmoxProduct Product { get; }

    public string Name { get; }

    /// <summary>True if the file holds a whole request and answer; some hold raw socket experiments.</summary>
    public bool IsExchange => Text(Request, "method") is not null && Response.TryGetProperty("status", out _);

    public ApiMethod Method => ApiMethods.TryParse(Verb, out ApiMethod method) ? method : throw new InvalidOperationException($"{Name}: no API verb {Verb}");

    public string Verb => Text(Request, "method")!;

    /// <summary>The request target as sent, path and query.</summary>
    public string Target => Text(Request, "target") ?? Text(Request, "path")!;

    public string RequestBody => Text(Request, "body") ?? "";

    public int Status => Response.GetProperty("status").GetInt32();

    public string Reason => Text(Response, "reason") ?? "";

    public IReadOnlyList<KeyValuePair<string, string>> ResponseHeaders =>
        [.. Response.GetProperty("headers").EnumerateArray().Select(static pair => KeyValuePair.Create(pair[0].GetString()!, pair[1].GetString()!))];

    public byte[] Body =>
        Text(Response, "bodyBase64") is { } encoded ? Convert.FromBase64String(encoded) : Encoding.UTF8.GetBytes(Text(Response, "bodyText") ?? Text(Response, "body") ?? "");

    private JsonElement Request => Member("request");

    private JsonElement Response => Member("response");

    /// <summary>True if the answer is a plain stream instead of a JSON envelope.</summary>
    public bool IsStream => Status < 400 && !ResponseHeaders.Any(static header => header.Value.StartsWith("application/json", StringComparison.Ordinal));

    /// <summary>True if the request sends a file.</summary>
    public bool IsUpload => RequestHeader("Content-Type")?.StartsWith("multipart/", StringComparison.Ordinal) == true;

    /// <summary>The parameters of the call as they were given to the recorder.</summary>
    public JsonElement Parameters =>
        (_json.TryGetProperty("api", out JsonElement api) ? api : Request).TryGetProperty("params", out JsonElement parameters) ? parameters : default;

    /// <summary>The first header of the request; null if it was not sent.</summary>
    public string? RequestHeader(string name) =>
        Request.GetProperty("headers").EnumerateObject()
            .Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(static header => header.Value.GetString())
            .FirstOrDefault();

    public static Recording Load(string file)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Recordings", file);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return new Recording(
            file.StartsWith("pbs", StringComparison.Ordinal) ? ProxmoxProduct.BackupServer : ProxmoxProduct.VirtualEnvironment,
            file,
            document.RootElement.Clone());
    }

    /// <summary>The relative names of all recordings of a product, for example <c>pve/samples/001-login-ok-pam.json</c>.</summary>
    public static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Recordings", folder), "*.json")
            .Select(file => folder + "/" + Path.GetFileName(file))
            .Order(StringComparer.Ordinal);

    public override string ToString() => Name;

    /// <summary>The answer as the server sent it, byte for byte.</summary>
    /// <remarks>A few bodies were shortened by the recorder; their length header is set to what is left. PBS bodies that were sent in chunks are sent whole.</remarks>
    public byte[] ResponseBytes()
    {
        byte[] body = Body;
        StringBuilder head = new($"HTTP/1.1 {Status} {Reason}\r\n");
        foreach ((string name, string value) in ResponseHeaders)
        {
            bool length = name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) || name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase);
            head.Append(length ? $"Content-Length: {body.Length}\r\n" : $"{name}: {value}\r\n");
        }

        // Reason phrases hold raw UTF-8 where the message does.
        return [.. Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), .. body];
    }

    private JsonElement Member(string name) => _json.TryGetProperty(name, out JsonElement value) ? value : default;

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
