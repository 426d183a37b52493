using System.Globalization;
using ProxSharp.Api;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Derived;

/// <summary>Writes two command lines for a derived verb. Words in capitals are to be filled in.</summary>
internal static class DerivedExamples
{
    private static readonly Dictionary<string, string> s_values = new(StringComparer.Ordinal)
    {
        ["node"] = "pve1",
        ["storage"] = "local",
        ["realm"] = "pve",
        ["upid"] = "UPID:pve1:000003E8:00001000:65000000:qmstart:100:root@pam:",
        ["iface"] = "vmbr0",
        ["userid"] = "demo@pve",
        ["store"] = "store1",
        ["snapname"] = "before-upgrade",
        ["path"] = "/vms",
    };

    /// <summary>Returns the examples.</summary>
    public static IReadOnlyList<CommandExample> Of(ApiSchema schema, DerivedVerb verb)
    {
        (ApiMethod method, string path) = EndpointBinding.Split(verb.Call);
        ApiEndpoint endpoint = schema.Find(method, path)!;
        List<string> words = [.. verb.Words];
        if (verb.Node == NodeRule.OfGuest)
        {
            words.Add(verb.Words[0] == "ct" ? "dns" : "web-1");
        }

        words.AddRange(EndpointBinding.PathParameters(path)
            .Where(name => !(verb.Node == NodeRule.OfGuest && name is "node" or "vmid") && !(name == "node" && verb.Node != NodeRule.Argument))
            .Select(name => Value(name, endpoint.Parameters.GetValueOrDefault(name))));
        string? item = method == ApiMethod.Get ? null : EndpointBinding.ItemParameter(schema, endpoint);
        if (item is not null)
        {
            words.Add(Value(item, endpoint.Parameters[item]));
        }

        foreach ((string name, ApiNode node) in ParameterNeeds.OfFirstKind(endpoint).Where(parameter => parameter.Key != item))
        {
            string option = ParameterSymbols.OptionName(name.Replace("[n]", "0", StringComparison.Ordinal));
            words.Add(node.Type == ApiValueType.Boolean ? option : $"{option} {Value(name, node)}");
        }

        string line = string.Join(' ', words);
        bool isAsked = Asking.IsAlwaysNeeded(Asking.Find(verb.Product, method, path));
        return method == ApiMethod.Get && !isAsked
            ? [new(line, "for people"), new($"{line} -o json", "for programs")]
            : [new(line, isAsked ? "at a terminal its name has to be typed" : "send it"), new($"{line} --dry-run", "see the call")];
    }

    private static string Value(string name, ApiNode? node) => node switch
    {
        _ when EndpointParameter.IsSecretName(name) => "env:SECRET",
        _ when s_values.TryGetValue(name, out string? usual) => usual,
        { Enumeration: [{ } first, ..] } => first,
        { Format: "pve-ha-node-list" } => "pve1",
        { Format: "pve-ha-resource-id-list" } => "vm:100",
        { Type: ApiValueType.Integer or ApiValueType.Number } => Math.Max(node.Minimum ?? 1, name == "vmid" ? 100 : 1).ToString(CultureInfo.InvariantCulture),
        _ => name.Replace('_', '-').ToUpperInvariant(),
    };
}
