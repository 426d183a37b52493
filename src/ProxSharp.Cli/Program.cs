using ProxSharp.Cli;
using ProxSharp.Cli.Terminal;

using CancellationTokenSource interrupt = new();
Console.CancelKeyPress += (_, pressed) =>
{
    // The first Ctrl-C ends the work in order; a second one ends the process at once.
    pressed.Cancel = !interrupt.IsCancellationRequested;
    interrupt.Cancel();
};

CliApp app = new(new SystemConsoleHost(), CliEnvironment.FromProcess(), TimeProvider.System);
return await app.RunAsync(args, interrupt.Token).ConfigureAwait(false);
