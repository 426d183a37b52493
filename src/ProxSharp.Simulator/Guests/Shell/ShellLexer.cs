using System.Text;

namespace ProxSharp.Simulator.Guests.Shell;

/// <summary>Cuts a script into words and operators. Words keep their quotes.</summary>
internal sealed class ShellLexer(string script)
{
    private static readonly string[] s_operators = ["&&", "||", ">>", ">&", "<&", ";;", "|", "&", ";", "(", ")", ">", "<", "\n"];

    private readonly List<ShellToken> _tokens = [];
    private readonly StringBuilder _word = new();
    private int _at;

    /// <summary>The tokens in order.</summary>
    /// <exception cref="ShellSyntaxException">A quote is not closed.</exception>
    public List<ShellToken> Read()
    {
        while (_at < script.Length)
        {
            char letter = script[_at];
            if (letter == '\\' && _at + 1 < script.Length && script[_at + 1] == '\n')
            {
                _at += 2;
            }
            else if (letter is ' ' or '\t' or '\r')
            {
                EndWord();
                _at++;
            }
            else if (letter == '#' && _word.Length == 0)
            {
                int end = script.IndexOf('\n', _at);
                _at = end < 0 ? script.Length : end;
            }
            else if (Array.Find(s_operators, known => string.CompareOrdinal(script, _at, known, 0, known.Length) == 0) is { } found)
            {
                AddOperator(found);
            }
            else
            {
                ReadPiece(letter);
            }
        }

        EndWord();
        return _tokens;
    }

    private void AddOperator(string found)
    {
        // A number directly before a redirection says which stream is meant.
        bool numbers = found[0] is '>' or '<' && _word.Length == 1 && char.IsAsciiDigit(_word[0]);
        string prefix = numbers ? _word.ToString() : "";
        if (numbers)
        {
            _word.Clear();
        }

        EndWord();
        _tokens.Add(new ShellToken(prefix + found, true));
        _at += found.Length;
    }

    private void ReadPiece(char letter)
    {
        int end = letter switch
        {
            '\'' => Closing('\''),
            '"' => ShellText.EndOfQuoted(script, _at),
            '`' => Closing('`'),
            '$' when _at + 1 < script.Length && script[_at + 1] == '(' => ShellText.EndOfParentheses(script, _at + 1),
            '$' when _at + 1 < script.Length && script[_at + 1] == '{' => Closing('}'),
            '\\' => _at + 1,
            _ => _at,
        };
        if (end < 0)
        {
            throw new ShellSyntaxException("Syntax error: Unterminated quoted string");
        }

        end = Math.Min(end, script.Length - 1);
        _word.Append(script, _at, end - _at + 1);
        _at = end + 1;
    }

    private int Closing(char letter) => script.IndexOf(letter, _at + 1);

    private void EndWord()
    {
        if (_word.Length > 0)
        {
            _tokens.Add(new ShellToken(_word.ToString(), false));
            _word.Clear();
        }
    }
}
