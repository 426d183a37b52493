using System.Text.RegularExpressions;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Verbs.Derived;

/// <summary>
/// Says what an example does in the words of the verb's summary: "Reads a rule of a security group." with its two words is "the rule 1 of the security
/// group webserver". Pure.
/// </summary>
internal static partial class ExampleSentences
{
    private const int MostOfThing = 24;
    private const int MostOfJson = 60;

    // What a phrase about a thing begins with; all else needs a verb in front of it.
    private static readonly string[] s_starts = ["the ", "a ", "an ", "one ", "all ", "whether ", "which ", "what ", "how "];

    private static readonly string[] s_looks = ["Lists", "Reads", "Gets", "Shows", "Tells"];

    /// <summary>Returns what the line shows or does.</summary>
    /// <param name="summary">The sentence about the verb.</param>
    /// <param name="verb">The verb.</param>
    /// <param name="things">What stands behind it: the guest, the node, the item.</param>
    public static string Of(string summary, DerivedVerb verb, IReadOnlyList<string> things)
    {
        string text = Aside.Replace(summary, "").Split(';', ':')[0].TrimEnd('.', ' ');
        text = Also.Replace(More.Replace(text, ""), static match => $"{match.Groups[1].Value} {Base(match.Groups[2].Value)}");
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        (string does, string rest) = (text[..space], text[(space + 1)..]);
        bool isLook = s_looks.Contains(does) && s_starts.Any(start => rest.StartsWith(start, StringComparison.Ordinal));
        string named = Named(rest, verb, things);
        return isLook ? (verb.Call.EndsWith('}') ? Article.Replace(named, "one ") : named) : $"{Base(does)} {named}";
    }

    /// <summary>Returns the second example of a verb that reads: the same in another form.</summary>
    /// <param name="first">The first one.</param>
    /// <param name="summary">The sentence about the verb; null if there is none.</param>
    public static CommandExample Second(CommandExample first, string? summary) => summary?.Split(' ')[0] switch
    {
        // What comes back has a form of its own.
        "Downloads" => new($"{first.Line} --output-file download", "the same into a file"),
        "Connects" => new($"{first.Line} --debug-http", "the same, with the call as it is sent"),
        _ => new($"{first.Line} -o json", Json(first.Meaning)),
    };

    private static string Json(string meaning) =>
        meaning.Length <= MostOfJson && s_starts[..5].Any(start => meaning.StartsWith(start, StringComparison.Ordinal)) && !Clause.IsMatch(meaning)
            ? $"{meaning} as JSON, for scripts"
            : "the same as JSON, for scripts";

    // Lists, computes, identifies, searches.
    private static string Base(string verb)
    {
        string word = char.ToLowerInvariant(verb[0]) + verb[1..];
        return word.EndsWith("ies", StringComparison.Ordinal) ? $"{word[..^3]}y"
            : Sibilant.IsMatch(word) ? word[..^2]
            : word.TrimEnd('s');
    }

    // Each thing that the sentence does not name is named: "a user" is "the user demo@pve".
    private static string Named(string text, DerivedVerb verb, IReadOnlyList<string> things)
    {
        string[] left = [.. things];
        bool isNode = verb.Node == NodeRule.Argument && verb.Call.Contains("{node}", StringComparison.Ordinal);
        if (left.Length > 0 && (isNode || verb.Node == NodeRule.OfGuest))
        {
            text = (isNode ? TheNode : Guest).Replace(text, $"the $1 {left[0]}", 1);
            left = left[1..];
        }

        Match[] nouns = [.. Noun.Matches(text).Cast<Match>()];
        if (nouns.Length != left.Length)
        {
            return text;
        }

        string result = text;
        for (int at = nouns.Length - 1; at >= 0; at--)
        {
            string noun = nouns[at].Groups["noun"].Value;
            string thing = left[^(at + 1)];
            bool isItem = at == 0 && nouns[at].Index == 0 && verb.Call.EndsWith('}');
            if (thing.Length <= MostOfThing && (isItem || Stands(noun, verb.Noun)))
            {
                result = $"{result[..nouns[at].Index]}the {noun} {thing}{result[(nouns[at].Index + nouns[at].Length)..]}";
            }
        }

        return result;
    }

    // The noun of the sentence is one of the words of the command: "an IP set" and ipset, "a virtual network" is none.
    private static bool Stands(string noun, IReadOnlyList<string> words)
    {
        string[] parts = noun.ToLowerInvariant().Split(' ');
        return words.Contains(parts[^1]) || words.Contains(string.Join('-', parts)) || words.Contains(string.Concat(parts));
    }

    private static Regex Noun => field ??= new(
        "\\b(a|an|one) (?<noun>[A-Za-z0-9 -]+?)(?= (of|in|on|out|that|with|for|from|to|as|by|at|and|or|inside|includes|uses|has|can|is|now|reached|requires?|would|if)\\b|$|,)",
        RegexOptions.CultureInvariant);

    private static Regex TheNode => field ??= new("\\b(?:the|a) (node)(?=$|,| (uses|can|with|and)\\b)", RegexOptions.CultureInvariant);

    private static Regex Guest => field ??= new("\\b(?:the|a) (VM|container|guest)(?=$|,| (with|through|and|may|supports)\\b)", RegexOptions.CultureInvariant);

    private static Regex Aside => field ??= new(" \\([^)]*\\)", RegexOptions.CultureInvariant);

    // What a call does besides: "..., and gives a ticket".
    private static Regex More => field ??= new(",? ((and|or) )?(gives|checks|renews) .*$", RegexOptions.CultureInvariant);

    private static Regex Also => field ??= new("\\b(and|or) (brings|clears|resumes|starts)\\b", RegexOptions.CultureInvariant);

    private static Regex Article => field ??= new("^(a|an) ", RegexOptions.CultureInvariant);

    private static Regex Clause => field ??= new("\\b(that|which|whether|what|who|can|may|would|and|for|as)\\b|,", RegexOptions.CultureInvariant);

    private static Regex Sibilant => field ??= new("(ss|sh|ch|x|zz)es$", RegexOptions.CultureInvariant);
}
