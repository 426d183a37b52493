namespace ProxSharp.Simulator.Guests.Shell;

/// <summary>A program inside a guest; returns its exit status.</summary>
internal delegate int GuestProgram(ShellContext context, string[] arguments, ShellStreams streams);
