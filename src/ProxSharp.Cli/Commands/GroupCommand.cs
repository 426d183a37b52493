using ProxSharp.Cli.Help;

namespace ProxSharp.Cli.Commands;

/// <summary>A noun that only holds commands; called alone it shows its help.</summary>
internal sealed class GroupCommand : ProxCommand
{
    public GroupCommand(CommandServices services, string name, string description, IReadOnlyList<CommandExample> examples, params ProxCommand[] commands)
        : base(name, description)
    {
        Examples = examples;
        foreach (ProxCommand command in commands)
        {
            Add(command);
        }

        SetAction(parse =>
        {
            HelpWriter.Write(parse.CommandResult.Command, services.Console.Out, services.Console.Width);
            return Errors.ExitCodes.Success;
        });
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples { get; }
}
