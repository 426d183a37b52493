using System.Text.RegularExpressions;

namespace ProxSharp.Operations.Policies;

/// <summary>A command that may be run in guests: an array of arguments, never a line for a shell.</summary>
internal sealed class ExecTemplate
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<Func<string, bool>> _arguments;

    /// <param name="command">The arguments; one that is <c>{name}</c> as a whole is free within the pattern of that name.</param>
    /// <param name="values">The patterns by name; each must match an argument from end to end.</param>
    public ExecTemplate(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> values)
    {
        (Command, Values) = (command, values);
        _arguments = [.. command.Select(argument => Matcher(argument, values))];
    }

    public IReadOnlyList<string> Command { get; }

    public IReadOnlyDictionary<string, string> Values { get; }

    public bool Allows(IReadOnlyList<string> command) =>
        command.Count == _arguments.Count && command.Zip(_arguments).All(static pair => pair.Second(pair.First));

    private static Func<string, bool> Matcher(string argument, IReadOnlyDictionary<string, string> values)
    {
        if (argument is not ['{', .., '}'])
        {
            return text => string.Equals(text, argument, StringComparison.Ordinal);
        }

        string name = argument[1..^1];

        // Alone first: a pattern that closes the group around it would not be held to both ends.
        _ = new Regex(values[name]);
        Regex pattern = new($@"\A(?:{values[name]})\z", RegexOptions.CultureInvariant, s_patience);
        return text => text.All(static character => !char.IsControl(character)) && Fits(name, pattern, text);
    }

    private static bool Fits(string name, Regex pattern, string text)
    {
        try
        {
            return pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new GuardRefusedException(
                "exec",
                $"The command is refused: the pattern of the value '{name}' of a template takes too long with this argument. Whoever keeps the policy writes a "
                    + "simpler one, without repetitions inside of repetitions.",
                e);
        }
    }
}
