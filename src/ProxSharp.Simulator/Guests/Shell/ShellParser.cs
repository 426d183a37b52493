namespace ProxSharp.Simulator.Guests.Shell;

/// <summary>Reads a script of a POSIX shell: lists, pipes, groups, <c>if</c>, <c>for</c>, <c>while</c>, <c>until</c> and redirections.</summary>
internal sealed class ShellParser
{
    private static readonly HashSet<string> s_closing = new(StringComparer.Ordinal) { "then", "else", "elif", "fi", "do", "done", "}" };

    private readonly List<ShellToken> _tokens;
    private int _at;

    private ShellParser(List<ShellToken> tokens) => _tokens = tokens;

    /// <summary>Reads a script.</summary>
    /// <exception cref="ShellSyntaxException">It is no valid one.</exception>
    public static ShellNode Parse(string script)
    {
        ShellParser parser = new(new ShellLexer(script).Read());
        ShellNode list = parser.List();
        return parser._at == parser._tokens.Count ? list : throw parser.Unexpected();
    }

    private string? Peek(bool isOperator) => _at < _tokens.Count && _tokens[_at].IsOperator == isOperator ? _tokens[_at].Text : null;

    private bool Take(string text, bool isOperator)
    {
        bool found = Peek(isOperator) == text;
        _at += found ? 1 : 0;
        return found;
    }

    private ShellSyntaxException Unexpected() => new(_at < _tokens.Count ? _tokens[_at].Text == "\n" ? "Syntax error: newline unexpected" : $"Syntax error: \"{_tokens[_at].Text}\" unexpected"
        : "Syntax error: end of file unexpected");

    private void Expect(string word)
    {
        if (!Take(word, isOperator: false))
        {
            throw Unexpected();
        }
    }

    private void SkipSeparators()
    {
        while (Peek(true) is ";" or "\n" or "&")
        {
            _at++;
        }
    }

    private ShellSequence List()
    {
        List<ShellNode> items = [];
        SkipNewLines();
        while (_at < _tokens.Count && Peek(true) != ")" && !(Peek(false) is { } word && s_closing.Contains(word)))
        {
            items.Add(Pairs());
            if (Peek(true) is not (";" or "\n" or "&"))
            {
                break;
            }

            SkipSeparators();
        }

        return new ShellSequence(items);
    }

    private void SkipNewLines()
    {
        while (Take("\n", isOperator: true))
        {
        }
    }

    private ShellNode Pairs()
    {
        ShellNode left = Pipeline();
        while (Peek(true) is "&&" or "||")
        {
            bool needsSuccess = _tokens[_at++].Text == "&&";
            SkipNewLines();
            left = new ShellPair(left, needsSuccess, Pipeline());
        }

        return left;
    }

    private ShellNode Pipeline()
    {
        bool negated = Take("!", isOperator: false);
        List<ShellNode> stages = [Command()];
        while (Take("|", isOperator: true))
        {
            SkipNewLines();
            stages.Add(Command());
        }

        return stages.Count == 1 && !negated ? stages[0] : new ShellPipeline(stages, negated);
    }

    private ShellNode Command()
    {
        if (Take("(", isOperator: true))
        {
            ShellNode body = List();
            return Take(")", isOperator: true) ? new ShellGroup(body, IsSubshell: true, Redirections()) : throw Unexpected();
        }

        switch (Peek(false))
        {
            case "{":
                _at++;
                ShellNode group = List();
                Expect("}");
                return new ShellGroup(group, IsSubshell: false, Redirections());
            case "if":
                _at++;
                return Wrap(If());
            case "while" or "until":
                bool isUntil = _tokens[_at++].Text == "until";
                ShellNode condition = List();
                return Wrap(new ShellLoop(condition, Body(), isUntil));
            case "for":
                _at++;
                return Wrap(For());
            default:
                return Simple();
        }
    }

    private ShellNode Wrap(ShellNode compound)
    {
        IReadOnlyList<ShellRedirection> redirections = Redirections();
        return redirections.Count == 0 ? compound : new ShellGroup(compound, IsSubshell: false, redirections);
    }

    private ShellIf If()
    {
        ShellNode condition = List();
        Expect("then");
        ShellNode then = List();
        if (Take("elif", isOperator: false))
        {
            return new ShellIf(condition, then, If());
        }

        ShellNode? otherwise = Take("else", isOperator: false) ? List() : null;
        Expect("fi");
        return new ShellIf(condition, then, otherwise);
    }

    private ShellNode Body()
    {
        Expect("do");
        ShellNode body = List();
        Expect("done");
        return body;
    }

    private ShellFor For()
    {
        string name = Peek(false) ?? throw Unexpected();
        _at++;
        List<string> words = [];
        if (Take("in", isOperator: false))
        {
            while (Peek(false) is { } word)
            {
                words.Add(word);
                _at++;
            }
        }
        else
        {
            words.Add("\"$@\"");
        }

        SkipSeparators();
        return new ShellFor(name, words, Body());
    }

    private ShellCommand Simple()
    {
        List<string> assignments = [];
        List<string> words = [];
        List<ShellRedirection> redirections = [];
        while (_at < _tokens.Count)
        {
            if (Redirection() is { } redirection)
            {
                redirections.Add(redirection);
            }
            else if (Peek(false) is { } word)
            {
                (words.Count == 0 && IsAssignment(word) ? assignments : words).Add(word);
                _at++;
            }
            else
            {
                break;
            }
        }

        return assignments.Count + words.Count + redirections.Count > 0 ? new ShellCommand(assignments, words, redirections) : throw Unexpected();
    }

    private static bool IsAssignment(string word)
    {
        int sign = word.IndexOf('=', StringComparison.Ordinal);
        return sign > 0 && !char.IsAsciiDigit(word[0]) && word.AsSpan(0, sign).IndexOfAnyExcept(s_nameLetters) < 0;
    }

    private static readonly System.Buffers.SearchValues<char> s_nameLetters = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private List<ShellRedirection> Redirections()
    {
        List<ShellRedirection> list = [];
        while (Redirection() is { } redirection)
        {
            list.Add(redirection);
        }

        return list;
    }

    private ShellRedirection? Redirection()
    {
        if (Peek(true) is not { } text)
        {
            return null;
        }

        string kind = char.IsAsciiDigit(text[0]) ? text[1..] : text;
        if (kind is not (">" or ">>" or "<" or ">&" or "<&"))
        {
            return null;
        }

        _at++;
        string target = Peek(false) ?? throw Unexpected();
        _at++;
        return new ShellRedirection(text.Length > kind.Length ? text[0] - '0' : kind[0] == '<' ? 0 : 1, kind, target);
    }
}
