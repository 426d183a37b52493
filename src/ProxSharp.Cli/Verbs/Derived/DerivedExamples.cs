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
    /// <param name="schema">The schema of the call.</param>
    /// <param name="verb">The verb.</param>
    /// <param name="summary">The sentence about it; null if there is none.</param>
    public static IReadOnlyList<CommandExample> Of(ApiSchema schema, DerivedVerb verb, string? summary)
    {
        (ApiMethod method, string path) = EndpointBinding.Split(verb.Call);
        ApiEndpoint endpoint = schema.Find(method, path)!;
        ExampleValues given = new(schema, endpoint);
        List<string> words = [.. verb.Words];
        if (verb.Node == NodeRule.OfGuest)
        {
            words.Add(verb.Words[0] == "ct" ? "dns" : "web-1");
        }

        int front = verb.Words.Count;
        words.AddRange(EndpointBinding.PathParameters(path)
            .Where(name => !(verb.Node == NodeRule.OfGuest && name is "node" or "vmid") && !(name == "node" && verb.Node != NodeRule.Argument))
            .Select(name => given.Value(name)));
        string? item = method == ApiMethod.Get ? null : EndpointBinding.ItemParameter(schema, endpoint);
        if (item is not null)
        {
            words.Add(given.Usual(verb).Where(parameter => parameter.Name == item).Select(static parameter => parameter.Value).FirstOrDefault(given.Value(item)));
        }

        string[] things = [.. words.Skip(front)];
        ExampleOption[] options = Options(given, verb, item);
        words.AddRange(options.Select(static parameter => Option(parameter.Name, parameter.Node, parameter.Value)));

        if (OwnNode.IsMeant(verb.Product, verb.Node, endpoint))
        {
            words.Add($"--node {given.Value("node")}");
        }

        string line = string.Join(' ', words);
        bool isAsked = Asking.IsAlwaysNeeded(Asking.Find(verb.Product, method, path));
        string meaning = ExampleMeanings.Of(
            verb, summary, things, [.. options.Select(static parameter => Name(parameter.Name)[2..])], isItem: item is not null || path.EndsWith('}'));
        CommandExample first = new(line, isAsked ? "at a terminal its name has to be typed" : meaning);
        return method == ApiMethod.Get && !isAsked
            ? [first, ExampleSentences.Second(first, summary)]
            : [first, new($"{Wide(endpoint, line)} --dry-run", $"show {verb.Call}, send nothing")];
    }

    // The second line shows how every guest is meant.
    private static string Wide(ApiEndpoint endpoint, string line) =>
        EveryGuest.IsMeant(endpoint) ? line.Replace("--vms 100,101", "--all", StringComparison.Ordinal) : line;

    private static ExampleOption[] Options(ExampleValues given, DerivedVerb verb, string? item)
    {
        ExampleOption[] options =
            [.. given.Usual(verb).Concat(given.Required()).DistinctBy(static parameter => parameter.Name).Where(parameter => parameter.Name != item)];
        return options.Length == 0 && verb.Name == "set" && given.Change() is { } change ? [change] : options;
    }

    private static string Option(string wire, ApiNode node, string value)
    {
        string option = Name(wire);
        return node.Type == ApiValueType.Boolean ? option : $"{option} {value}";
    }

    private static string Name(string wire) => ParameterSymbols.OptionName(wire.Replace("[n]", "0", StringComparison.Ordinal));
}
