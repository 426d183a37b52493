using ProxSharp.Api;
using ProxSharp.Cli.Schema;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Operations;

namespace ProxSharp.Cli.Commands;

/// <summary>Tells which plain calls are asked about before they are sent. Pure but for the question itself.</summary>
internal static class ApiQuestion
{
    /// <summary>Asks about a call as a verb would; other calls pass.</summary>
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
        OperationEntry operation = Asking.Find(session.Context.Product, method, template);
        string effect = Asking.Effect(session.Context.Product, operation, parameters);
        PlannedCall call = new(method, target.Path, parameters) { Template = template };
        if (NodeBatch.Effect(target.Schema, call) is { } batch)
        {
            effect = batch;
        }
        else if (!Asking.IsNeeded(operation, parameters, target.Path))
        {
            IReadOnlyList<ConfigChange> replaced = session.Context.Product == ProxmoxProduct.VirtualEnvironment
                ? await ReplacedDisks.FindAsync(session, target.Schema, [call], cancellationToken).ConfigureAwait(false)
                : [];
            if (replaced.Count == 0)
            {
                return;
            }

            effect = ReplacedDisks.Effect(replaced);
        }

        // What is refused anyway needs no answer.
        await session.CheckAsync(method, target.Path, parameters, cancellationToken).ConfigureAwait(false);
        effect = await PurgedRules.EffectAsync(session, call, cancellationToken).ConfigureAwait(false) ?? effect;
        string action = $"send {CallText.Line(call)}";
        await ChangeRules.AskAsync(run, session.Context, action, Answer(template, target.Path), effect, cancellationToken).ConfigureAwait(false);
    }

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
