namespace ProxSharp.Cli.Query;

/// <summary>Reads a JMESPath expression: operator precedence, with projections that reach as far to the right as they can. Pure.</summary>
internal sealed class JmesParser
{
    private const int ProjectionStop = 10;

    private readonly List<JmesToken> _tokens;
    private int _at;

    private JmesParser(string text) => _tokens = new JmesLexer(text).Read();

    private JmesToken Token => _tokens[_at];

    private JmesTokenKind Kind => Token.Kind;

    /// <summary>Reads an expression.</summary>
    /// <exception cref="JmesException">It is wrong.</exception>
    public static JmesNode Parse(string text)
    {
        JmesParser parser = new(text);
        JmesNode node = parser.Expression(0);
        return parser.Kind == JmesTokenKind.End ? node : throw parser.Unexpected();
    }

    private static int Power(JmesTokenKind kind) => kind switch
    {
        JmesTokenKind.Pipe => 1,
        JmesTokenKind.Or => 2,
        JmesTokenKind.And => 3,
        >= JmesTokenKind.Equal and <= JmesTokenKind.GreaterOrEqual => 5,
        JmesTokenKind.Flatten => 9,
        JmesTokenKind.Star => 20,
        JmesTokenKind.Filter => 21,
        JmesTokenKind.Dot => 40,
        JmesTokenKind.Not => 45,
        JmesTokenKind.LeftBrace => 50,
        JmesTokenKind.LeftBracket => 55,
        JmesTokenKind.LeftParenthesis => 60,
        _ => 0,
    };

    private JmesNode Expression(int power)
    {
        JmesNode left = First(Take());
        while (power < Power(Kind))
        {
            left = Next(Take(), left);
        }

        return left;
    }

    private JmesNode First(JmesToken token)
    {
        switch (token.Kind)
        {
            case JmesTokenKind.Literal:
                return new JmesNode.Literal(token.Value);
            case JmesTokenKind.Identifier:
                return new JmesNode.Field((string)token.Value!);
            case JmesTokenKind.QuotedIdentifier:
                return Kind != JmesTokenKind.LeftParenthesis
                    ? new JmesNode.Field((string)token.Value!)
                    : throw JmesException.Syntax(token.Position, "The name of a function stands without quotation marks");
            case JmesTokenKind.Star:
                return new JmesNode.ValueProjection(new JmesNode.Current(), Kind == JmesTokenKind.RightBracket ? new JmesNode.Current() : Projected(20));
            case JmesTokenKind.Filter or JmesTokenKind.Flatten:
                return Next(token, new JmesNode.Current());
            case JmesTokenKind.LeftBrace:
                return Members();
            case JmesTokenKind.LeftParenthesis:
                JmesNode inner = Expression(0);
                Expect(JmesTokenKind.RightParenthesis);
                return inner;
            case JmesTokenKind.Not:
                return new JmesNode.Not(Expression(45));
            case JmesTokenKind.LeftBracket:
                return Bracket();
            case JmesTokenKind.Current:
                return new JmesNode.Current();
            case JmesTokenKind.Expression:
                return new JmesNode.Reference(Expression(0));
            default:
                _at--;
                throw Unexpected();
        }
    }

    private JmesNode Next(JmesToken token, JmesNode left)
    {
        switch (token.Kind)
        {
            case JmesTokenKind.Dot when Kind == JmesTokenKind.Star:
                Take();
                return new JmesNode.ValueProjection(left, Projected(20));
            case JmesTokenKind.Dot:
                return new JmesNode.Sub(left, AfterDot(40));
            case JmesTokenKind.Pipe:
                return new JmesNode.Pipe(left, Expression(1));
            case JmesTokenKind.Or:
                return new JmesNode.Or(left, Expression(2));
            case JmesTokenKind.And:
                return new JmesNode.And(left, Expression(3));
            case >= JmesTokenKind.Equal and <= JmesTokenKind.GreaterOrEqual:
                return new JmesNode.Comparison(token.Kind, left, Expression(5));
            case JmesTokenKind.LeftParenthesis:
                return left is JmesNode.Field function
                    ? new JmesNode.Call(function.Name, Arguments())
                    : throw JmesException.Syntax(token.Position, "Only a name can be called");
            case JmesTokenKind.Filter:
                JmesNode condition = Expression(0);
                Expect(JmesTokenKind.RightBracket);
                return new JmesNode.FilterProjection(left, Kind == JmesTokenKind.Flatten ? new JmesNode.Current() : Projected(21), condition);
            case JmesTokenKind.Flatten:
                return new JmesNode.Projection(new JmesNode.Flatten(left), Projected(9));
            case JmesTokenKind.LeftBracket when Kind is JmesTokenKind.Number or JmesTokenKind.Colon:
                return Positioned(left);
            case JmesTokenKind.LeftBracket:
                Expect(JmesTokenKind.Star);
                Expect(JmesTokenKind.RightBracket);
                return new JmesNode.Projection(left, Projected(20));
            default:
                _at--;
                throw Unexpected();
        }
    }

    // What a bracket at the beginning means: a position, a projection or a new list.
    private JmesNode Bracket()
    {
        if (Kind is JmesTokenKind.Number or JmesTokenKind.Colon)
        {
            return Positioned(new JmesNode.Current());
        }

        if (Kind == JmesTokenKind.Star && _tokens[_at + 1].Kind == JmesTokenKind.RightBracket)
        {
            _at += 2;
            return new JmesNode.Projection(new JmesNode.Current(), Projected(20));
        }

        return Items();
    }

    private JmesNode Positioned(JmesNode left)
    {
        long?[] parts = [null, null, null];
        int part = 0;
        while (Kind != JmesTokenKind.RightBracket)
        {
            JmesToken token = Take();
            if (token.Kind == JmesTokenKind.Colon && part < 2)
            {
                part++;
            }
            else if (token.Kind == JmesTokenKind.Number && parts[part] is null)
            {
                parts[part] = (long)token.Value!;
            }
            else
            {
                _at--;
                throw Unexpected();
            }
        }

        bool isSlice = part > 0;
        Expect(JmesTokenKind.RightBracket);
        JmesNode right = isSlice ? new JmesNode.Slice(parts[0], parts[1], parts[2]) : new JmesNode.Index(parts[0]!.Value);
        JmesNode whole = new JmesNode.Sub(left, right);
        return isSlice ? new JmesNode.Projection(whole, Projected(20)) : whole;
    }

    private JmesNode Projected(int power)
    {
        switch (Kind)
        {
            case JmesTokenKind.LeftBracket or JmesTokenKind.Filter:
                return Expression(power);
            case JmesTokenKind.Dot:
                Take();
                return AfterDot(power);
            default:
                return Power(Kind) < ProjectionStop ? new JmesNode.Current() : throw Unexpected();
        }
    }

    private JmesNode AfterDot(int power)
    {
        switch (Kind)
        {
            case JmesTokenKind.Identifier or JmesTokenKind.QuotedIdentifier or JmesTokenKind.Star:
                return Expression(power);
            case JmesTokenKind.LeftBracket:
                Take();
                return Items();
            case JmesTokenKind.LeftBrace:
                Take();
                return Members();
            default:
                throw Unexpected();
        }
    }

    private JmesNode.NewList Items()
    {
        List<JmesNode> items = [];
        do
        {
            items.Add(Expression(0));
        }
        while (TakeIf(JmesTokenKind.Comma));
        Expect(JmesTokenKind.RightBracket);
        return new JmesNode.NewList(items);
    }

    private JmesNode.NewObject Members()
    {
        List<(string Name, JmesNode Value)> members = [];
        do
        {
            JmesToken name = Take();
            if (name.Kind is not (JmesTokenKind.Identifier or JmesTokenKind.QuotedIdentifier))
            {
                _at--;
                throw Unexpected();
            }

            Expect(JmesTokenKind.Colon);
            members.Add(((string)name.Value!, Expression(0)));
        }
        while (TakeIf(JmesTokenKind.Comma));
        Expect(JmesTokenKind.RightBrace);
        return new JmesNode.NewObject(members);
    }

    private List<JmesNode> Arguments()
    {
        List<JmesNode> arguments = [];
        if (TakeIf(JmesTokenKind.RightParenthesis))
        {
            return arguments;
        }

        do
        {
            arguments.Add(Expression(0));
        }
        while (TakeIf(JmesTokenKind.Comma));
        Expect(JmesTokenKind.RightParenthesis);
        return arguments;
    }

    private JmesToken Take()
    {
        JmesToken token = Token;
        _at = Math.Min(_at + 1, _tokens.Count - 1);
        return token.Kind == JmesTokenKind.End ? throw JmesException.Syntax(token.Position, "The expression ends too early") : token;
    }

    private bool TakeIf(JmesTokenKind kind)
    {
        if (Kind != kind)
        {
            return false;
        }

        Take();
        return true;
    }

    private void Expect(JmesTokenKind kind)
    {
        if (!TakeIf(kind))
        {
            throw Unexpected();
        }
    }

    private JmesException Unexpected() => Kind == JmesTokenKind.End
        ? JmesException.Syntax(Token.Position, "The expression ends too early")
        : JmesException.Syntax(Token.Position, "Something else is expected");
}
