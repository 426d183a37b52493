using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Verbs.Derived;

/// <summary>Says what the example of a derived verb does: what is made, changed or done, and to what. Pure.</summary>
internal static class ExampleMeanings
{
    private const int MostOptions = 3;

    /// <summary>Returns what the line does.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="summary">The sentence about it; null if there is none.</param>
    /// <param name="things">What stands behind it: the guest, the node, the item.</param>
    /// <param name="options">The options of the line, without their dashes.</param>
    /// <param name="isItem">True if the last of them is what the call is about, false if that is in it.</param>
    public static string Of(DerivedVerb verb, string? summary, IReadOnlyList<string> things, IReadOnlyList<string> options, bool isItem)
    {
        string[] nouns = [.. verb.Noun.SkipWhile((word, at) => at < verb.Noun.Count - 1 && word is "pbs" or "access")];
        string? owner = things.Count > 0 && nouns.Length > 1 && IsOwner(verb, nouns[0]) ? $"{Word(nouns[0])} {things[0]}" : null;
        string kind = string.Join(' ', owner is null ? nouns.Select(Word) : nouns.Skip(1)).Replace('-', ' ');
        string thing = owner is not null ? $"the {kind}{(things.Count > 1 ? $" {things[^1]}" : "")} of {owner}"
            : things.Count == 0 ? $"the {kind}"
            : $"the {kind} {things[^1]}{(things.Count > 1 ? $" of {things[0]}" : "")}";
        return verb.Name switch
        {
            "create" => things.Count == 0 ? $"make a new {kind}" : isItem ? $"make {thing}" : $"make a new {kind} of {owner ?? things[^1]}",
            "set-now" => $"set {string.Join(", ", options)} of {thing} at once",
            "set" when options.Count is > 0 and <= MostOptions => $"set {string.Join(", ", options)} of {thing}",
            "set" => $"change {thing}",
            "delete" => $"remove {thing}",
            "power" => $"shut down or restart {thing}",
            _ when summary?.Contains(' ', StringComparison.Ordinal) == true => ExampleSentences.Of(summary, verb, things),
            { } name => $"{name.Replace('-', ' ')}: {thing}",
        };
    }

    // What a noun begins with is the owner of the thing where it stands in the path: the firewall of a machine, the content of a storage.
    private static bool IsOwner(DerivedVerb verb, string noun) => noun switch
    {
        "vm" or "ct" => verb.Node == NodeRule.OfGuest,
        "node" => verb.Node == NodeRule.Argument,
        "storage" => verb.Call.Contains("{storage}", StringComparison.Ordinal),
        "datastore" => verb.Call.Contains("{store}", StringComparison.Ordinal),
        _ => false,
    };

    private static string Word(string noun) => noun switch
    {
        "vm" => "VM",
        "ct" => "container",
        _ => noun,
    };
}
