using ProxSharp.Api;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Derived;

/// <summary>Writes two command lines for a derived verb, which its call takes. Words in capitals are to be filled in.</summary>
internal static class DerivedExamples
{
    /// <summary>Returns the examples.</summary>
    public static IReadOnlyList<CommandExample> Of(ApiSchema schema, DerivedVerb verb)
    {
        (ApiMethod method, string path) = EndpointBinding.Split(verb.Call);
        ApiEndpoint endpoint = schema.Find(method, path)!;
        ExampleValues given = new(schema, endpoint);
        List<string> words = [.. verb.Words];
        if (verb.Node == NodeRule.OfGuest)
        {
            words.Add(verb.Words[0] == "ct" ? "dns" : "web-1");
        }

        words.AddRange(EndpointBinding.PathParameters(path)
            .Where(name => !(verb.Node == NodeRule.OfGuest && name is "node" or "vmid") && !(name == "node" && verb.Node != NodeRule.Argument))
            .Select(name => given.Value(name)));
        string? item = method == ApiMethod.Get ? null : EndpointBinding.ItemParameter(schema, endpoint);
        if (item is not null)
        {
            words.Add(given.Value(item));
        }

        (string Name, ApiNode Node, string Value)[] options = [.. given.Usual(verb), .. given.Required()];
        options = [.. options.DistinctBy(static parameter => parameter.Name).Where(parameter => parameter.Name != item)];
        if (options.Length == 0 && verb.Name == "set" && given.Change() is { } change)
        {
            options = [change];
        }

        words.AddRange(options.Select(static parameter => Option(parameter.Name, parameter.Node, parameter.Value)));

        if (OwnNode.IsMeant(verb.Product, verb.Node, endpoint))
        {
            words.Add($"--node {given.Value("node")}");
        }

        string line = string.Join(' ', words);
        bool isAsked = Asking.IsAlwaysNeeded(Asking.Find(verb.Product, method, path));
        return method == ApiMethod.Get && !isAsked
            ? [new(line, "for people"), new($"{line} -o json", "for programs")]
            : [new(line, isAsked ? "at a terminal its name has to be typed" : "send it"), new($"{line} --dry-run", "see the call")];
    }

    private static string Option(string wire, ApiNode node, string value)
    {
        string option = ParameterSymbols.OptionName(wire.Replace("[n]", "0", StringComparison.Ordinal));
        return node.Type == ApiValueType.Boolean ? option : $"{option} {value}";
    }
}
