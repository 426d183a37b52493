using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProxSharp.Conformance.Tests;

/// <summary>Compares two JSON values: members, types, texts, and the numbers that do not come from measuring.</summary>
/// <param name="byShape">True for lists whose entries depend on the machine: only the members and types of the entries are compared.</param>
/// <param name="alsoMeasured">Members beyond the usual ones whose values come from measuring; null if there are none.</param>
internal sealed class JsonComparer(bool byShape, IReadOnlySet<string>? alsoMeasured = null)
{
    private static readonly string[] s_keys =
    [
        "volid", "vmid", "userid", "tokenid", "poolid", "storage", "roleid", "realm", "groupid", "subdir", "key", "sid", "rule", "macro", "iface", "service",
        "handle", "n", "name", "id",
    ];

    // Measured, counted or made at random.
    private static readonly HashSet<string> s_measured = new(StringComparer.Ordinal)
    {
        "pid", "pstart", "time", "ctime", "starttime", "endtime", "uptime", "mem", "memhost", "cpu", "disk", "netin", "netout",
        "diskread", "diskwrite", "used", "avail", "used_fraction", "free", "available", "localtime", "created", "snaptime",
        "notbefore", "notafter", "total", "size", "maxdisk", "idle", "wait", "next-run", "timestamp", "mhz", "flags", "model",
        "family", "vendor", "loadavg", "kversion", "release", "version", "pem", "cert", "fingerprint", "ssl_fingerprint",
        "issuer", "subject", "ip", "password", "value", "recovery", "image", "filename", "descr", "public-key-bits",
        "CSRFPreventionToken", "uid", "cgroup-mode", "machine", "hvm", "pressurecpusome", "pressurecpufull", "pressureiosome",
        "pressureiofull", "pressurememorysome", "pressurememoryfull",
    };

    private static readonly HashSet<string> s_lists = new(StringComparer.Ordinal) { "content", "privs", "groups", "tags", "users", "vms", "nodes" };

    private readonly List<string> _differences = [];

    public IReadOnlyList<string> Differences => _differences;

    public void Compare(string path, JsonNode? recorded, JsonNode? live)
    {
        JsonValueKind was = Kind(recorded);
        JsonValueKind now = Kind(live);
        if (was != now)
        {
            _differences.Add($"{path}: recorded {was} {Short(recorded)} live {now} {Short(live)}");
            return;
        }

        switch (recorded)
        {
            case JsonObject members:
                CompareMembers(path, members, live!.AsObject());
                break;
            case JsonArray items:
                CompareItems(path, items, live!.AsArray());
                break;
            case JsonValue:
                CompareValues(path, recorded, live!);
                break;
            default:
                break;
        }
    }

    private static JsonValueKind Kind(JsonNode? node) => node?.GetValueKind() ?? JsonValueKind.Null;

    private static string Short(JsonNode? node) => node?.ToJsonString() is { } text ? text.Length > 160 ? text[..160] + "..." : text : "null";

    private void CompareMembers(string path, JsonObject recorded, JsonObject live)
    {
        foreach ((string name, JsonNode? value) in recorded)
        {
            if (live.TryGetPropertyValue(name, out JsonNode? other))
            {
                Compare($"{path}.{name}", value, other);
            }
            else
            {
                _differences.Add($"{path}.{name}: missing, recorded {Short(value)}");
            }
        }

        foreach ((string name, JsonNode? value) in live.Where(member => !recorded.ContainsKey(member.Key)))
        {
            _differences.Add($"{path}.{name}: added, live {Short(value)}");
        }
    }

    private void CompareItems(string path, JsonArray recorded, JsonArray live)
    {
        if (byShape && path == ".data")
        {
            CompareShapes(path, recorded, live);
        }
        else if (recorded.Count == live.Count && path == ".data" && recorded is [JsonObject acl, ..] && acl.ContainsKey("ugid"))
        {
            // An unordered list without a key of its own.
            Compare(path, Sorted(recorded), Sorted(live));
        }
        else if (KeyOf(recorded, live) is { } key)
        {
            Dictionary<string, JsonNode> entries = live.ToDictionary(entry => Identity(entry!, key), static entry => entry!, StringComparer.Ordinal);
            foreach (JsonNode? entry in recorded)
            {
                string id = Identity(entry!, key);
                if (entries.Remove(id, out JsonNode? other))
                {
                    Compare($"{path}[{id}]", entry, other);
                }
                else
                {
                    _differences.Add($"{path}[{id}]: missing, recorded {Short(entry)}");
                }
            }

            _differences.AddRange(entries.Select(entry => $"{path}[{entry.Key}]: added, live {Short(entry.Value)}"));
        }
        else if (recorded.Count != live.Count)
        {
            _differences.Add($"{path}: {recorded.Count} entries recorded, {live.Count} live: {Short(recorded)} / {Short(live)}");
        }
        else
        {
            for (int i = 0; i < recorded.Count; i++)
            {
                Compare($"{path}[{i}]", recorded[i], live[i]);
            }
        }
    }

    private static JsonObject Sorted(JsonArray entries) =>
        new([.. entries.Select(static entry => KeyValuePair.Create<string, JsonNode?>($"{entry!["path"]} {entry["type"]} {entry["ugid"]} {entry["roleid"]}", entry.DeepClone()))]);

    /// <summary>Every live entry must look like a recorded one.</summary>
    private void CompareShapes(string path, JsonArray recorded, JsonArray live)
    {
        HashSet<string> known = [.. recorded.Select(Shape)];
        if ((recorded.Count == 0) != (live.Count == 0))
        {
            _differences.Add($"{path}: {recorded.Count} entries recorded, {live.Count} live");
        }

        foreach (string shape in live.Select(Shape).Distinct().Where(shape => !known.Contains(shape)))
        {
            _differences.Add($"{path}: no recorded entry looks like {shape}; they look like {string.Join(" or ", known)}");
        }
    }

    private static string Shape(JsonNode? node) => node is JsonObject members
        ? string.Join(' ', members.OrderBy(static member => member.Key, StringComparer.Ordinal).Select(static member => $"{member.Key}:{Kind(member.Value)}"))
        : Kind(node).ToString();

    private static string? KeyOf(JsonArray recorded, JsonArray live) =>
        recorded.Count == 0 || live.Count == 0 ? null : Array.Find(s_keys, key => HasKey(recorded, key) && HasKey(live, key));

    private static bool HasKey(JsonArray items, string key) =>
        items.All(item => item is JsonObject members && members[key] is JsonValue) && items.Select(item => Identity(item!, key)).Distinct().Count() == items.Count;

    private static string Identity(JsonNode item, string key) => Masks.Apply(item[key]!.ToString());

    private void CompareValues(string path, JsonNode recorded, JsonNode live)
    {
        string name = path[(path.LastIndexOf('.') + 1)..];
        int bracket = name.IndexOf('[', StringComparison.Ordinal);
        name = bracket < 0 ? name : name[..bracket];
        if (s_measured.Contains(name) || alsoMeasured?.Contains(name) == true || recorded.GetValueKind() is JsonValueKind.Number && recorded.ToJsonString().Contains('.', StringComparison.Ordinal))
        {
            return;
        }

        if (recorded.ToString() == "text")
        {
            // The recorder left long texts out.
            return;
        }

        string was = Text(recorded, name);
        string now = Text(live, name);
        if (was != now)
        {
            _differences.Add($"{path}: recorded <{was}> live <{now}>");
        }
    }

    private static string Text(JsonNode node, string name)
    {
        string text = Masks.Apply(node.ToString());
        return s_lists.Contains(name) && text.Contains(',', StringComparison.Ordinal) ? string.Join(',', text.Split(',').Order(StringComparer.Ordinal)) : text;
    }
}
