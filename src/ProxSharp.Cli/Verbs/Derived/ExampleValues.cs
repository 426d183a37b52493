using System.Collections.Concurrent;
using System.Globalization;
using ProxSharp.Api;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;
using ProxSharp.Validation;

namespace ProxSharp.Cli.Verbs.Derived;

/// <summary>Chooses values for the parameters of a call, and which of them it needs, so that the schema takes the example. Makes no calls.</summary>
/// <param name="schema">The schema.</param>
/// <param name="endpoint">The call.</param>
internal sealed class ExampleValues(ApiSchema schema, ApiEndpoint endpoint)
{
    private const int MostRounds = 6;
    private const string Fingerprint = "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99";

    private static readonly ConcurrentDictionary<ApiSchema, ParameterChecker> s_checkers = new();

    /// <summary>What fits many formats, the plainest first.</summary>
    private static readonly string[] s_usual =
    [
        "name-1", "100-0", "vm:100", "name=eth1", "192.0.2.10", "192.0.2.0/24", "pve-manager", "example.org", "admin@example.org", "demo@pve", "demo@pbs",
        "https://example.org/debian-13.iso", "192.0.2.20:8089", "/dev/sdb", "sdb", "daily", "4G", "pve2c-0123456789", "pbsc-0123456789", ExampleWords.Uuid, Fingerprint, "1",
    ];

    /// <summary>What a backup server would take by its form, and does not have.</summary>
    private static readonly string[] s_onlyPve = ["demo@pve", "/vms", "VM.Audit", "pveproxy", "https://pve1.example.org:8006", "pve@example.org"];

    /// <summary>Parameters that are given as files.</summary>
    private static readonly Dictionary<string, string> s_files = new(StringComparer.Ordinal)
    {
        ["certificates"] = "@cert.pem",
        ["data"] = "@data.txt",
    };

    /// <summary>What most things have that can be changed, the plainest first.</summary>
    private static readonly string[] s_changes =
        ["comment", "notes", "description", "contact", "email", "enable", "enabled", "privs", "log_level_in", "keyboard"];

    private readonly ParameterChecker _checker = s_checkers.GetOrAdd(schema, static key => new ParameterChecker(key));

    /// <summary>Returns a value for a parameter, as a shell takes it.</summary>
    public string Value(string name) => Value(name, Node(name));

    /// <summary>Returns what examples of the call usually give, as a shell takes it.</summary>
    public IEnumerable<ExampleOption> Usual(DerivedVerb verb) =>
        ExampleOptions.Of(verb.Product, verb.Call)
            .Select(parameter => new ExampleOption(parameter.Name, Node(parameter.Name)!, GuardWords.Join([parameter.Value])));

    /// <summary>Returns the parameters behind the path that the call needs, each with a value.</summary>
    public IReadOnlyList<ExampleOption> Required()
    {
        OrderedDictionary<string, ApiNode> chosen = [];
        foreach ((string name, ApiNode node) in ParameterNeeds.OfFirstKind(endpoint))
        {
            chosen.TryAdd(name, node);
        }

        // Which parameters belong together is known to the checks alone: what they do not want goes, and what they miss comes.
        for (int round = 0; round < MostRounds && Complaints(chosen) is { Count: > 0 } complaints; round++)
        {
            foreach (string name in complaints)
            {
                if (!chosen.Remove(name) && Node(name) is { } node)
                {
                    chosen.Add(name, node);
                }
            }
        }

        return [.. chosen.Select(parameter => new ExampleOption(parameter.Key, parameter.Value, Value(parameter.Key, parameter.Value)))];
    }

    /// <summary>Returns a parameter that a call changes something with which needs none; null if it has none that everybody knows.</summary>
    public ExampleOption? Change() => s_changes
        .Where(name => Node(name) is { IsOptional: true } node && Complaints(new OrderedDictionary<string, ApiNode> { [name] = node }).Count == 0)
        .Select(name => new ExampleOption(name, Node(name)!, Value(name, Node(name))))
        .FirstOrDefault();

    private List<string> Complaints(OrderedDictionary<string, ApiNode> chosen)
    {
        ApiParameters parameters = [];
        foreach (string name in EndpointBinding.PathParameters(endpoint.Path))
        {
            parameters.Add(name, Value(name));
        }

        foreach ((string name, ApiNode node) in chosen.Where(parameter => !IsUnchecked(parameter.Key)))
        {
            parameters.Add(name.Replace("[n]", "0", StringComparison.Ordinal), node.Type == ApiValueType.Boolean ? "1" : Plain(name, node));
        }

        return
        [
            .. _checker.Check(endpoint, parameters)
                .Select(static error => error.Parameter.Split('[', '.')[0])
                .Where(name => !IsUnchecked(name))
                .Distinct(StringComparer.Ordinal),
        ];
    }

    // What comes out of a file or a secret is not known here.
    private bool IsUnchecked(string name) => s_files.ContainsKey(name) || IsSecret(name) || name is "filename" or "tmpfilename";

    private bool IsSecret(string name) => EndpointParameter.IsSecretOf(endpoint.Path, name);

    private ApiNode? Node(string name) => ParameterNeeds.All(endpoint).GetValueOrDefault(name);

    private string Value(string name, ApiNode? node) => name switch
    {
        _ when DnsPluginData.Is(endpoint.Path, name) => "@cloudflare.txt",
        "keyring" => "@ceph.keyring",
        _ when IsSecret(name) && SecretValues.IsLong(endpoint.Path, name) => "@key.pem",
        _ when IsSecret(name) => "env:SECRET",
        _ when s_files.TryGetValue(name, out string? file) => file,
        "filename" when Calls.ParameterReader.TakesFile(endpoint) => "@debian-13.iso",
        _ => GuardWords.Join([Plain(name, node)]),
    };

    private string Plain(string name, ApiNode? node)
    {
        ApiNode? single = node?.Type == ApiValueType.Array ? node.Items ?? node : node;
        IEnumerable<string> usual = ExampleWords.Of(name, endpoint.Path)
            .Where(value => schema.Product != ProxmoxProduct.BackupServer || !s_onlyPve.Contains(value));
        string capitals = name.Replace('_', '-').ToUpperInvariant();
        return usual.FirstOrDefault(value => Fits(single, name, value)) ?? single switch
        {
            { Enumeration: [{ } first, ..] } => first,
            { Type: ApiValueType.Integer or ApiValueType.Number } =>
                Math.Max(single.Minimum ?? 1, name == "vmid" ? 100 : 1).ToString(CultureInfo.InvariantCulture),
            _ => s_usual.Prepend(capitals).FirstOrDefault(value => Fits(single, name, value)) ?? capitals,
        };
    }

    private bool Fits(ApiNode? node, string name, string value) => node is null || _checker.CheckValue(node, name, value) is null;
}
