namespace ProxSharp.Cli.Terminal;

/// <summary>Colours of the tool's own writers; does nothing where colours are not wanted.</summary>
internal sealed class Ansi(bool enabled)
{
    /// <summary>True if escape sequences may be written.</summary>
    public bool IsEnabled { get; } = enabled;

    /// <summary>Decides whether colours go to a stream.</summary>
    public static Ansi For(bool isTerminal, CliEnvironment environment, bool refused) =>
        new(!refused && environment.Variable("NO_COLOR") is null && (isTerminal
            ? environment.Variable("TERM") != "dumb" && environment.Variable("CLICOLOR") != "0"
            : environment.Variable("CLICOLOR_FORCE") is { } force && force != "0"));

    /// <summary>A heading.</summary>
    public string Bold(string text) => Wrap("1", text);

    /// <summary>Something of less weight.</summary>
    public string Dim(string text) => Wrap("2", text);

    /// <summary>An error.</summary>
    public string Red(string text) => Wrap("31", text);

    /// <summary>Something that runs or is well.</summary>
    public string Green(string text) => Wrap("32", text);

    /// <summary>A warning.</summary>
    public string Yellow(string text) => Wrap("33", text);

    private string Wrap(string code, string text) => IsEnabled && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
