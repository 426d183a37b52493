using System.CommandLine;
using System.CommandLine.Parsing;
using ProxSharp.Api;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Schema;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Errors;

/// <summary>Finds the option that a word belongs to which stands where no argument is taken.</summary>
internal static class OptionPlaces
{
    private const string UserOption = "--userid";

    // What other things that are made have as an argument, some have as an option that may be left out.
    private static readonly string[] s_names = ["--id", "--name"];

    /// <summary>Returns how the line is written; null if no option is certain enough.</summary>
    /// <param name="command">The command.</param>
    /// <param name="word">The word that nothing takes.</param>
    /// <param name="arguments">The whole line.</param>
    /// <param name="lines">Finds lines that are understood.</param>
    /// <param name="help">How to get help.</param>
    public static string? Find(CommandResult command, string word, IReadOnlyList<string> arguments, KnownLines? lines, string help)
    {
        int at = arguments.ToList().FindLastIndex(typed => typed == word);
        if (at < 0 || word.StartsWith('-') || Meant(command, word) is not { } option)
        {
            return null;
        }

        // Both were typed, in the order of other tools: the word in front is the value of the option, and this one is the name.
        if (at > 0 && IsValue(command.Command, option, arguments[at - 1]) && !IsValue(command.Command, option, word))
        {
            string[] turned = [.. arguments.Take(at - 1), word, option, arguments[at - 1], .. arguments.Skip(at + 1)];
            return $"Write: {lines?.Complete(turned) ?? $"prox {GuardWords.Join(turned)}"}";
        }

        string[] named = command.Command is VerbCommand { Verb: { } made } ? NamespaceNames.Options(made, word) ?? [option, word] : [option, word];
        string[] line = [.. arguments.Take(at), .. named, .. arguments.Skip(at + 1)];
        return lines?.Complete(line) is { } whole ? $"Write: {whole}" : $"It is written behind its option: {option} {GuardWords.Join([word])}. {help}";
    }

    // One of the words that the option takes and no others.
    private static bool IsValue(Command command, string option, string word)
    {
        foreach (string call in command is VerbCommand { Verb.Calls: { } calls } ? calls : [])
        {
            (ApiMethod method, string template) = EndpointBinding.Split(call);
            foreach (ProxmoxProduct product in Enum.GetValues<ProxmoxProduct>())
            {
                if (SchemaSource.Embedded(product).Find(method, template)?.Parameters.GetValueOrDefault(option.TrimStart('-'))?.Enumeration?.Contains(word) == true)
                {
                    return true;
                }
            }
        }

        return false;
    }

    // What has the form of a user is one; else the first thing that has to be given and is not, then the name of what is made.
    private static string? Meant(CommandResult command, string word)
    {
        bool IsGiven(Option option) => command.Children.OfType<OptionResult>().Any(given => given.Option == option && !given.Implicit);
        bool isUser = word.IndexOf('@', StringComparison.Ordinal) > 0
            && command.Command.Options.Any(option => option.Name == UserOption && !IsGiven(option));
        IEnumerable<Option> needed = command.Command is VerbCommand { Verb: { } verb }
            ? verb.Needed.Concat(verb.Options.Where(static option => option.Required))
            : command.Command.Options.Where(static option => option.Required);
        return isUser ? UserOption
            : needed.FirstOrDefault(option => !IsGiven(option) && !EndpointParameter.IsSecretName(option.Name.TrimStart('-')))?.Name
            ?? (command.Command is VerbCommand { Name: "create" }
                ? s_names.FirstOrDefault(name => command.Command.Options.Any(option => option.Name == name && !IsGiven(option)))
                : null);
    }
}
