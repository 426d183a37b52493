namespace ProxSharp.Cli.Terminal;

/// <summary>
/// Whoever read the data of this command has gone before the end, as <c>head</c> does. The command ends as others do that are stopped by a closed pipe:
/// without a word, and not with success.
/// </summary>
internal sealed class ClosedOutputException() : Exception("Nobody reads standard output any more.");
