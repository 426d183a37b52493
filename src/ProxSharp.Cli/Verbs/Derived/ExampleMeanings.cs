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
        IReadOnlyList<string> nouns = verb.Noun is ["access" or "pbs", _, ..] ? [.. verb.Noun.Skip(1)] : verb.Noun;
        string kind = string.Join(' ', nouns).Replace('-', ' ');
        string thing = things.Count == 0 ? $"the {kind}" : $"{kind} {things[^1]}{(things.Count > 1 ? $" of {things[0]}" : "")}";
        return verb.Name switch
        {
            "create" => things.Count == 0 ? $"make a new {kind}" : isItem ? $"make {thing}" : $"make a new {kind} of {things[^1]}",
            "set-now" => $"set {string.Join(", ", options)} of {thing} at once",
            "set" when options.Count is > 0 and <= MostOptions => $"set {string.Join(", ", options)} of {thing}",
            "set" => $"change {thing}",
            "delete" => $"remove {thing}",
            "power" => $"shut down or restart {thing}",
            _ when summary?.Contains(' ', StringComparison.Ordinal) == true => ExampleSentences.Of(summary, verb, things),
            { } name => $"{name.Replace('-', ' ')}: {thing}",
        };
    }
}
