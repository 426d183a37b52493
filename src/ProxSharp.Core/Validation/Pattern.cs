using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace ProxSharp.Validation;

/// <summary>A pattern of the schema, made when it is first needed and shared by all nodes that use it.</summary>
internal sealed class Pattern
{
    private static readonly ConcurrentDictionary<string, Pattern> s_known = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, Pattern> s_strict = new(StringComparer.Ordinal);

    // A net for patterns of unknown servers only. No pattern of the schemas comes near it, so that no answer about them depends on how busy the machine is.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly Regex? _regex;

    private Pattern(string text, string end)
    {
        try
        {
            // Proxmox: the server anchors without a group around the pattern, so that alternatives at the top level are anchored at one end only.
            _regex = new Regex($"^{WithoutEmptySteps(text)}{end}", RegexOptions.CultureInvariant, s_limit);
        }
        catch (ArgumentException)
        {
            // A newer server may write patterns this runtime does not know; such a pattern fits everything.
            _regex = null;
        }
    }

    /// <summary>Returns the pattern for a text in .NET's dialect. As in Perl, a value may end in one line break more.</summary>
    public static Pattern Get(string text) => s_known.GetOrAdd(text, static key => new Pattern(key, "$"));

    /// <summary>Returns the pattern for a text in .NET's dialect that has to fit to the last character, as in Rust.</summary>
    public static Pattern GetStrict(string text) => s_strict.GetOrAdd(text, static key => new Pattern(key, HasLines(key) ? "$" : @"\z"));

    /// <summary>Tells whether a pattern can be used.</summary>
    public static bool IsUsable(string text) => Get(text)._regex is not null;

    // Proxmox: names of OCI images are parts with separators between them, where the separator may be empty. That splits a part in every way there is, which takes
    // for ever. A separator that is not empty fits the same names, since two parts with nothing between them are one part.
    private static string WithoutEmptySteps(string text) => text.Replace("(?:[._]|__|[-]*)", "(?:[._]|__|-+)", StringComparison.Ordinal);

    // A pattern for single lines of a longer text.
    private static bool HasLines(string text) => text.StartsWith("(?m", StringComparison.Ordinal);

    /// <summary>Tells whether a value fits. If a pattern of an unknown server takes for ever it counts as fitting: the server decides.</summary>
    public bool Fits(string value)
    {
        try
        {
            return _regex is null || _regex.IsMatch(value);
        }
        catch (RegexMatchTimeoutException)
        {
            return true;
        }
    }
}
