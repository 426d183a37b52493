namespace ProxSharp.Cli.Demo;

/// <summary>One command line of the tour.</summary>
/// <param name="Arguments">Its arguments.</param>
internal sealed record DemoCommandLine(params IReadOnlyList<string> Arguments)
{
    /// <summary>The exit code it must end with.</summary>
    public int Expected { get; init; }

    /// <summary>Returns the line as one would type it.</summary>
    public override string ToString() => "prox " + string.Join(' ', Arguments.Select(Quoted));

    private static string Quoted(string argument) => argument.Any(static c => c is ' ' or '!' or ';' or '\'') ? $"'{argument}'" : argument;
}
