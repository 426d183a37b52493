namespace ProxSharp.Cli.Terminal;

/// <summary>
/// Whoever read the data of this command has gone before the end, as <c>head</c> does. The command ends at once and without a word, with success as those that
/// print lists.
/// </summary>
internal sealed class ClosedOutputException() : Exception("Nobody reads standard output any more.");
