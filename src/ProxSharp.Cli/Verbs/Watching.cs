using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Verbs;

/// <summary>Shows a result once, or again and again with <c>--watch</c>.</summary>
internal static class Watching
{
    private const int Usual = 2;

    /// <summary>The longest pause, in seconds.</summary>
    public const int Longest = 3600;

    /// <summary>Shows it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="show">Reads and writes the result.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<int> RunAsync(VerbRun run, Func<CancellationToken, Task> show, CancellationToken cancellationToken)
    {
        if (!run.IsGiven(run.Standard.Watch))
        {
            await show(cancellationToken).ConfigureAwait(false);
            return ExitCodes.Success;
        }

        int seconds = run.Number(run.Standard.Watch, Longest) ?? Usual;
        return await OutputLoop.RunAsync(run.Command.Services.Console, token => AgainAsync(run, show, seconds, token), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> AgainAsync(VerbRun run, Func<CancellationToken, Task> show, int seconds, CancellationToken cancellationToken)
    {
        TextWriter writer = run.Command.Services.Console.Out;
        bool clears = run.Command.Services.Console.IsOutputTerminal && run.Command.Output.Format is OutputFormat.Table or OutputFormat.Wide;
        for (int round = 0; ; round++)
        {
            if (clears)
            {
                writer.Write("\e[H\e[2J");
            }
            else if (round > 0 && run.Command.Output.Format is OutputFormat.Table or OutputFormat.Wide)
            {
                writer.WriteLine();
            }

            await show(cancellationToken).ConfigureAwait(false);
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromSeconds(seconds), run.Command.Services.Time, cancellationToken).ConfigureAwait(false);
        }
    }
}
