namespace ProxSharp.Cli.Errors;

/// <summary>A word of another tool and what it is called here.</summary>
/// <param name="Typed">What people type, without <c>prox</c>.</param>
/// <param name="Command">The command that is meant; empty if there is none.</param>
/// <param name="More">What follows the command, or says what to do where there is none.</param>
internal sealed record Habit(string Typed, string Command, string More = "")
{
    /// <summary>The command line that is meant, without what is to be filled in where that follows from the line that was typed.</summary>
    public string Line => $"prox {Command} {More}".TrimEnd();
}
