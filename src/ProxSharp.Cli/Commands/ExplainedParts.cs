using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Schema;
using ProxSharp.PropertyStrings;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Commands;

/// <summary>Finds the parameter that is to be explained, the key of it, and the value that was written for one of them. Pure.</summary>
internal static class ExplainedParts
{
    /// <summary>Takes a word such as <c>vm.net0.bridge</c> or <c>--memory=2048</c> apart: its names, then an equals sign with the value if there is one.</summary>
    public static string[] Apart(string word)
    {
        string[] sides = word.TrimStart('-').Split('=', 2);
        string[] names = sides[0].Split('.', StringSplitOptions.RemoveEmptyEntries);
        return names.Length == 0 ? [word] : sides.Length == 2 && sides[1].Length > 0 ? [.. names, $"={sides[1]}"] : names;
    }

    /// <summary>Leaves out a guest that stands in front of the option to explain, as in a whole line: <c>web-1 --memory 2048</c>.</summary>
    public static string[] BehindGuest(string[] words) =>
        Array.FindIndex(words, static word => word.StartsWith("--", StringComparison.Ordinal)) is > 0 and int at ? words[at..] : words;

    /// <summary>Tells whether one of the calls takes an option as a parameter.</summary>
    public static bool Has(IEnumerable<EndpointDescription> descriptions, string option) =>
        descriptions.Any(description => Named(description, Apart(option)[0]) is not null);

    /// <summary>Returns the descriptions of what is asked for, with the value held against it.</summary>
    /// <param name="descriptions">The calls.</param>
    /// <param name="words">What stands behind the command: a parameter, perhaps a key, perhaps a value.</param>
    /// <param name="typed">The words as they were typed, which tell a value from a key behind a dot.</param>
    /// <param name="options">What else the command takes, to be named where something similar was typed.</param>
    public static EndpointDescription[] Only(
        EndpointDescription[] descriptions, IReadOnlyList<string> words, IReadOnlyList<string> typed, IReadOnlyList<string> options)
    {
        if (words.Count == 0)
        {
            return descriptions;
        }

        string[] all = [.. Apart(words[0]), .. words.Skip(1)];
        string name = all[0];
        EndpointDescription[] having = [.. descriptions.Select(description => Named(description, name)).OfType<EndpointDescription>()];
        if (having.Length == 0)
        {
            throw Unknown($"There is no parameter '{name}'", name, descriptions.SelectMany(description => ParameterNames(description, name)).Concat(options));
        }

        if (all.Length == 1)
        {
            return having;
        }

        string[] keys = [.. having.SelectMany(static description => description.Parameters.Values.SelectMany(
            node => NodeText.PropertyStringKeys(node, description.Schema)?.Keys ?? [])).Distinct(StringComparer.Ordinal)];
        return keys.Length == 0 || IsWhole(all[1], typed) || !IsKey(all[1], keys, having)
            ? IsValue(all, 1, typed) ? Best([.. having.Select(description => description.With(name, Value(all[1..])))])
                : throw (keys.Length == 0 ? NoKeys(name, all[1]) : Unknown($"'{name}' has no key '{all[1]}'", all[1], keys))
            : OfKey(having, all, keys, typed);
    }

    private static EndpointDescription[] OfKey(EndpointDescription[] having, string[] all, string[] keys, IReadOnlyList<string> typed)
    {
        string[] sides = all[1].Split('=', 2);
        EndpointDescription[] only = [.. having.Select(description => description.OnlyKey(sides[0])).OfType<EndpointDescription>()];
        if (only.Length == 0)
        {
            throw Unknown($"'{all[0]}' has no key '{sides[0]}'", sides[0], keys);
        }

        return sides.Length == 2 && sides[1].Length > 0 ? Best([.. only.Select(description => description.With(sides[0], sides[1]))])
            : all.Length == 2 ? only
            : IsValue(all, 2, typed) ? Best([.. only.Select(description => description.With(sides[0], Value(all[2..])))])
            : throw NoKeys($"{all[0]}.{sides[0]}", all[2]);
    }

    // A word alone may be a key, or the value whose key is left out: host of cpu, 2048 of memory.
    private static bool IsKey(string word, string[] keys, EndpointDescription[] having)
    {
        string[] sides = word.Split('=', 2);
        if (word.StartsWith('=') || word.Contains(',', StringComparison.Ordinal))
        {
            return false;
        }

        bool isAlone = having.Any(static description => description.Parameters.Values.Any(
            node => NodeText.PropertyStringKeys(node, description.Schema)?.Values.Any(static key => key.IsDefaultKey) == true));
        return keys.Contains(sides[0]) || sides.Length == 2 || !isAlone
            || (word.All(static sign => char.IsAsciiLetter(sign) || sign is '-' or '_') && UsageErrors.Nearest(word, keys) is not null);
    }

    // Behind a blank bridge=vmbr0 is all that somebody wants to set; behind a dot it is about that key.
    private static bool IsWhole(string word, IReadOnlyList<string> typed) =>
        word.Contains('=', StringComparison.Ordinal) && !word.StartsWith('=') && typed.Any(other => other == word || other.Split(' ').Contains(word));

    // Behind a dot there would be a key: vm.cores.x.
    private static bool IsValue(string[] all, int at, IReadOnlyList<string> typed) =>
        all[at].StartsWith('=') || typed.Any(word => word == all[at] || word.Split(' ').Contains(all[at]));

    private static string Value(string[] words) => string.Join(' ', words) is ['=', .. { } value] ? value : string.Join(' ', words);

    // The same name may be a parameter of several calls; the one that the value was written for complains least.
    private static EndpointDescription[] Best(EndpointDescription[] descriptions)
    {
        int least = descriptions.Min(static description => description.Value!.Complaints.Count);
        return [.. descriptions.Where(description => description.Value!.Complaints.Count == least)];
    }

    private static EndpointDescription? Named(EndpointDescription description, string name) =>
        description.Only(name) ?? description.Only(name.Replace('-', '_'));

    private static CliException NoKeys(string whole, string more) =>
        CliException.Usage($"'{whole}' has no keys: there is no '{more}' in it", $"Leave out what follows: prox explain ... {whole}");

    /// <summary>The names of the parameters of a call; those of a family as somebody writes them who means one of it.</summary>
    public static IEnumerable<string> ParameterNames(EndpointDescription description, string typed)
    {
        string digits = string.Concat(typed.Reverse().TakeWhile(char.IsAsciiDigit).Reverse());
        IEnumerable<KeyValuePair<string, ApiNode>> variants = description.Endpoint.Variants?.Parameters.Values.SelectMany(static set => set) ?? [];
        return description.Endpoint.Parameters.Concat(variants).Select(parameter => parameter.Key.Replace(
            "[n]", digits.Length > 0 && EndpointDescription.HasNumber(parameter.Value, digits) ? digits : "0", StringComparison.Ordinal));
    }

    private static CliException Unknown(string message, string word, IEnumerable<string> known) => CliException.Usage(
        message, UsageErrors.Nearest(word, known) is { } near ? $"Did you mean '{near}'?" : "Leave it out to see all");
}
