using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Contexts;

/// <summary>What a context can be called: its secret and what belongs to it lie in files of that name.</summary>
internal static class ContextNames
{
    /// <summary>What to do where the name came from <c>--name</c>, or should have.</summary>
    public const string ByOption = "Choose one with --name: letters, digits, '.', '_' and '-'";

    /// <summary>Refuses what can be no name, before anything is made for it.</summary>
    /// <param name="name">The name.</param>
    /// <param name="advice">What to do about it.</param>
    /// <exception cref="CliException">It has other characters, is a step in a path, or looks like an option.</exception>
    public static void Check(string name, string advice)
    {
        if (name.Trim('.').Length == 0 || name[0] == '-' || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
        {
            throw CliException.Usage($"'{name}' cannot be the name of a context", advice);
        }
    }
}
