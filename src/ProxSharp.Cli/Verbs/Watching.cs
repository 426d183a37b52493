using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Live;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Verbs;

/// <summary>Shows a result once, or again and again with <c>--watch</c>.</summary>
internal static class Watching
{
    private const int Usual = 2;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);

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

        IConsoleHost console = run.Command.Services.Console;
        RepeatedReading reading = new(run.Command.Services.Time, TimeSpan.FromSeconds(run.Number(run.Standard.Watch, Longest) ?? Usual));
        bool isScreen = console.IsOutputTerminal && IsTable(run) && run.Command.Services.Environment.Variable("TERM") != "dumb";
        return await OutputLoop.RunAsync(
            console,
            token => isScreen ? OnScreenAsync(run, show, reading, token) : InLinesAsync(run, show, reading, token),
            cancellationToken).ConfigureAwait(false);
    }

    private static bool IsTable(VerbRun run) => run.Command.Output.Format is OutputFormat.Table or OutputFormat.Wide;

    // What is read is written when it is whole: nothing of a read that fails comes between two results.
    private static async Task<int> InLinesAsync(VerbRun run, Func<CancellationToken, Task> show, RepeatedReading reading, CancellationToken token)
    {
        TextWriter writer = run.Command.Services.Console.Out;
        OutageText outages = new(run.Command);
        bool isFirst = true;
        while (true)
        {
            string text = "";
            bool isRead = await reading.TryAsync(
                async () => text = await run.Command.CaptureAsync(() => show(token)).ConfigureAwait(false), outages.Tell).ConfigureAwait(false);
            outages.Tell(reading.Outage);
            if (isRead)
            {
                await writer.WriteAsync((!isFirst && IsTable(run) ? $"\n{text}" : text).AsMemory(), token).ConfigureAwait(false);
                isFirst = false;
            }

            await writer.FlushAsync(token).ConfigureAwait(false);
            await Task.Delay(reading.Pause, run.Command.Services.Time, token).ConfigureAwait(false);
        }
    }

    private static async Task<int> OnScreenAsync(VerbRun run, Func<CancellationToken, Task> show, RepeatedReading reading, CancellationToken token)
    {
        TimeProvider time = run.Command.Services.Time;
        using WatchScreen screen = new(run.Command);
        while (true)
        {
            string text = "";
            await reading.TryAsync(
                async () => text = await run.Command.CaptureAsync(() => show(token)).ConfigureAwait(false), screen.Lose).ConfigureAwait(false);
            if (reading.Outage is { } outage)
            {
                screen.Lose(outage);
            }
            else
            {
                screen.Show(text);
            }

            long start = time.GetTimestamp();
            while (time.GetElapsedTime(start) < reading.Pause)
            {
                await Task.Delay(s_look, time, token).ConfigureAwait(false);
                screen.Refresh();
            }
        }
    }
}
