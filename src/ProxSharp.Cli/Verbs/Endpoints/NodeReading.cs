using System.Runtime.ExceptionServices;
using ProxSharp.Cli.Declare;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>Reads something on several nodes at once. The others are of use where one of them does not answer.</summary>
internal static class NodeReading
{
    /// <summary>Reads it; nodes where it cannot be read are a warning.</summary>
    /// <param name="run">The run.</param>
    /// <param name="nodes">The nodes; at least one.</param>
    /// <param name="what">What is read, for the warnings: <c>the tasks</c>.</param>
    /// <param name="read">Reads it on one of them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What the nodes answered that did.</returns>
    /// <exception cref="ProxmoxException">None of them can be read: nothing at all would look as if there were none.</exception>
    public static async Task<IReadOnlyList<NodeAnswer<T>>> EachAsync<T>(
        VerbRun run, IReadOnlyList<string> nodes, string what, Func<string, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        NodeAnswer<T>[] all = await ConcurrentReading.AllAsync(nodes, async (node, token) =>
        {
            try
            {
                return new NodeAnswer<T>(node, await read(node, token).ConfigureAwait(false), failure: null);
            }
            catch (ProxmoxException failure)
            {
                return new NodeAnswer<T>(node, default, failure);
            }
        }, cancellationToken).ConfigureAwait(false);
        if (all.All(static item => item.Failure is not null))
        {
            ExceptionDispatchInfo.Throw(all[0].Failure!);
        }

        foreach (NodeAnswer<T> item in all.Where(static item => item.Failure is not null))
        {
            run.Command.Warn(TextCells.Visible($"{what} cannot be read on {item.Node}: {ErrorMapper.Map(item.Failure!).Message}"));
        }

        return [.. all.Where(static item => item.Failure is null)];
    }
}
