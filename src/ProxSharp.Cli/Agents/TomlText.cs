using System.Globalization;
using System.Text;

namespace ProxSharp.Cli.Agents;

/// <summary>
/// Reads as much of a TOML text as is needed to add a table to it: where comments and texts of several lines are, and whether it is made of tables and keys
/// with values at all. What the values are, and whether a key is there twice, is left to the program that reads it.
/// </summary>
internal sealed class TomlText
{
    private readonly string _text;
    private readonly StringBuilder _bare = new();
    private readonly StringBuilder _statement = new();
    private int _depth;
    private int _line = 1;
    private int _begun = 1;

    private TomlText(string text) => _text = text;

    /// <summary>The same text with blanks for comments and for texts of several lines, so that what is left at the start of a line is a key or a table.</summary>
    /// <exception cref="FormatException">It is no TOML; the message names the line.</exception>
    public static string Bare(string text) => new TomlText(text).Read();

    private string Read()
    {
        int at = 0;
        while (at < _text.Length)
        {
            at = _text[at] switch
            {
                '#' => Blank(at, EndOfLine(at)),
                '"' or '\'' => Quoted(at),
                _ => Sign(at),
            };
        }

        if (_depth > 0)
        {
            throw Fault(_begun, "a bracket is not closed");
        }

        Check();
        return _bare.ToString();
    }

    private int Sign(int at)
    {
        char sign = _text[at];
        _bare.Append(sign);
        _depth += sign is '[' or '{' ? 1 : sign is ']' or '}' ? -1 : 0;
        if (_depth < 0)
        {
            throw Fault(_line, $"'{sign}' closes nothing");
        }

        if (sign != '\n')
        {
            _statement.Append(sign);
            return at + 1;
        }

        _line++;
        if (_depth == 0)
        {
            Check();
        }

        return at + 1;
    }

    private int Quoted(int at)
    {
        char quote = _text[at];
        bool isLong = string.CompareOrdinal(_text, at, new string(quote, 3), 0, 3) == 0;
        int end = at + (isLong ? 3 : 1);
        int limit = isLong ? _text.Length : EndOfLine(at);
        while (end < limit && !(isLong ? string.CompareOrdinal(_text, end, new string(quote, 3), 0, 3) == 0 : _text[end] == quote))
        {
            end += quote == '"' && _text[end] == '\\' ? 2 : 1;
        }

        if (end >= limit)
        {
            throw Fault(_line, "a text in quotes has no end");
        }

        _statement.Append('"');
        if (!isLong)
        {
            _bare.Append(_text, at, end + 1 - at);
            return end + 1;
        }

        // Up to two quotes may stand right before the three that close it.
        end += 3;
        while (end < limit && _text[end] == quote)
        {
            end++;
        }

        _line += _text.AsSpan(at, end - at).Count('\n');
        return Blank(at, end);
    }

    private int Blank(int from, int to)
    {
        _bare.Append(' ', to - from);
        return to;
    }

    private int EndOfLine(int at) => _text.IndexOf('\n', at) is >= 0 and var end ? end : _text.Length;

    private void Check()
    {
        string statement = _statement.ToString().Trim();
        int line = _begun;
        _statement.Clear();
        _begun = _line;
        int equals = statement.IndexOf('=', StringComparison.Ordinal);
        bool isGood = statement.Length == 0 || (statement[0] == '['
            ? IsTable(statement)
            : equals > 0 && IsKey(statement[..equals]) && IsValue(statement[(equals + 1)..].Trim()));
        if (!isGood)
        {
            throw Fault(line, "there is neither a table, nor a key with a value");
        }
    }

    private static bool IsTable(string statement)
    {
        int brackets = statement.StartsWith("[[", StringComparison.Ordinal) ? 2 : 1;
        return statement.Length > 2 * brackets && statement.EndsWith(new string(']', brackets), StringComparison.Ordinal)
            && IsKey(statement[brackets..^brackets]);
    }

    // A text in quotes is one quote by now.
    private static bool IsKey(string key) => Array.TrueForAll(
        key.Split('.', StringSplitOptions.TrimEntries),
        static part => part is "\"" || (part.Length > 0 && part.All(static sign => char.IsAsciiLetterOrDigit(sign) || sign is '_' or '-')));

    private static bool IsValue(string value) => value.Length > 0
        && (value[0] is '[' or '{' or '+' or '-' || value == "\"" || char.IsAsciiDigit(value[0]) || value is "true" or "false" or "inf" or "nan");

    private static FormatException Fault(int line, string what) => new(string.Create(CultureInfo.InvariantCulture, $"it is no TOML: in line {line} {what}"));
}
