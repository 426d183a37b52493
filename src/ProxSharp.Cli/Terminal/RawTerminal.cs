using System.ComponentModel;
using System.Diagnostics;

namespace ProxSharp.Cli.Terminal;

/// <summary>The terminal without line editing, echo and signals. It is switched with <c>stty</c>, which every Unix has; Windows has nothing like it.</summary>
internal sealed class RawTerminal : IDisposable
{
    private readonly string _before;

    private RawTerminal(string before) => _before = before;

    /// <summary>Switches; null where that is not possible.</summary>
    public static RawTerminal? Enter()
    {
        if (OperatingSystem.IsWindows() || Stty("-g") is not { Length: > 0 } before)
        {
            return null;
        }

        return Stty("raw", "-echo") is null ? null : new RawTerminal(before);
    }

    /// <inheritdoc/>
    public void Dispose() => Stty(_before);

    private static string? Stty(params string[] arguments)
    {
        ProcessStartInfo start = new("stty") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            using Process? process = Process.Start(start);
            string? output = process?.StandardOutput.ReadToEnd().Trim();
            process?.WaitForExit();
            return process?.ExitCode == 0 ? output : null;
        }
        catch (Win32Exception)
        {
            // There is no stty: the caller says that this terminal cannot do it.
            return null;
        }
    }
}
