using System.CommandLine;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Commands;

/// <summary>
/// Takes <c>--all</c> for the selection of a verb that has more arguments behind it: <c>vm snapshot create --all nightly</c> means
/// <c>vm snapshot create @all nightly</c>. Pure.
/// </summary>
internal static class AllWord
{
    private const string Option = "--all";
    private const string Selection = "@all";

    /// <summary>Returns the words with the selection in its place; null if nothing is to be changed.</summary>
    /// <param name="parse">What the parser understood of the words.</param>
    /// <param name="words">The words.</param>
    public static List<string>? Settle(ParseResult parse, IReadOnlyList<string> words)
    {
        if (parse.CommandResult.Command is not VerbCommand { Verb: { Arguments: [Argument<string>, _, ..] arguments } verb } command
            || (verb.Traits & (VerbTraits.Bulk | VerbTraits.Parallel)) == 0 || SwitchWords.TakesProgram(command))
        {
            return null;
        }

        int end = words.TakeWhile(static word => word != "--").Count();
        int at = words.Take(end).ToList().IndexOf(Option);
        int verbAt = words.Take(end).ToList().FindIndex(word => word == command.Name || command.Aliases.Contains(word));

        // Whoever also names some hears of it.
        return at < 0 || verbAt < 0 || arguments.Sum(argument => parse.GetResult(argument)?.Tokens.Count ?? 0) >= arguments.Count
            ? null
            : [.. words.Take(verbAt + 1).Where((_, index) => index != at), Selection, .. words.Skip(verbAt + 1).Where((_, index) => index + verbAt + 1 != at)];
    }
}
