using System.CommandLine.Parsing;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Errors;

/// <summary>
/// Finds several guests that stand next to each other where a verb takes one word for them, because other arguments follow: <c>vm migrate 101 104 pve1</c>.
/// </summary>
internal static class SeveralGuests
{
    /// <summary>Returns the error that shows the line with commas; null if it is not written so.</summary>
    /// <param name="command">The command.</param>
    /// <param name="path">Its words.</param>
    /// <param name="unmatched">The words that were not understood.</param>
    /// <param name="arguments">The whole line.</param>
    /// <param name="lines">Knows what is understood; null to show nothing.</param>
    public static CliError? Find(
        CommandResult command, string path, IReadOnlyList<string> unmatched, IReadOnlyList<string> arguments, KnownLines? lines)
    {
        if (lines is null || unmatched.Count == 0
            || command.Command is not VerbCommand { Verb: { Arguments: [{ Name: "guest", Arity.MaximumNumberOfValues: 1 }, _, ..] others } verb }
            || (verb.Traits & (VerbTraits.Bulk | VerbTraits.Parallel)) == 0)
        {
            return null;
        }

        string[] words = [.. command.Children.OfType<ArgumentResult>().SelectMany(static argument => argument.Tokens).Select(static token => token.Value), .. unmatched];
        string[] guests = words[..^(others.Count - 1)];
        bool areGuests = guests.Length > 1 && guests.Skip(1).All(static word => KnownLines.IsGuest(word) || word.Contains('=', StringComparison.Ordinal));
        return areGuests && Joined(arguments, guests) is { } joined && lines.Complete(joined) is { } line
            ? CliError.Usage($"'{path}' takes its guests as one word, for other arguments follow", $"Write: {line}")
            : null;
    }

    // Null where a word stands elsewhere as well, such as behind an option: nobody knows which of them is meant.
    private static IReadOnlyList<string>? Joined(IReadOnlyList<string> arguments, string[] guests)
    {
        if (guests.Any(guest => arguments.Count(word => word == guest) != 1))
        {
            return null;
        }

        List<string> line = [.. arguments];
        line[line.IndexOf(guests[0])] = string.Join(',', guests);
        line.RemoveAll(guests[1..].Contains);
        return line;
    }
}
