using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ProxSharp.Conformance.Tests.Pbs;

/// <summary>One recorded exchange with a real backup server.</summary>
internal sealed class PbsSample
{
    private readonly JsonObject _json;

    private PbsSample(string name, JsonObject json) => (Name, _json) = (name, json);

    public string Name { get; }

    public string Method => Request["method"]!.GetValue<string>();

    public string Path => Request["path"]!.GetValue<string>();

    public string? Body => Request["body"]?.GetValue<string>();

    public IEnumerable<KeyValuePair<string, string>> Headers => Request["headers"]!.AsObject().Select(static header => KeyValuePair.Create(header.Key, header.Value!.GetValue<string>()));

    /// <summary>The path with the query, where the parameters are not in the body.</summary>
    public string Target
    {
        get
        {
            string query = Body is null ? string.Join('&', Request["params"]!.AsObject().Select(static pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value!.ToString())}")) : "";
            return query.Length == 0 ? Path : $"{Path}?{query}";
        }
    }

    public Answer Answer
    {
        get
        {
            List<KeyValuePair<string, string>> headers = [.. Response["headers"]!.AsArray().Select(static pair => KeyValuePair.Create(pair![0]!.GetValue<string>(), pair[1]!.GetValue<string>()))];
            return new Answer(Response["status_line"]!.GetValue<string>(), headers, Encoding.UTF8.GetBytes(Response["body"]?.GetValue<string>() ?? ""));
        }
    }

    public DateTimeOffset AnsweredAt => DateTimeOffset.ParseExact(Answer.Header("date")!, "r", CultureInfo.InvariantCulture);

    private JsonObject Request => _json["request"]!.AsObject();

    private JsonObject Response => _json["response"]!.AsObject();

    private static string Folder => System.IO.Path.Combine(AppContext.BaseDirectory, "Recordings", "pbs", "samples");

    public static PbsSample Load(string name) => new(name, JsonNode.Parse(File.ReadAllBytes(System.IO.Path.Combine(Folder, name + ".json")))!.AsObject());

    public static IEnumerable<string> Names() => Directory.EnumerateFiles(Folder, "*.json").Select(static file => System.IO.Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    /// <summary>All samples in the order in which they happened; those that depend on nothing come first.</summary>
    public static IReadOnlyList<PbsSample> InOrder() =>
        [.. Names().Select(Load).OrderBy(static sample => PbsPreparations.Position(sample.Name)).ThenBy(static sample => sample.AnsweredAt).ThenBy(static sample => sample.Name, StringComparer.Ordinal)];
}
