namespace ProxSharp.Simulator.Guests.Shell;

/// <summary>A script that cannot be read.</summary>
internal sealed class ShellSyntaxException(string message) : Exception(message);
