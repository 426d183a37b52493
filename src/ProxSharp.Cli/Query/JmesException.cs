namespace ProxSharp.Cli.Query;

/// <summary>An expression is wrong, or does not fit the data.</summary>
/// <param name="kind">The kind of fault as the specification names it: <c>syntax</c>, <c>invalid-type</c>, <c>invalid-value</c>, <c>invalid-arity</c>
/// or <c>unknown-function</c>.</param>
/// <param name="message">What is wrong.</param>
internal sealed class JmesException(string kind, string message) : Exception(message)
{
    /// <summary>The kind of fault as the specification names it.</summary>
    public string Kind { get; } = kind;

    /// <summary>Makes the exception for an expression that cannot be understood.</summary>
    public static JmesException Syntax(int position, string message) =>
        new("syntax", FormattableString.Invariant($"{message} at character {position + 1}"));
}
