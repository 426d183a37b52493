using System.Globalization;
using ProxSharp.Schema;

namespace ProxSharp.Validation;

/// <summary>The checks of one schema node, prepared once; applied to the wire form of a single value.</summary>
internal abstract class ValueCheck
{
    private Pattern? _pattern;

    protected ValueCheck(ApiNode node) => Node = node;

    /// <summary>The node that is checked.</summary>
    public ApiNode Node { get; }

    /// <summary>Checks a value.</summary>
    /// <param name="value">The value in wire form.</param>
    /// <param name="path">The name of the value, used as prefix of complaints about its parts.</param>
    /// <returns>The complaint; null if the value is fine.</returns>
    public abstract string? Check(string value, string path);

    /// <summary>Tells whether the value fits the pattern of the node.</summary>
    protected bool MatchesPattern(string value) => Node.Pattern is null || (_pattern ??= PatternOf(Node.Pattern)).Fits(value);

    /// <summary>Makes a pattern of its text as the server reads it.</summary>
    protected virtual Pattern PatternOf(string text) => Pattern.Get(text);

    /// <summary>Counts characters as the servers do, that is code points.</summary>
    protected static int Length(string value)
    {
        int length = value.Length;
        for (int i = 1; i < value.Length; i++)
        {
            if (char.IsSurrogatePair(value[i - 1], value[i]))
            {
                length--;
            }
        }

        return length;
    }

    /// <summary>Writes a bound without exponent or trailing fraction.</summary>
    protected static string Bound(double bound) =>
        Math.Abs(bound) < 1e18 && Math.Floor(bound) == bound
            ? ((long)bound).ToString(CultureInfo.InvariantCulture)
            : bound.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Tells whether the value is one of the enumeration.</summary>
    protected bool IsEnumerated(string value)
    {
        IReadOnlyList<string> values = Node.Enumeration!;
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i] == value)
            {
                return true;
            }
        }

        return false;
    }
}
