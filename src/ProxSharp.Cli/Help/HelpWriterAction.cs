using System.CommandLine;
using System.CommandLine.Invocation;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Help;

/// <summary>Shows the help of the command that was named.</summary>
internal sealed class HelpWriterAction(IConsoleHost console) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        HelpWriter.Write(parseResult.CommandResult.Command, console.Out, console.Width);
        return Errors.ExitCodes.Success;
    }
}
