using System.CommandLine;
using System.CommandLine.Parsing;
using ProxSharp.Cli.Guarding;

namespace ProxSharp.Cli.Errors;

/// <summary>Options of other tools that pick guests out, and the words that do it here: <c>--node pve1</c> is <c>@node-pve1</c>. Pure.</summary>
internal static class SelectionHabits
{
    private const string More = "see: prox help selectors";

    // The condition of each; a name and whole conditions have none.
    private static readonly Dictionary<string, string> s_conditions = new(StringComparer.Ordinal)
    {
        ["node"] = "node",
        ["pool"] = "pool",
        ["tag"] = "tag",
        ["tags"] = "tag",
        ["status"] = "status",
        ["state"] = "status",
        ["type"] = "type",
        ["name"] = "",
        ["selector"] = "",
        ["l"] = "",
        ["filter"] = "",
        ["f"] = "",
        ["n"] = "node",
    };

    private static readonly Dictionary<string, string> s_switches = new(StringComparer.Ordinal)
    {
        ["running"] = "status=running",
        ["stopped"] = "status=stopped",
    };

    // What lists guests lists all of them, if none is named.
    private static readonly string[] s_everything = ["all", "a", "A", "all-namespaces"];

    /// <summary>Finds how guests are picked out; null if the option does not do that, or if the command takes no guests.</summary>
    /// <param name="command">The command.</param>
    /// <param name="option">The option as it was typed.</param>
    /// <param name="arguments">The whole line.</param>
    /// <param name="known">The options that the command has.</param>
    /// <param name="lines">Knows what is understood; null to tell the form alone.</param>
    public static string? Find(CommandResult command, string option, IReadOnlyList<string> arguments, IReadOnlyCollection<string> known, KnownLines? lines)
    {
        if (command.Command.Arguments.FirstOrDefault(static argument => argument.Name is "guest" or "selection") is not { } place)
        {
            return null;
        }

        string name = Name(option);
        bool isList = place.Name == "selection";
        if (isList && s_everything.Contains(name))
        {
            return lines?.Complete([.. arguments.Where(word => word != option)]) is { } all
                ? $"Without a selection it is all of them: {all}" : "Without a selection it is all of them";
        }

        // Elsewhere -f is not about a filter, and -n not about a node.
        if ((!s_conditions.ContainsKey(name) && !s_switches.ContainsKey(name)) || (name is "f" or "n" && !isList))
        {
            return null;
        }

        (List<string> line, List<string> words, bool isFound) = Rewritten(command, place, arguments, known);
        return words.Count == 0 && !isList ? null
            : words.Count > 0 && words.All(IsPlain) && lines?.Complete(FormatHabits.Settle(line, known)) is { } whole
            ? $"{(isFound && name == "node" ? "The node of a guest is found by itself" : $"Guests are picked by words ({More})")}. Write: {whole}"
            : $"Guests are picked by words, such as @node-pve1, @tag-web, @pool-prod or status=running; {More}";
    }

    // Words that name guests add up and conditions narrow, so that a condition is written wherever there is something to narrow.
    private static (List<string> Line, List<string> Words, bool IsFound) Rewritten(
        CommandResult command, Argument place, IReadOnlyList<string> arguments, IReadOnlyCollection<string> known)
    {
        List<Filter> filters = [.. Filters(arguments, known)];
        string[] taken = [.. filters.SelectMany(filter => arguments.Skip(filter.At).Take(filter.Length))];
        string[] others = [.. (command.GetResult(place)?.Tokens ?? []).Select(static token => token.Value).Where(word => word[0] != '-' && !taken.Contains(word))];
        bool isAlone = filters.Count == 1 && others.Length == 0;
        bool isFound = place.Name == "guest" && others.Length > 0 && !others.Any(static word => word.AsSpan().ContainsAny("@=*?:"));
        List<string> line = [];
        List<string> words = [];
        for (int at = 0; at < arguments.Count; at++)
        {
            if (filters.Find(filter => filter.At == at) is not { } here)
            {
                line.Add(arguments[at]);
                continue;
            }

            string word = here.Key.Length == 0 ? here.Value
                : isAlone && here.Key is "node" or "tag" or "pool" ? $"@{here.Key}-{here.Value}"
                : $"{here.Key}={here.Value}";
            words.Add(word);
            if (!isFound || here.Key != "node")
            {
                line.Add(word);
            }

            at += here.Length - 1;
        }

        return (line, words, isFound);
    }

    private static IEnumerable<Filter> Filters(IReadOnlyList<string> arguments, IReadOnlyCollection<string> known)
    {
        int end = arguments.TakeWhile(static word => word != "--").Count();
        for (int at = 0; at < end; at++)
        {
            string[] parts = arguments[at].Split('=', 2);
            string name = Name(arguments[at]);
            if (arguments[at].Length < 2 || arguments[at][0] != '-' || known.Contains(parts[0]))
            {
                continue;
            }

            if (parts.Length == 1 && s_switches.TryGetValue(name, out string? condition))
            {
                yield return new Filter(at, 1, "", condition);
            }
            else if (s_conditions.TryGetValue(name, out string? key) && (parts.Length == 2 || (at + 1 < end && arguments[at + 1][0] != '-')))
            {
                yield return new Filter(at, 3 - parts.Length, key, parts.Length == 2 ? parts[1] : arguments[at + 1]);
                at += 2 - parts.Length;
            }
        }
    }

    private static string Name(string option) => option.Split('=', 2)[0].TrimStart('-');

    // A comma would begin a word of its own; and what is no condition at all is not to be recommended.
    private static bool IsPlain(string word)
    {
        int sign = word.IndexOf('=', StringComparison.Ordinal);
        return word.Length > 0 && !word.Contains(',', StringComparison.Ordinal) && !word.Any(char.IsWhiteSpace) && sign != word.Length - 1
            && (sign < 0 || BareOptions.IsCondition(word));
    }

    private sealed record Filter(int At, int Length, string Key, string Value);
}
