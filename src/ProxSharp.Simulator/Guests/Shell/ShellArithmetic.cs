using System.Globalization;

namespace ProxSharp.Simulator.Guests.Shell;

/// <summary>Whole-number sums of <c>$((...))</c>: plus, minus, times, divided by, remainder, and parentheses.</summary>
internal sealed class ShellArithmetic
{
    private readonly string _text;
    private readonly Func<string, string> _variable;
    private int _at;

    private ShellArithmetic(string text, Func<string, string> variable) => (_text, _variable) = (text.Replace("$", "", StringComparison.Ordinal), variable);

    public static long Evaluate(string text, Func<string, string> variable) => new ShellArithmetic(text, variable).Sum();

    private char Next()
    {
        while (_at < _text.Length && _text[_at] == ' ')
        {
            _at++;
        }

        return _at < _text.Length ? _text[_at] : '\0';
    }

    private long Sum()
    {
        long left = Product();
        while (Next() is '+' or '-')
        {
            left = _text[_at++] == '+' ? left + Product() : left - Product();
        }

        return left;
    }

    private long Product()
    {
        long left = Atom();
        while (Next() is '*' or '/' or '%')
        {
            char sign = _text[_at++];
            long right = Atom();
            if (sign != '*' && right == 0)
            {
                throw new ShellSyntaxException("arithmetic expression: division by zero");
            }

            left = sign == '*' ? left * right : sign == '/' ? left / right : left % right;
        }

        return left;
    }

    private long Atom()
    {
        char next = Next();
        if (next is '-' or '(')
        {
            _at++;
            long inner = next == '-' ? -Atom() : Sum();
            _at += next == '(' && Next() == ')' ? 1 : 0;
            return inner;
        }

        int start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_'))
        {
            _at++;
        }

        string word = _text[start.._at];
        string value = word.Length > 0 && !char.IsAsciiDigit(word[0]) ? _variable(word) : word;
        return value.Length == 0 && word.Length > 0 ? 0
            : long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number
            : throw new ShellSyntaxException($"arithmetic expression: expecting primary: \"{_text}\"");
    }
}
