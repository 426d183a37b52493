namespace ProxSharp.Cli.Commands;

/// <summary>One example in a command's help.</summary>
/// <param name="Line">The command line without the leading <c>prox</c>.</param>
/// <param name="Meaning">What it does, in a few words.</param>
internal sealed record CommandExample(string Line, string Meaning);
