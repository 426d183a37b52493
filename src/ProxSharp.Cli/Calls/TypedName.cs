using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Calls;

/// <summary>What people type to say that they mean a thing. Enter alone, or the word with which they decline, must not be it.</summary>
internal static class TypedName
{
    private static readonly HashSet<string> s_answers = new(["no", "n", "yes", "y"], StringComparer.OrdinalIgnoreCase);

    /// <summary>A name if it can be typed and is no answer of its own; else something longer.</summary>
    /// <param name="name">The name: others may have chosen it.</param>
    /// <param name="otherwise">What has to be typed in its place.</param>
    public static string Of(string name, string otherwise) =>
        name.Length > 0 && name.Trim() == name && TextCells.Visible(name) == name && !s_answers.Contains(name) ? name : otherwise;
}
