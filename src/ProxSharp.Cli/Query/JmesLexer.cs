using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ProxSharp.Cli.Query;

/// <summary>Splits a JMESPath expression into words. Pure.</summary>
internal sealed class JmesLexer(string text)
{
    private int _at;

    /// <summary>Returns the words, an end mark last.</summary>
    /// <exception cref="JmesException">A character belongs to no word.</exception>
    public List<JmesToken> Read()
    {
        List<JmesToken> tokens = [];
        while (true)
        {
            while (_at < text.Length && text[_at] is ' ' or '\t' or '\r' or '\n')
            {
                _at++;
            }

            if (_at >= text.Length)
            {
                tokens.Add(new JmesToken(JmesTokenKind.End, _at));
                return tokens;
            }

            tokens.Add(Next());
        }
    }

    private JmesToken Next()
    {
        int start = _at;
        char c = text[_at];
        return c switch
        {
            _ when char.IsAsciiLetter(c) || c == '_' => new JmesToken(
                JmesTokenKind.Identifier, start, Word(static c => char.IsAsciiLetterOrDigit(c) || c == '_')),
            _ when char.IsAsciiDigit(c) || c == '-' => Number(start),
            '"' => new JmesToken(
                JmesTokenKind.QuotedIdentifier,
                start,
                Json(Delimited('"', keepEscapes: true), start) as string ?? throw JmesException.Syntax(start, "A quoted name is no text")),
            '\'' => new JmesToken(JmesTokenKind.Literal, start, Raw()),
            '`' => new JmesToken(JmesTokenKind.Literal, start, LiteralValue(start)),
            '[' => Sign(start, ('?', JmesTokenKind.Filter), (']', JmesTokenKind.Flatten), JmesTokenKind.LeftBracket),
            '|' => Sign(start, ('|', JmesTokenKind.Or), null, JmesTokenKind.Pipe),
            '&' => Sign(start, ('&', JmesTokenKind.And), null, JmesTokenKind.Expression),
            '!' => Sign(start, ('=', JmesTokenKind.NotEqual), null, JmesTokenKind.Not),
            '<' => Sign(start, ('=', JmesTokenKind.LessOrEqual), null, JmesTokenKind.Less),
            '>' => Sign(start, ('=', JmesTokenKind.GreaterOrEqual), null, JmesTokenKind.Greater),
            '=' when _at + 1 < text.Length && text[_at + 1] == '=' => Sign(start, ('=', JmesTokenKind.Equal), null, JmesTokenKind.Equal),
            _ => Sign(start, null, null, Single(c) ?? throw JmesException.Syntax(start, $"'{c}' has no meaning")),
        };
    }

    private static JmesTokenKind? Single(char c) => c switch
    {
        '.' => JmesTokenKind.Dot,
        '*' => JmesTokenKind.Star,
        ']' => JmesTokenKind.RightBracket,
        '{' => JmesTokenKind.LeftBrace,
        '}' => JmesTokenKind.RightBrace,
        '(' => JmesTokenKind.LeftParenthesis,
        ')' => JmesTokenKind.RightParenthesis,
        ',' => JmesTokenKind.Comma,
        ':' => JmesTokenKind.Colon,
        '@' => JmesTokenKind.Current,
        _ => null,
    };

    private JmesToken Sign(int start, (char Next, JmesTokenKind Kind)? first, (char Next, JmesTokenKind Kind)? second, JmesTokenKind alone)
    {
        _at++;
        char? next = _at < text.Length ? text[_at] : null;
        JmesTokenKind? kind = first is { } one && one.Next == next ? one.Kind : second is { } two && two.Next == next ? two.Kind : null;
        _at += kind is null ? 0 : 1;
        return new JmesToken(kind ?? alone, start);
    }

    private JmesToken Number(int start)
    {
        _at++;
        string digits = text[start] + Word(char.IsAsciiDigit);
        return long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            ? new JmesToken(JmesTokenKind.Number, start, number)
            : throw JmesException.Syntax(start, $"'{digits}' is no number");
    }

    private string Word(Func<char, bool> belongs)
    {
        int start = _at;
        while (_at < text.Length && belongs(text[_at]))
        {
            _at++;
        }

        return text[start.._at];
    }

    private string Raw()
    {
        string inside = Delimited('\'', keepEscapes: false);
        return inside[1..^1];
    }

    private object? LiteralValue(int start)
    {
        string inside = Delimited('`', keepEscapes: false)[1..^1].Trim();
        try
        {
            return Json(inside, start);
        }
        catch (JmesException) when (inside.Length > 0 && !inside.AsSpan().ContainsAny("\"{}[]"))
        {
            // The first edition of the language let texts stand without quotation marks.
            return Json($"\"{inside}\"", start);
        }
    }

    // The text up to the closing mark, both marks included.
    private string Delimited(char mark, bool keepEscapes)
    {
        int start = _at++;
        StringBuilder inside = new();
        inside.Append(mark);
        while (_at < text.Length && text[_at] != mark)
        {
            if (text[_at] == '\\' && _at + 1 < text.Length)
            {
                bool isMark = text[_at + 1] == mark;
                inside.Append(isMark && !keepEscapes ? "" : "\\").Append(text[_at + 1]);
                _at += 2;
            }
            else
            {
                inside.Append(text[_at++]);
            }
        }

        if (_at++ >= text.Length)
        {
            throw JmesException.Syntax(start, $"The closing {mark} is missing");
        }

        return inside.Append(mark).ToString();
    }

    private static object? Json(string json, int start)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return JmesValue.From(document.RootElement);
        }
        catch (JsonException)
        {
            throw JmesException.Syntax(start, "What stands there is no JSON");
        }
    }
}
