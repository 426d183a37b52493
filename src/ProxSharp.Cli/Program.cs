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
app.InterruptedCode = () => interrupt.ExitCode;
return await app.RunAsync(args, interrupt.Token).ConfigureAwait(false);

void Stop(PosixSignalContext signal) => signal.Cancel = interrupt.Take(signal.Signal);
