using System.Text;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Guests.Shell;

namespace ProxSharp.Simulator.Guests;

/// <summary>A program that was run through the guest agent, and how it ends.</summary>
/// <param name="Pid">Its number in the guest.</param>
/// <param name="EndsAt">When it ends.</param>
/// <param name="ExitCode">Its exit code; null if a signal ends it.</param>
/// <param name="Signal">The signal that ends it; null if it ends by itself.</param>
/// <param name="Output">What it writes.</param>
/// <param name="Errors">What it complains about.</param>
internal sealed record GuestProcess(int Pid, DateTimeOffset EndsAt, int? ExitCode, int? Signal, byte[] Output, byte[] Errors)
{
    /// <summary>Runs a program.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="input">What it reads, one character a byte.</param>
    /// <param name="now">The present.</param>
    /// <exception cref="ApiFault">There is no such program.</exception>
    public static GuestProcess Run(Guest guest, IReadOnlyList<string> command, string? input, DateTimeOffset now)
    {
        GuestProgram program = GuestPrograms.Find(command[0])
            ?? throw ApiFault.Failed($"Agent error: Guest agent command failed, error was 'Failed to execute child process “{command[0]}” (No such file or directory)'");
        ShellContext context = new(guest, guest.Inside.NextPid(), now) { IsBash = true, ScriptName = command[0] };
        ShellStreams streams = new(new ShellInput(Encoding.Latin1.GetBytes(input ?? "")), new MemoryStream(), new MemoryStream());
        int? exit;
        int? signal = null;
        DateTimeOffset? ends = null;
        try
        {
            exit = program(context, [.. command.Skip(1)], streams);
        }
        catch (ShellExit left)
        {
            (exit, signal) = (left.Signal is null ? left.Code : null, left.Signal);
            ends = left.IsEndless ? DateTimeOffset.MaxValue : null;
        }

        return new GuestProcess(context.Pid, ends ?? context.Now, exit, signal, streams.Output.ToArray(), streams.Errors.ToArray());
    }

    public bool HasEnded(DateTimeOffset now) => EndsAt <= now;
}
