using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Declare;

/// <summary>The firewall of the cluster, of a node or of a guest: options, rules, aliases, IP sets and, in the cluster, security groups.</summary>
internal sealed class FirewallScope
{
    private const string Section = "firewall";

    private readonly string _title;
    private readonly string _path;
    private readonly string _template;
    private readonly CollectionPart? _aliases;
    private readonly FirewallNames? _sets;
    private readonly FirewallNames? _groups;
    private readonly RuleList _rules;

    private FirewallScope(string title, string path, string template, bool hasNames, bool hasGroups)
    {
        (_title, _path, _template) = (title, path, template);
        _rules = new RuleList(title, $"{path}/rules", $"{template}/rules", StateStage.FirewallRules);
        _groups = hasGroups ? new FirewallNames($"{title}group ", $"{path}/groups", $"{template}/groups", "group") : null;
        if (hasNames)
        {
            _aliases = new CollectionPart(Section, $"{path}/aliases", $"{template}/aliases", "name", StateStage.Aliases) { Title = $"{title}alias " };
            _sets = new FirewallNames($"{title}ipset ", $"{path}/ipset", $"{template}/ipset", "name");
        }
    }

    /// <summary>The members that a file may have here.</summary>
    public IReadOnlyList<string> Parts =>
    [
        "options", "rules", .. _sets is null ? Array.Empty<string>() : ["aliases", "ipsets"], .. _groups is null ? Array.Empty<string>() : ["groups"],
    ];

    /// <summary>The calls that read it.</summary>
    public IReadOnlyList<string> Reads =>
    [
        $"GET {_template}/options", _rules.Reads, .. _aliases is null ? Array.Empty<string>() : [_aliases.Reads], .. _sets?.Reads ?? [],
        .. _groups?.Reads ?? [],
    ];

    /// <summary>The calls that change it.</summary>
    public IReadOnlyList<string> Writes =>
        [$"PUT {_template}/options", .. _rules.Writes, .. _aliases?.Writes ?? [], .. _sets?.Writes ?? [], .. _groups?.Writes ?? []];

    /// <summary>What a file says where nothing is to be left. It says nothing of options: keys that are left out stay.</summary>
    public static JsonElement Nothing { get; } = JsonText.Build(static json =>
    {
        json.WriteStartObject();
        foreach (string list in new[] { "aliases", "ipsets", "groups", "rules" })
        {
            json.WriteStartArray(list);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    });

    /// <summary>The firewall of the cluster.</summary>
    public static FirewallScope Cluster() => new("", "/cluster/firewall", "/cluster/firewall", hasNames: true, hasGroups: true);

    /// <summary>The firewall of a node.</summary>
    public static FirewallScope Node(string node) =>
        new($"node {node} ", $"/nodes/{Uri.EscapeDataString(node)}/firewall", "/nodes/{node}/firewall", hasNames: false, hasGroups: false);

    /// <summary>The firewall of a guest.</summary>
    public static FirewallScope Guest(string node, string type, string id) => new(
        $"guest {id} ",
        $"/nodes/{Uri.EscapeDataString(node)}/{type}/{id}/firewall",
        $"/nodes/{{node}}/{type}/{{vmid}}/firewall",
        hasNames: true,
        hasGroups: false);

    /// <summary>Reads it.</summary>
    /// <param name="session">The cluster.</param>
    /// <param name="wanted">What the file says; only its parts are read. Undefined reads all.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<IReadOnlyList<StatePart>> ReadAsync(ServerSession session, JsonElement wanted, CancellationToken cancellationToken)
    {
        bool Has(string part) => wanted.ValueKind != JsonValueKind.Object || wanted.TryGetProperty(part, out _);
        List<StatePart> parts = [];
        if (Has("options"))
        {
            parts.Add(new StatePart("options", await session.ObjectAsync($"{_path}/options", cancellationToken).ConfigureAwait(false)));
        }

        if (_aliases is not null && Has("aliases"))
        {
            parts.Add(new StatePart("aliases", await _aliases.ReadAsync(session, cancellationToken).ConfigureAwait(false)));
        }

        if (_sets is not null && Has("ipsets"))
        {
            parts.Add(new StatePart("ipsets", await _sets.ReadAsync(session, cancellationToken).ConfigureAwait(false)));
        }

        if (_groups is not null && Has("groups"))
        {
            parts.Add(new StatePart("groups", await _groups.ReadAsync(session, cancellationToken).ConfigureAwait(false)));
        }

        if (Has("rules"))
        {
            parts.Add(new StatePart("rules", await _rules.ReadAsync(session, cancellationToken).ConfigureAwait(false)));
        }

        return parts;
    }

    /// <summary>Tells whether nobody has set anything here.</summary>
    public static bool IsUntouched(IReadOnlyList<StatePart> parts) => parts.All(
        static part => part.Value.ValueKind == JsonValueKind.Array
        ? part.Value.GetArrayLength() == 0
        : part.Value.EnumerateObject().All(static member => member.Name == "digest" || (member.Name == "enable" && StateValues.Wire(member.Value) == "0")));

    /// <summary>Writes it in the form of the file.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<StatePart> parts)
    {
        foreach ((string name, JsonElement value) in parts)
        {
            json.WritePropertyName(name);
            if (name != "options")
            {
                value.WriteTo(json);
                continue;
            }

            json.WriteStartObject();
            foreach (JsonProperty member in value.EnumerateObject().OrderBy(static member => member.Name, StringComparer.Ordinal))
            {
                member.WriteTo(json);
            }

            json.WriteEndObject();
        }
    }

    /// <summary>Compares what the file says with what is there. Pure.</summary>
    public IEnumerable<StateChange> Compare(JsonElement wanted, JsonElement present, bool prune)
    {
        IEnumerable<StateChange> changes = [];
        if (_aliases is not null)
        {
            changes = changes.Concat(Part(wanted, "aliases") is { } aliases
                ? _aliases.Compare(aliases, StateValues.Member(present, "aliases"), prune)
                : []);
        }

        changes = changes.Concat(Part(wanted, "ipsets") is { } sets ? _sets?.Compare(sets, StateValues.Member(present, "ipsets"), prune) ?? [] : []);
        changes = changes.Concat(Part(wanted, "groups") is { } groups ? _groups?.Compare(groups, StateValues.Member(present, "groups"), prune) ?? [] : []);
        changes = changes.Concat(Part(wanted, "rules") is { } rules ? _rules.Compare(rules, StateValues.Member(present, "rules"), prune) : []);
        return changes.Concat(Part(wanted, "options") is { } options
            ? Options(options, StateValues.Member(present, "options"))
            : []);
    }

    private static JsonElement? Part(JsonElement wanted, string name) =>
        StateValues.Member(wanted, name) is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } part ? part : null;

    private IEnumerable<StateChange> Options(JsonElement wanted, JsonElement present)
    {
        string template = $"{_template}/options";
        IReadOnlyDictionary<string, ApiNode> parameters = StateSchema.Parameters(ApiMethod.Put, template);
        string[] known = [.. StateSchema.Describing(parameters)];
        StateValues.OnlyParts(wanted, $"{Section} {_title}options", known);
        StateValues.Only(wanted, Section, known);
        KeyChange[] keys =
        [
            .. StateValues.Differences(wanted, present, parameters, "digest")
                .Where(key => !StateSchema.Same(StateSchema.Find(parameters, key.Key), key.To, key.From)),
        ];
        if (keys.Length > 0)
        {
            yield return new StateChange(Section, $"{_title}options", "change", StateStage.FirewallOptions)
            {
                Keys = keys,
                Call = new PlannedCall(ApiMethod.Put, $"{_path}/options", StateValues.Parameters(keys, StateValues.Text(present, "digest")))
                {
                    Template = template,
                    Target = _title.TrimEnd(),
                },
            };
        }
    }
}
