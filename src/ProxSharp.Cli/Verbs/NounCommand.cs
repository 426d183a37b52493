using System.CommandLine;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Help;

namespace ProxSharp.Cli.Verbs;

/// <summary>The command of a noun; called alone it shows its help. It is empty until it is needed.</summary>
internal sealed class NounCommand : ProxCommand
{
    private readonly Noun? _noun;

    private NounCommand(CommandServices services, string name, string summary, Noun? noun)
        : base(name, summary)
    {
        _noun = noun;
        SetAction(parse =>
        {
            HelpWriter.Write(Described(services, parse.CommandResult.Command), services.Console.Out, services.Console.Width);
            return Errors.ExitCodes.Success;
        });
    }

    // Sentences and examples cost time that a verb has no use for: they are only made for somebody who asks for help, as a noun alone does.
    private static Command Described(CommandServices services, Command noun)
    {
        string[] words = HelpWriter.Names(noun).Split(' ')[1..];
        Command place = CommandTree.Build(services, [.. words, "--help"]);
        return words.Aggregate(place, static (command, word) => command.Subcommands.First(sub => sub.Name == word));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples => _noun?.Examples ?? [];

    /// <inheritdoc/>
    public override string? Details => _noun?.Details;

    /// <summary>Makes the command of a noun that nobody asks for; it only has a name and a sentence.</summary>
    public static NounCommand Closed(CommandServices services, NounEntry entry) => new(services, entry.Name, entry.Summary, null);

    /// <summary>Makes the command with all that is below it.</summary>
    public static NounCommand Open(CommandServices services, GlobalOptions globals, StandardOptions standard, Noun noun, bool isTop = true)
    {
        NounCommand command = new(services, noun.Name, noun.Summary, noun);
        foreach (string alias in noun.Aliases)
        {
            command.Aliases.Add(alias);
        }

        foreach (Verb verb in noun.Verbs)
        {
            command.Add(new VerbCommand(services, globals, standard, verb));
        }

        foreach (Noun below in noun.Nouns)
        {
            command.Add(Open(services, globals, standard, below, isTop: false));
        }

        if (isTop)
        {
            command.Add(standard.Connection.Context);
        }

        return command;
    }
}
