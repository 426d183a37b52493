using System.CommandLine;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Commands;

/// <summary>A command with examples for its help.</summary>
internal abstract class ProxCommand : Command
{
    protected ProxCommand(string name, string description)
        : base(name, description)
    {
    }

    /// <summary>At least two examples.</summary>
    public abstract IReadOnlyList<CommandExample> Examples { get; }

    /// <summary>Further paragraphs of the help; null if the description says all.</summary>
    public virtual string? Details => null;

    /// <summary>What it does to servers at worst; null if it has to do with this machine only.</summary>
    public virtual VerbClass? Class => null;

    /// <summary>Names what runs when the command is called.</summary>
    protected void Runs(CommandServices services, GlobalOptions globals, Func<CommandRun, CancellationToken, Task<int>> run) =>
        SetAction(async (parse, cancellationToken) =>
        {
            CommandRun command = new(services, globals, parse);
            ReadOnlyName.Check(command, this);
            try
            {
                return await run(command, cancellationToken).ConfigureAwait(false);
            }
            catch (ProxmoxConnectionException untrusted) when (untrusted.IsCertificateProblem && command.Server is not null)
            {
                throw new CliException(CertificateAdvice.Map(command.Server, untrusted), untrusted);
            }
            finally
            {
                command.EndRecording();
            }
        });
}
