using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxSharp.Cli.Terminal;

/// <summary>The signals by which a shell stops a program and lets it go on.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed partial class StopSignals : IDisposable
{
    private readonly PosixSignalRegistration _stop;
    private readonly PosixSignalRegistration _goOn;

    /// <summary>Begins to watch.</summary>
    /// <param name="stop">Is run before the program stops.</param>
    /// <param name="goOn">Is run when it goes on.</param>
    public StopSignals(Action stop, Action goOn)
    {
        _stop = PosixSignalRegistration.Create(PosixSignal.SIGTSTP, signal =>
        {
            // .NET leaves a program that has asked for this signal running, so it has to stop itself.
            signal.Cancel = true;
            Run(stop);
            _ = Kill(Environment.ProcessId, OperatingSystem.IsLinux() ? 19 : 17);
        });
        _goOn = PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => Run(goOn));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        _goOn.Dispose();
    }

    /// <summary>Tells whether a terminal has another group of processes in front than that of this one; false if it is no terminal of ours.</summary>
    /// <param name="file">The terminal, as an open file.</param>
    public static bool IsInBackground(int file) => GetFront(file) is > 0 and var front && front != GetGroup();

    /// <summary>
    /// Tells this process to go on, as it was told while another one had the terminal: the runtime sets the terminal up when it hears that.
    /// SIGCONT is 18 on Linux and 19 on macOS.
    /// </summary>
    public static void GoOn() => _ = Kill(Environment.ProcessId, OperatingSystem.IsLinux() ? 18 : 19);

    private static void Run(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is ClosedOutputException or IOException)
        {
            // Nobody sees the terminal any more. The next frame meets the same, and ends the program in order.
        }
    }

    // SIGSTOP, which has no handler, is 19 on Linux and 17 on macOS.
    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    private static partial int GetFront(int file);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int GetGroup();
}
