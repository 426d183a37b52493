using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Schema;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Declare;

/// <summary>What the schema says about the calls that sections make, and when two values are the same to a server. Pure.</summary>
internal static class StateSchema
{
    /// <summary>Parameters that say how a call is made, not what becomes of the object.</summary>
    private static readonly HashSet<string> s_control = new(StringComparer.Ordinal)
    {
        "append", "allow-move", "background_delay", "confirmation-password", "delete", "digest", "force", "moveto", "pos", "purge", "rename", "revert", "skiplock",
    };

    private static readonly char[] s_listSigns = [',', ';', ' ', '\0'];

    // Thousands of guests have the same calls.
    private static readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, ApiNode>> s_parameters = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, string> s_items = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, IReadOnlySet<string>> s_members = new(StringComparer.Ordinal);

    /// <summary>The parameters of a call in all its forms, those of the path and of secrets not among them; empty if there is no such call.</summary>
    public static IReadOnlyDictionary<string, ApiNode> Parameters(ApiMethod method, string template) =>
        s_parameters.GetOrAdd($"{method} {template}", _ => Read(method, template));

    /// <summary>The path of one object of a list: <c>/storage/{storage}</c> for <c>/storage</c>.</summary>
    public static string Item(string template) => s_items.GetOrAdd(template, static list => VerbContext.Pve.Endpoints
        .Select(static endpoint => endpoint.Path)
        .First(path => path.StartsWith(list + "/{", StringComparison.Ordinal) && path.LastIndexOf('/') == list.Length));

    /// <summary>The names that describe an object of a list, when it is made or changed.</summary>
    public static IReadOnlySet<string> Members(string template) => s_members.GetOrAdd(template, static list => new HashSet<string>(
        [.. Describing(Parameters(ApiMethod.Post, list)), .. Describing(Parameters(ApiMethod.Put, Item(list)))], StringComparer.Ordinal));

    private static Dictionary<string, ApiNode> Read(ApiMethod method, string template)
    {
        Dictionary<string, ApiNode> all = new(StringComparer.Ordinal);
        if (VerbContext.Pve.Find(method, template) is not { } endpoint)
        {
            return all;
        }

        foreach ((string name, ApiNode node) in endpoint.Parameters.Concat(endpoint.Variants?.Parameters.Values.SelectMany(static set => set) ?? []))
        {
            if (!node.IsPathParameter)
            {
                all.TryAdd(name, node);
            }
        }

        if (endpoint.Variants is { } variants)
        {
            all.TryAdd(variants.By, new ApiNode { Type = ApiValueType.String });
        }

        return all;
    }

    /// <summary>Tells whether a name says how a call is made, and so has no place in a file.</summary>
    public static bool IsControl(string name) => s_control.Contains(name);

    /// <summary>The names that describe an object.</summary>
    public static IEnumerable<string> Describing(IReadOnlyDictionary<string, ApiNode> parameters) =>
        parameters.Keys.Where(static name => !s_control.Contains(name) && !EndpointParameter.IsSecretName(name));

    /// <summary>A parameter, or the family it belongs to: <c>net0</c> finds <c>net[n]</c>.</summary>
    public static ApiNode? Find(IReadOnlyDictionary<string, ApiNode> parameters, string name) =>
        parameters.GetValueOrDefault(name) ?? parameters.GetValueOrDefault(NumberedName.Family(name));

    /// <summary>A value of a file as it goes over the wire: words such as <c>True</c> are texts where a text goes, and switches elsewhere.</summary>
    /// <param name="node">What it is; null if that is not known.</param>
    /// <param name="value">The value.</param>
    public static string? Wire(ApiNode? node, JsonElement value) => node switch
    {
        { Type: ApiValueType.String, PropertyStringFormat: null } => StateValues.Text(value),
        { Type: ApiValueType.Boolean or ApiValueType.Integer } => StateValues.Switch(StateValues.Text(value)),
        _ => StateValues.Wire(value),
    };

    /// <summary>
    /// Tells whether a value of the file is what is there: defaults that nobody wrote, the order of lists and of property strings do not count.
    /// </summary>
    public static bool Same(ApiNode? node, string? wanted, string? present)
    {
        if (wanted == present)
        {
            return true;
        }

        if (present is null)
        {
            return wanted is "" || wanted == node?.Default || (node is { Type: ApiValueType.Boolean, Default: null } && wanted == "0");
        }

        if (wanted is null)
        {
            return present.Length == 0;
        }

        if (node?.Type == ApiValueType.Boolean)
        {
            return StateValues.Switch(wanted) == StateValues.Switch(present);
        }

        if (node?.Type is ApiValueType.Number or ApiValueType.Integer
            && double.TryParse(wanted, CultureInfo.InvariantCulture, out double one) && double.TryParse(present, CultureInfo.InvariantCulture, out double other))
        {
            return one.Equals(other);
        }

        bool isList = node?.Type == ApiValueType.Array || node?.Format?.EndsWith("-list", StringComparison.Ordinal) == true;
        string? key = DefaultKey(node);
        return isList ? Set(wanted, s_listSigns).SetEquals(Set(present, s_listSigns))
            : key is not null ? Set(Named(wanted, key), [',']).SetEquals(Set(Named(present, key), [',']))
            : wanted.Contains('=', StringComparison.Ordinal) && wanted.Contains(',', StringComparison.Ordinal)
                && Set(wanted, [',']).SetEquals(Set(present, [',']));
    }

    // The first member of a property string may leave out its name: "2048" is "current=2048".
    private static string? DefaultKey(ApiNode? node) =>
        node?.PropertyStringFormat is { } name && VerbContext.Pve.Formats.TryGetValue(name, out ApiNode? format)
            ? format.DefaultKeyName ?? format.Properties.FirstOrDefault(static property => property.Value.IsDefaultKey).Key
            : null;

    private static string Named(string text, string key)
    {
        int end = text.IndexOf(',', StringComparison.Ordinal);
        return (end < 0 ? text : text[..end]).Contains('=', StringComparison.Ordinal) ? text : $"{key}={text}";
    }

    private static HashSet<string> Set(string text, char[] signs) => new(
        text.Split(signs, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), StringComparer.Ordinal);
}
