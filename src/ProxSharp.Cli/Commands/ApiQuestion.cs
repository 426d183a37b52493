using ProxSharp.Api;
using ProxSharp.Cli.Schema;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Operations;

namespace ProxSharp.Cli.Commands;

/// <summary>Tells which plain calls are asked about before they are sent. Pure but for the question itself.</summary>
internal static class ApiQuestion
{
    /// <summary>Asks about a call that loses data or the way back to them; other calls pass.</summary>
    /// <param name="run">The run.</param>
    /// <param name="session">The server.</param>
    /// <param name="method">The verb.</param>
    /// <param name="target">What is called.</param>
    /// <param name="parameters">The parameters of the call.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <exception cref="Errors.CliException">A rule of the context forbids the call, the answer was no, or nobody can be asked.</exception>
    public static async Task AskAsync(
        CommandRun run, Calls.ServerSession session, ApiMethod method, CallTarget target, ApiParameters parameters, CancellationToken cancellationToken)
    {
        string template = target.Endpoint?.Path ?? target.Path;
        if (!IsNeeded(OperationCatalogue.For(session.Context.Product).Find(method, template), parameters))
        {
            return;
        }

        // What is refused anyway needs no answer.
        await session.CheckAsync(method, target.Path, parameters, cancellationToken).ConfigureAwait(false);
        string action = $"{ApiVerbs.Word(method)} {Terminal.TextCells.Visible(target.Path)}";
        await ChangeRules.AskAsync(run, session.Context, action, Answer(template, target.Path), cancellationToken).ConfigureAwait(false);
    }

    // Nobody undoes a removal of users or rights either, and one that nobody has classified may be anything.
    private static bool IsNeeded(OperationEntry operation, ApiParameters parameters) => operation.Method switch
    {
        ApiMethod.Get => false,
        ApiMethod.Delete => operation.ClassOf(parameters) >= OperationClass.Destructive,
        _ => operation.ClassOf(parameters) == OperationClass.Destructive,
    };

    /// <summary>The last name or number in the path: the thing that is lost.</summary>
    private static string Answer(string template, string path)
    {
        string[] names = template.Split('/');
        string[] parts = path.Split('/');
        int last = Array.FindLastIndex(names, static name => name.StartsWith('{'));
        string answer = last < 0 ? parts[^1] : last == names.Length - 1 ? string.Join('/', parts[last..]) : parts[last];
        return Uri.UnescapeDataString(answer);
    }
}
