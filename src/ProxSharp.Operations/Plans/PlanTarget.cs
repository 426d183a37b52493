using System.Globalization;
using System.Text.Json;
using ProxSharp.Operations.Policies;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>What a plan acts on: its identity, the state of its configuration, and what was true of it when the plan was made.</summary>
public sealed class PlanTarget
{
    private const int QuoteLength = 150;

    /// <summary>
    /// The member of the identity that says when it was made, as seconds since 1970. Of a container the tasks of its node tell, which are not kept for ever and
    /// not shown to everybody: empty where nobody knows.
    /// </summary>
    internal const string Created = "created";

    internal PlanTarget(string key, IReadOnlyDictionary<string, string> identity, string state, IReadOnlyDictionary<string, string> facts) =>
        (Key, Identity, State, Facts) = (key, identity, state, facts);

    /// <summary>What it is called, for example <c>guest 100</c>. A number or name is no identity: those can be used again.</summary>
    public string Key { get; }

    /// <summary>What makes it this one and no other.</summary>
    public IReadOnlyDictionary<string, string> Identity { get; }

    /// <summary>The digest of its configuration; empty if it has none.</summary>
    public string State { get; }

    /// <summary>What else was true of it: power, lock, protection, tags.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; }

    /// <summary>What policies see of it.</summary>
    internal PolicyTarget Policy { get; init; } = new("");

    /// <summary>Its configuration as it was read.</summary>
    internal JsonElement Before { get; init; }

    /// <summary>The server's own digest of the configuration, where it takes it back with changes.</summary>
    internal string? Digest { get; init; }

    /// <summary>
    /// The same as somebody whom the call touches without being about it: what was true of it is no way back, and its digest is not asked for.
    /// </summary>
    internal PlanTarget AsBystander() => new(Key, Identity, State, Facts) { Policy = Policy };

    /// <summary>What the call goes by without naming it: facts as well.</summary>
    internal IReadOnlyDictionary<string, string> Rules { get; private init; } = new Dictionary<string, string>();

    /// <summary>The same with what the call goes by.</summary>
    internal PlanTarget Following(IReadOnlyDictionary<string, string> rules) => rules.Count == 0
        ? this
        : new PlanTarget(Key, Identity, State, Facts.Concat(rules.Where(rule => !Facts.ContainsKey(rule.Key))).ToDictionary(StringComparer.Ordinal))
        {
            Policy = Policy,
            Before = Before,
            Digest = Digest,
            Rules = rules,
        };

    /// <summary>The same with one more fact.</summary>
    internal PlanTarget Telling(string name, string value) => new(Key, Identity, State, new Dictionary<string, string>(Facts, StringComparer.Ordinal) { [name] = value })
    {
        Policy = Policy,
        Before = Before,
        Digest = Digest,
        Rules = Rules,
    };

    /// <summary>The same as a part of a guest: what policies allow, or protect, for the guest holds for it.</summary>
    internal PlanTarget AsPartOf(PlanTarget guest) => new(Key, Identity, State, Facts)
    {
        Policy = Policy with
        {
            Vmid = guest.Policy.Vmid,
            Node = Policy.Node ?? guest.Policy.Node,
            Pool = Policy.Pool ?? guest.Policy.Pool,
            Tags = guest.Policy.Tags,
        },
        Before = Before,
        Digest = Digest,
    };

    /// <summary>The same as somebody whom the call reaches without having it in its path: what was true of it is no way back from the call.</summary>
    internal PlanTarget AsReached() => new(Key, Identity, State, Facts) { Policy = Policy, Digest = Digest };

    /// <summary>The same without the protection, and the tags, that its retirement has given it.</summary>
    internal PlanTarget AsReleased(IReadOnlyList<string> tags) => new(Key, Identity, State, Facts)
    {
        Policy = Policy with { IsReleased = true, ReleasedTags = tags },
        Before = Before,
        Digest = Digest,
    };

    /// <summary>Names what is different now; empty if nothing is.</summary>
    internal IEnumerable<string> Drift(PlanTarget now, bool identityOnly)
    {
        IEnumerable<string> changes = Changes(Identity, now.Identity, key => IsOther(now, key));
        return identityOnly
            ? changes
            : changes.Concat(State == now.State ? [] : ["the configuration has changed"])
                .Concat(Changes(Facts, now.Facts, key => Facts.GetValueOrDefault(key) != now.Facts.GetValueOrDefault(key)));
    }

    /// <summary>Names what a call goes by, without naming it, that is different now from what the plan tells of it; empty if nothing is.</summary>
    /// <param name="now">What it acts on, with what the call goes by.</param>
    /// <param name="counts">Tells, by its name, whether a rule is compared.</param>
    internal IEnumerable<string> RuleDrift(PlanTarget now, Func<string, bool> counts) =>
        Changes(Facts, now.Rules, key => counts(key) && now.Rules.TryGetValue(key, out string? value) && Facts.TryGetValue(key, out string? told) && told != value);

    /// <summary>Tells whether a member of the identity says that it is another one now.</summary>
    /// <param name="now">What has its key now.</param>
    /// <param name="member">The member.</param>
    internal bool IsOther(PlanTarget now, string member)
    {
        string? was = Identity.GetValueOrDefault(member);
        string? present = now.Identity.GetValueOrDefault(member);

        // What is not on record any more, or on another node, says nothing; only a later time does.
        return member == Created && Identity.GetValueOrDefault("type") == "lxc" ? Time(present) > Time(was) : was != present;
    }

    /// <summary>Seconds since 1970; 0 for none.</summary>
    internal static long Time(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long time) ? time : 0;

    /// <summary>The same with what a call has changed of its identity on purpose; the rest stays what it was, whoever it is now.</summary>
    internal PlanTarget AsChangedBy(PlannedCall call, PlanTarget now) => new(
        Key,
        Identity.Where(member => !IdentityChanges.MayChange(call, member.Key))
            .Concat(now.Identity.Where(member => IdentityChanges.MayChange(call, member.Key)))
            .ToDictionary(static member => member.Key, member => IdentityChanges.Expected(call, member.Key, member.Value), StringComparer.Ordinal),
        State,
        Facts);

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteMembers(json);
        json.WriteEndObject();
    }

    internal void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("key", Key);
        WriteMap(json, "identity", Identity);
        json.WriteString("state", State);
        WriteMap(json, "facts", Facts);
    }

    internal static PlanTarget Read(JsonElement json) => new(
        json.GetProperty("key").GetString()!,
        ReadMap(json.GetProperty("identity")),
        json.GetProperty("state").GetString()!,
        ReadMap(json.GetProperty("facts")));

    private static IEnumerable<string> Changes(
        IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> now, Func<string, bool> differs) => before.Keys
        .Union(now.Keys)
        .Where(differs)
        .Select(key => $"{key} was {Quote(before, key)} and is {Quote(now, key)}");

    private static string Quote(IReadOnlyDictionary<string, string> values, string key) => UntrustedText.Quote(values.GetValueOrDefault(key, ""), QuoteLength);

    private static void WriteMap(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string> map)
    {
        json.WriteStartObject(name);
        foreach ((string key, string value) in map)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static Dictionary<string, string> ReadMap(JsonElement json) =>
        json.EnumerateObject().ToDictionary(static member => member.Name, static member => member.Value.GetString() ?? "", StringComparer.Ordinal);
}
