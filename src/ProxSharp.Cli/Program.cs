using System.Runtime.InteropServices;
using ProxSharp.Cli;
using ProxSharp.Cli.Terminal;

using SystemConsoleHost console = new();
CliApp app = new(console, CliEnvironment.FromProcess(), TimeProvider.System);

// The version needs no work that could be interrupted; scripts ask for it often.
if (args is ["--version"])
{
    return await app.RunAsync(args, CancellationToken.None).ConfigureAwait(false);
}

if (OperatingSystem.IsLinux())
{
    OpenFileLimit.Raise();
}

using Interruption interrupt = new();
using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using PosixSignalRegistration quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Stop);
using PosixSignalRegistration hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);

// A file that may not grow further (ulimit -f) is an error of the write, which is told and tidied up after, and not the end of the program.
const int fileTooLarge = 25;
using PosixSignalRegistration? tooLarge = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create((PosixSignal)fileTooLarge, static signal => signal.Cancel = true);
app.InterruptedCode = () => interrupt.ExitCode;
return await app.RunAsync(args, interrupt.Token).ConfigureAwait(false);

void Stop(PosixSignalContext signal) => signal.Cancel = interrupt.Take(signal.Signal);
