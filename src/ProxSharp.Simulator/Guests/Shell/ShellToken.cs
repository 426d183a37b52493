namespace ProxSharp.Simulator.Guests.Shell;

/// <summary>A word or an operator of a script.</summary>
internal sealed record ShellToken(string Text, bool IsOperator);
