using System.Globalization;
using ProxSharp.Schema;

namespace ProxSharp.Validation;

/// <summary>Lists that travel in one text.</summary>
internal static class FormatLists
{
    private static readonly char[] s_separators = [',', ';', ' ', '\t', '\r', '\n', '\f', '\v'];

    /// <summary>Takes a list apart at commas, semicolons and white space; a text with NUL characters only at those.</summary>
    public static string[] Split(string text) =>
        text.Contains('\0', StringComparison.Ordinal)
            ? text.Split('\0')
            : text.Split(s_separators, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Compares the number of items with the bounds of the node.</summary>
    public static string? CheckCount(ApiNode node, int count) =>
        node.MinimumLength is { } minimum && count < minimum
            ? string.Create(CultureInfo.InvariantCulture, $"array must contain at least {minimum} elements")
        : node.MaximumLength is { } maximum && count > maximum
            ? string.Create(CultureInfo.InvariantCulture, $"array may only contain {maximum} elements")
        : null;
}
