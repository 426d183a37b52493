using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Mcp.Policies;

namespace ProxSharp.Cli.Guarding;

/// <summary>
/// Keeps contexts that a policy of the user is bound to: the policy holds for the addresses of its context, so that who forgets the context or turns it to
/// another server lets go of the first.
/// </summary>
internal static class GuardedContexts
{
    /// <summary>Asks a person at a terminal to type the name, if a change would take a server away from its policy.</summary>
    /// <param name="run">The command.</param>
    /// <param name="name">The context.</param>
    /// <param name="next">What it becomes; null if it is forgotten or not known yet.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <exception cref="CliException">Nobody can be asked, or the name was not typed.</exception>
    public static async Task ConfirmAsync(CommandRun run, string name, ServerContext? next, CancellationToken cancellationToken)
    {
        GuardPlace place = new PolicyFinder(run.Services.Environment.SystemFolder, run.Services.Contexts.AgentsPath).Place(name);
        if (!place.HasPolicy || run.Services.Contexts.Load().Find(name) is not { } present || (next is not null && GuardPlaces.Covers(next, present)))
        {
            return;
        }

        await AskAsync(
            run,
            name,
            $"The policy {place.PolicyPath} guards the server of '{name}' through this context. Type {name} to let go of it: ",
            $"A policy guards the server of '{name}' through this context; a person has to let go of it, and nobody can be asked here",
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks a person at a terminal before a context is remembered that leads to a guarded server by another name, and is not guarded itself.</summary>
    /// <exception cref="CliException">Nobody can be asked, or the name was not typed.</exception>
    public static async Task ConfirmNewAsync(CommandRun run, ServerContext added, CancellationToken cancellationToken)
    {
        if (!GuardPlaces.Find(run.Services, added).HasPolicy && GuardPlaces.ByAddress(run.Services, added) is { } place)
        {
            await AskAsync(
                run,
                added.Name!,
                $"The address leads to the server of '{place.Name}', and the policy there would not hold for '{added.Name}'. Type {added.Name} to add it: ",
                $"The address leads to the server of '{place.Name}', which a policy guards, by another name; a person has to add it, and nobody can be asked here",
                cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task AskAsync(CommandRun run, string name, string question, string refusal, CancellationToken cancellationToken)
    {
        Questions questions = new(run, cancellationToken);
        if (!questions.CanAsk || await questions.AskAsync(question).ConfigureAwait(false) != name)
        {
            throw new CliException(new CliError
            {
                Code = "approval_needed",
                ExitCode = ExitCodes.ApprovalNeeded,
                Message = questions.CanAsk ? $"'{name}' was not typed: the contexts stay as they are" : refusal,
                Hint = "Run it at a terminal.",
            });
        }
    }
}
