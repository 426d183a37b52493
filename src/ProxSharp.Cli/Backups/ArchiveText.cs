using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Backups;

/// <summary>Paths and patterns as they are typed and printed: <c>\xNN</c> is a byte that is no text, <c>\\</c> a backslash.</summary>
internal static class ArchiveText
{
    /// <summary>Makes sure that a path or pattern arrived as it was typed.</summary>
    /// <returns>The text.</returns>
    /// <exception cref="CliException">It had bytes that are no UTF-8: what stands for them now is the same for all.</exception>
    public static string Check(string text) => text.Contains('\uFFFD', StringComparison.Ordinal)
        ? throw CliException.Usage(
            $"'{text}' has bytes that are no UTF-8, or U+FFFD, which stands for them",
            @"Write each such byte as \xNN, as prox backup ls and find print it; U+FFFD itself is \xEF\xBF\xBD")
        : text;
}
