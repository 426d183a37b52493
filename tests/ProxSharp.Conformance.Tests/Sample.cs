using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ProxSharp.Conformance.Tests;

/// <summary>One recorded exchange with the real server.</summary>
internal sealed class Sample
{
    private readonly JsonObject _json;

    private Sample(string name, JsonObject json) => (Name, _json) = (name, json);

    /// <summary>The file's name without its extension, for example <c>106-qemu-create</c>.</summary>
    public string Name { get; }

    /// <summary>The number in front of the name.</summary>
    public string Number => Name[..Name.IndexOf('-', StringComparison.Ordinal)];

    /// <summary>Whether the request was written to the socket byte for byte.</summary>
    public bool IsRaw => Request["raw"] is not null;

    public bool IsPlainText => _json["plainText"]?.GetValue<bool>() == true;

    /// <summary>Who made the call, in the recorder's words: <c>root</c>, <c>tok-alice</c>, <c>custom</c>; null for nobody.</summary>
    public string? Caller => _json["api"]?["auth"]?.GetValue<string>();

    public string RawRequest => Text(Request, "raw")!;

    /// <summary>The part of a raw request that was held back for a while.</summary>
    public string? SecondWrite => Text(Request, "secondWrite");

    public string Method => Text(Request, "method")!;

    public string Target => Text(Request, "target")!;

    public string Body => Text(Request, "body") ?? "";

    public IEnumerable<KeyValuePair<string, string>> RequestHeaders =>
        Request["headers"]?.AsObject().Select(static header => KeyValuePair.Create(header.Key, header.Value!.GetValue<string>())) ?? [];

    public string? RequestHeader(string name) =>
        RequestHeaders.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static header => header.Value).FirstOrDefault();

    /// <summary>The recorded answers: one, or two for pipelined requests; none where the server stayed silent.</summary>
    public IReadOnlyList<Answer> Answers => Text(Response, "raw") is { } raw ? Answer.ParseAll(Encoding.Latin1.GetBytes(Bytes(raw))) : [Whole()];

    /// <summary>When the server answered; null if it did not.</summary>
    public DateTimeOffset? AnsweredAt => Answers is [{ } first, ..] && first.Header("Date") is { } date ? DateTimeOffset.ParseExact(date, "r", CultureInfo.InvariantCulture) : null;

    private JsonObject Request => _json["request"]!.AsObject();

    private JsonObject Response => _json["response"]!.AsObject();

    public static Sample Load(string name) =>
        new(name, JsonNode.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Recordings", "pve", "samples", name + ".json")))!.AsObject());

    /// <summary>The names of all exchanges, in the order in which they were recorded.</summary>
    public static IEnumerable<string> Names() =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Recordings", "pve", "samples"), "*.json")
            .Select(static file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    public override string ToString() => Name;

    // The recorder decoded raw answers as Latin-1 where they are not text.
    private static string Bytes(string raw) => raw.Any(static letter => letter > 0xFF) ? Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(raw)) : raw;

    private static string? Text(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private Answer Whole()
    {
        byte[] body = Text(Response, "bodyBase64") is { } encoded ? Convert.FromBase64String(encoded) : Text(Response, "firstFrameHex") is { } frame ? Convert.FromHexString(frame) : Encoding.UTF8.GetBytes(Text(Response, "bodyText") ?? "");
        List<KeyValuePair<string, string>> headers = [.. Response["headers"]!.AsArray().Select(static pair => KeyValuePair.Create(pair![0]!.GetValue<string>(), pair[1]!.GetValue<string>()))];
        return new Answer(Text(Response, "statusLine")!, headers, body);
    }
}
