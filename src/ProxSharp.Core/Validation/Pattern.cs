using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace ProxSharp.Validation;

/// <summary>A pattern of the schema, made when it is first needed and shared by all nodes that use it.</summary>
internal sealed class Pattern
{
    private static readonly ConcurrentDictionary<string, Pattern> s_known = new(StringComparer.Ordinal);
    private static readonly TimeSpan s_limit = TimeSpan.FromMilliseconds(250);

    private readonly Regex? _regex;

    private Pattern(string text)
    {
        try
        {
            // Proxmox: the server anchors without a group around the pattern, so that alternatives at the top level are anchored at one end only.
            _regex = new Regex($"^{text}$", RegexOptions.CultureInvariant, s_limit);
        }
        catch (ArgumentException)
        {
            // A newer server may write patterns this runtime does not know; such a pattern fits everything.
            _regex = null;
        }
    }

    /// <summary>Returns the pattern for a text in .NET's dialect.</summary>
    public static Pattern Get(string text) => s_known.GetOrAdd(text, static key => new Pattern(key));

    /// <summary>Tells whether a pattern can be used.</summary>
    public static bool IsUsable(string text) => Get(text)._regex is not null;

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
