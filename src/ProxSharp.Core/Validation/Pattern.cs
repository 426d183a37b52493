using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace ProxSharp.Validation;

/// <summary>A pattern of the schema, made when it is first needed and shared by all nodes that use it.</summary>
internal sealed class Pattern
{
    private static readonly ConcurrentDictionary<string, Pattern> s_known = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, Pattern> s_strict = new(StringComparer.Ordinal);
    private static readonly TimeSpan s_limit = TimeSpan.FromMilliseconds(250);

    private readonly Regex? _regex;

    private Pattern(string text, string end)
    {
        try
        {
            // Proxmox: the server anchors without a group around the pattern, so that alternatives at the top level are anchored at one end only.
            _regex = new Regex($"^{text}{end}", RegexOptions.CultureInvariant, s_limit);
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

    // A pattern for single lines of a longer text.
    private static bool HasLines(string text) => text.StartsWith("(?m", StringComparison.Ordinal);

    /// <summary>Tells whether a value fits. If that takes too long it counts as fitting: the server decides.</summary>
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
