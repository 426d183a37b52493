using System.Text;
using System.Text.RegularExpressions;
using ProxSharp.Validation;

namespace ProxSharp.Schema;

/// <summary>Rewrites the regular expressions of Perl and Rust that servers publish into .NET's dialect.</summary>
internal static partial class ServerPatterns
{
    private static readonly (string Posix, string Own)[] s_classes =
    [
        ("[:alnum:]", "a-zA-Z0-9"), ("[:alpha:]", "a-zA-Z"), ("[:digit:]", "0-9"), ("[:xdigit:]", "0-9a-fA-F"),
        ("[:upper:]", "A-Z"), ("[:lower:]", "a-z"), ("[:space:]", @"\s"), ("[:word:]", @"\w"), ("[:punct:]", @"!-/:-@\[-`{-~"),
        ("[:blank:]", @" \t"), ("[:print:]", " -~"), ("[:graph:]", "!-~"), ("[:cntrl:]", @"\p{Cc}"), ("[:^cntrl:]", @"\P{Cc}"),
        ("[:^space:]", @"\S"), ("[:^digit:]", @"\D"), ("[:^word:]", @"\W"),
    ];

    /// <summary>Rewrites a pattern.</summary>
    /// <returns>Null if .NET cannot use it: a value is then left to the server.</returns>
    public static string? Translate(string? pattern)
    {
        if (pattern is null)
        {
            return null;
        }

        // Proxmox: the backup server writes its patterns between slashes.
        string text = pattern is ['/', .. { Length: > 0 } inner, '/'] && (inner[0] == '^' || inner.StartsWith("(?", StringComparison.Ordinal))
            ? inner
            : pattern;
        text = PerlGroup.Replace(text, static match => Flags(match.Groups["flags"].Value));
        text = text.Replace("(?P<", "(?<", StringComparison.Ordinal);
        foreach ((string posix, string own) in s_classes)
        {
            text = text.Replace(posix, own, StringComparison.Ordinal);
        }

        text = Escapes(text);

        // Intersections of classes would compile, but mean something else.
        return text.Contains("&&", StringComparison.Ordinal) || text.Contains("[:", StringComparison.Ordinal) || !Pattern.IsUsable(text) ? null : text;
    }

    /// <summary>Perl marks a group with default flags by a caret; of its other flags .NET has i, m, s, n and x.</summary>
    private static string Flags(string flags)
    {
        string kept = string.Concat(flags.Where("imsnx".Contains));
        return kept.Length == 0 ? "(?:" : $"(?{kept}:";
    }

    /// <summary>Escapes of characters that need none are errors in .NET when the character is a letter or an underscore.</summary>
    private static string Escapes(string text)
    {
        StringBuilder result = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            i++;
            _ = text[i] switch
            {
                '_' => result.Append('_'),
                'h' => result.Append(@"[ \t]"),
                char other => result.Append('\\').Append(other),
            };
        }

        return result.ToString();
    }

    private static Regex PerlGroup => field ??= new(@"\(\?\^(?<flags>[a-z]*):");
}
