using System.Globalization;
using System.Text;

namespace ProxSharp.Simulator.Guests.Shell;

/// <summary>Replaces variables and command substitutions in words, removes quotes, and splits what was not quoted.</summary>
internal sealed class ShellExpander(ShellContext context, Func<string, string> substitute)
{
    private readonly List<string> _fields = [];
    private readonly StringBuilder _field = new();
    private bool _hasField;

    /// <summary>The fields of a word; none if it was empty and not quoted.</summary>
    public List<string> Fields(string word)
    {
        _fields.Clear();
        Begin();
        Expand(word, splits: true);
        EndField();
        return [.. _fields];
    }

    /// <summary>The text of a word that is not split, as of an assignment or the target of a redirection.</summary>
    public string Text(string word)
    {
        _fields.Clear();
        Begin();
        Expand(word, splits: false);
        return _field.ToString();
    }

    private void Begin()
    {
        _field.Clear();
        _hasField = false;
    }

    private void EndField()
    {
        if (_hasField || _field.Length > 0)
        {
            _fields.Add(_field.ToString());
        }

        Begin();
    }

    private void Expand(string word, bool splits)
    {
        for (int at = 0; at < word.Length; at++)
        {
            switch (word[at])
            {
                case '\'':
                    int close = word.IndexOf('\'', at + 1);
                    _field.Append(word, at + 1, close - at - 1);
                    (_hasField, at) = (true, close);
                    break;
                case '"':
                    int end = ShellText.EndOfQuoted(word, at);
                    _hasField |= word.AsSpan(at, end - at + 1) is not "\"$@\"";
                    Quoted(word[(at + 1)..end], splits);
                    at = end;
                    break;
                case '\\' when at + 1 < word.Length:
                    _field.Append(word[++at]);
                    _hasField = true;
                    break;
                case '$' or '`':
                    at = Value(word, at, out string? value);
                    AddUnquoted(value ?? "$", splits && value is not null);
                    break;
                case '~' when at == 0 && (word.Length == 1 || word[1] == '/'):
                    _field.Append("/root");
                    break;
                default:
                    _field.Append(word[at]);
                    break;
            }
        }
    }

    private void Quoted(string text, bool splits)
    {
        for (int at = 0; at < text.Length; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '"' or '\\' or '$' or '`' or '\n')
            {
                at++;
                _field.Append(text[at] == '\n' ? "" : text[at]);
            }
            else if (text[at] == '$' && at + 1 < text.Length && text[at + 1] == '@' && splits)
            {
                AddPositional();
                at++;
            }
            else if (text[at] is '$' or '`')
            {
                at = Value(text, at, out string? value);
                _field.Append(value ?? "$");
            }
            else
            {
                _field.Append(text[at]);
            }
        }
    }

    private void AddPositional()
    {
        for (int i = 0; i < context.Positional.Count; i++)
        {
            if (i > 0)
            {
                EndField();
            }

            _field.Append(context.Positional[i]);
            _hasField = true;
        }
    }

    private void AddUnquoted(string value, bool splits)
    {
        if (!splits)
        {
            _field.Append(value);
            return;
        }

        foreach (char letter in value)
        {
            if (letter is ' ' or '\t' or '\n')
            {
                EndField();
            }
            else
            {
                _field.Append(letter);
            }
        }
    }

    /// <summary>Reads what a dollar sign or back quote begins; null if it begins nothing. Returns the last place of it.</summary>
    private int Value(string text, int at, out string? value)
    {
        if (text[at] == '`')
        {
            int close = text.IndexOf('`', at + 1);
            value = substitute(text[(at + 1)..close]);
            return close;
        }

        char next = at + 1 < text.Length ? text[at + 1] : '\0';
        if (next == '(' && at + 2 < text.Length && text[at + 2] == '(' && text.IndexOf("))", at, StringComparison.Ordinal) is int sums and > 0)
        {
            value = ShellArithmetic.Evaluate(text[(at + 3)..sums], Variable).ToString(CultureInfo.InvariantCulture);
            return sums + 1;
        }

        if (next == '(')
        {
            int close = ShellText.EndOfParentheses(text, at + 1);
            value = substitute(text[(at + 2)..close]);
            return close;
        }

        if (next == '{')
        {
            int close = text.IndexOf('}', at);
            value = Braced(text[(at + 2)..close]);
            return close;
        }

        int end = EndOfName(text, at + 1);
        value = end == at + 1 ? null : Variable(text[(at + 1)..end]);
        return end - 1;
    }

    /// <summary>The place behind the name of a variable; <paramref name="start"/> if there is no name.</summary>
    private static int EndOfName(string text, int start)
    {
        char first = start < text.Length ? text[start] : '\0';
        if (char.IsAsciiDigit(first) || first is '@' or '*' or '#' or '?' or '$' or '!' or '-')
        {
            return start + 1;
        }

        int end = start;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
        {
            end++;
        }

        return end;
    }

    private string Braced(string inside)
    {
        if (inside.StartsWith('#') && inside.Length > 1)
        {
            return Variable(inside[1..]).Length.ToString(CultureInfo.InvariantCulture);
        }

        int sign = inside.IndexOf(":-", StringComparison.Ordinal);
        if (sign < 0)
        {
            return Variable(inside);
        }

        string value = Variable(inside[..sign]);
        return value.Length > 0 ? value : new ShellExpander(context, substitute).Text(inside[(sign + 2)..]);
    }

    private string Variable(string name) => name switch
    {
        "?" => context.LastStatus.ToString(CultureInfo.InvariantCulture),
        "$" => context.Pid.ToString(CultureInfo.InvariantCulture),
        "#" => context.Positional.Count.ToString(CultureInfo.InvariantCulture),
        "@" or "*" => string.Join(' ', context.Positional),
        "0" => context.ScriptName,
        _ when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int place) => context.Positional.ElementAtOrDefault(place - 1) ?? "",
        _ => context.Variables.GetValueOrDefault(name, ""),
    };
}
