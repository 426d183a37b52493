using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Sdn;

/// <summary>The configuration of software-defined networks: as it is wanted, as it is in force, and who may change it.</summary>
internal sealed class SdnConfig(PveState state, CollectionReader reader)
{
    public const string Root = "/cluster/sdn";
    public const string Zones = $"{Root}/zones";
    public const string Networks = $"{Root}/vnets";
    public const string Controllers = $"{Root}/controllers";
    public const string Fabrics = $"{Root}/fabrics/fabric";
    public const string FabricNodes = $"{Root}/fabrics/node";
    public const string PrefixLists = $"{Root}/prefix-lists";
    public const string RouteMaps = $"{Root}/route-maps/entries";

    // These stand beside what is pending, so that one sees what an object is.
    private static readonly HashSet<string> s_alwaysShown = new(StringComparer.Ordinal) { "type", "protocol" };

    private readonly Dictionary<string, OrderedDictionary<string, JsonObject>> _running = new(StringComparer.Ordinal);

    /// <summary>How often it was applied.</summary>
    public int Version { get; private set; }

    /// <summary>When it was applied last; null if it never was.</summary>
    public DateTimeOffset? AppliedAt { get; private set; }

    /// <summary>The token without which nothing may be changed; null if there is no lock.</summary>
    public string? LockToken { get; set; }

    /// <summary>True if what is wanted is not in force.</summary>
    public bool HasPending => Lists().Any(list => !Same(state.Collections.Items(list), Running(list)));

    public IReadOnlyDictionary<string, JsonObject> Wanted(string list) => state.Collections.Items(list);

    /// <summary>What is in force.</summary>
    public OrderedDictionary<string, JsonObject> Running(string list)
    {
        if (!_running.TryGetValue(list, out OrderedDictionary<string, JsonObject>? items))
        {
            _running[list] = items = new OrderedDictionary<string, JsonObject>(StringComparer.Ordinal);
        }

        return items;
    }

    /// <summary>Fails if the configuration is locked and the call does not have the token.</summary>
    public void DemandLock(ApiCall call, string failure)
    {
        string? token = call.Text("lock-token");
        if (token is not null && token != LockToken)
        {
            throw ApiFault.Failed($"{failure}: invalid lock token provided!");
        }

        if (token is null && LockToken is not null)
        {
            throw ApiFault.Failed($"{failure}: configuration is locked, a lock token is required");
        }
    }

    /// <summary>Fails if the configuration is not the one the caller has seen.</summary>
    public void DemandDigest(ApiCall call, string list, string failure) => call.DemandDigest(() => Digest(list), failure + ": ");

    public string Digest(string list) => reader.Digest(Wanted(list).Values);

    /// <summary>The names a list shows to a call.</summary>
    public string[] Names(ApiCall call, string list) =>
        [.. call.IsSet("running") ? Running(list).Keys : call.IsSet("pending") ? Wanted(list).Keys.Union(Running(list).Keys) : Wanted(list).Keys];

    public bool Exists(ApiCall call, string list, string name) =>
        call.IsSet("running") ? Running(list).ContainsKey(name) : Wanted(list).ContainsKey(name) || (call.IsSet("pending") && Running(list).ContainsKey(name));

    /// <summary>An object as a call wants to see it.</summary>
    public JsonObject View(ApiCall call, string list, string key, string name)
    {
        JsonObject? wanted = Wanted(list).GetValueOrDefault(name);
        JsonObject? running = Running(list).GetValueOrDefault(name);
        JsonObject shown = (call.IsSet("running") ? running : call.IsSet("pending") ? running ?? [] : wanted)!.DeepClone().AsObject();
        shown[key] = name;
        if (call.IsSet("pending"))
        {
            AddPending(shown, wanted, running);
        }

        // Proxmox: only what is wanted has a digest.
        shown["digest"] = call.IsSet("pending") || call.IsSet("running") ? null : Digest(list);
        return shown;
    }

    /// <summary>Makes what is wanted what is in force.</summary>
    public void Apply()
    {
        foreach (string list in Lists())
        {
            OrderedDictionary<string, JsonObject> running = Running(list);
            running.Clear();
            foreach ((string name, JsonObject item) in Wanted(list))
            {
                running.Add(name, item.DeepClone().AsObject());
            }
        }

        Version++;
        AppliedAt = state.Now;
    }

    /// <summary>Makes what is in force what is wanted.</summary>
    public void Rollback()
    {
        foreach (string list in Lists())
        {
            foreach (string name in Wanted(list).Keys.ToArray())
            {
                state.Collections.Remove(list, name);
            }

            foreach ((string name, JsonObject item) in Running(list))
            {
                state.Collections.Put(list, name, item.DeepClone().AsObject());
            }
        }
    }

    /// <summary>The lists of the configuration that wait until they are applied.</summary>
    private string[] Lists() =>
    [
        Zones, Networks, Controllers, Fabrics, PrefixLists,
        .. Below(Networks, static network => $"{Networks}/{network}/subnets"),
        .. Below(Fabrics, static fabric => $"{FabricNodes}/{fabric}"),
        .. Below(PrefixLists, static list => $"{PrefixLists}/{list}/entries"),
        .. RouteMapNames().Select(static map => $"{RouteMaps}/{map}"),
    ];

    /// <summary>The route maps there are or were.</summary>
    public IEnumerable<string> RouteMapNames() => state.Collections.Paths.Concat(_running.Keys)
        .Where(static path => path.StartsWith(RouteMaps + "/", StringComparison.Ordinal))
        .Select(static path => path[(RouteMaps.Length + 1)..]).Distinct().Order(StringComparer.Ordinal);

    private IEnumerable<string> Below(string list, Func<string, string> path) => Wanted(list).Keys.Union(Running(list).Keys).Select(path);

    private static bool Same(IReadOnlyDictionary<string, JsonObject> wanted, OrderedDictionary<string, JsonObject> running) =>
        wanted.Count == running.Count && wanted.All(item => running.TryGetValue(item.Key, out JsonObject? other) && JsonNode.DeepEquals(item.Value, other));

    private static void AddPending(JsonObject shown, JsonObject? wanted, JsonObject? running)
    {
        if (wanted is null)
        {
            shown["state"] = "deleted";
            shown["pending"] = new JsonObject();
            return;
        }

        JsonObject changes = [];
        foreach (string name in wanted.Select(static member => member.Key).Union((running ?? []).Select(static member => member.Key)).ToArray())
        {
            if (running is null && s_alwaysShown.Contains(name))
            {
                shown[name] = wanted[name]!.DeepClone();
            }
            else if (!JsonNode.DeepEquals(wanted[name], running?[name]))
            {
                changes[name] = wanted[name]?.DeepClone() ?? JsonValue.Create("deleted");
            }
        }

        if (running is null || changes.Count > 0)
        {
            shown["state"] = running is null ? "new" : "changed";
            shown["pending"] = changes;
        }
    }
}
