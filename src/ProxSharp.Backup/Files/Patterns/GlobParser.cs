using System.Text;

namespace ProxSharp.Backup.Files.Patterns;

/// <summary>Reads a glob into steps.</summary>
internal ref struct GlobParser
{
    private readonly ReadOnlySpan<byte> _pattern;
    private readonly List<GlobToken> _tokens = [];
    private int _at;

    private GlobParser(ReadOnlySpan<byte> pattern) => _pattern = pattern;

    /// <summary>The steps; null if the pattern is malformed.</summary>
    internal static GlobToken[]? TryParse(ReadOnlySpan<byte> pattern)
    {
        GlobParser parser = new(pattern);
        while (parser._at < pattern.Length)
        {
            if (!parser.Next())
                return null;
        }

        return [.. parser._tokens];
    }

    private bool Next()
    {
        byte value = _pattern[_at++];
        switch (value)
        {
            case (byte)'?':
                _tokens.Add(new(GlobTokenKind.One));
                return true;
            case (byte)'*':
                Stars();
                return true;
            case (byte)'[':
                return Bracket();
            case (byte)'\\':
                if (_at == _pattern.Length)
                    return false;
                value = _pattern[_at++];
                break;
        }

        _tokens.Add(new(GlobTokenKind.Literal, value));
        return true;
    }

    private void Stars()
    {
        int start = _at - 1;
        while (_at < _pattern.Length && _pattern[_at] == (byte)'*')
            _at++;
        bool bounded = _at - start == 2
            && (start == 0 || _pattern[start - 1] == (byte)'/')
            && (_at == _pattern.Length || _pattern[_at] == (byte)'/');
        if (!bounded)
        {
            _tokens.Add(new(GlobTokenKind.Run));
        }
        else if (_at == _pattern.Length)
        {
            _tokens.Add(new(GlobTokenKind.Anything));
        }
        else
        {
            _at++;
            _tokens.Add(new(GlobTokenKind.Components));
            _tokens.Add(new(GlobTokenKind.Component));
        }
    }

    private bool Bracket()
    {
        // Proxmox: only '^' negates; '!' is a member like any other, whatever the manual says.
        bool negated = _at < _pattern.Length && _pattern[_at] == (byte)'^';
        if (negated)
            _at++;
        bool[] members = new bool[256];
        for (int start = _at; _at < _pattern.Length;)
        {
            if (_pattern[_at] == (byte)']' && _at > start)
            {
                _at++;
                _tokens.Add(new(GlobTokenKind.Class, Class: negated ? [.. members.Select(static member => !member)] : members));
                return true;
            }

            if (!Named(members) && !Range(members))
                return false;
        }

        return false;
    }

    private bool Named(bool[] members)
    {
        ReadOnlySpan<byte> rest = _pattern[_at..];
        if (!rest.StartsWith("[:"u8) || rest.IndexOf(":]"u8) is not (var end and > 0))
            return false;
        if (Predicate(Encoding.ASCII.GetString(rest[2..end])) is not { } predicate)
            return false;
        for (int value = 0; value < 128; value++)
            members[value] |= predicate((char)value);
        _at += end + 2;
        return true;
    }

    private static Func<char, bool>? Predicate(string name) => name switch
    {
        "alnum" => char.IsAsciiLetterOrDigit,
        "alpha" => char.IsAsciiLetter,
        "blank" => static value => value is ' ' or '\t',
        "cntrl" => char.IsControl,
        "digit" => char.IsAsciiDigit,
        "graph" => static value => value is > ' ' and < (char)127,
        "lower" => char.IsAsciiLetterLower,
        "print" => static value => value is >= ' ' and < (char)127,
        "punct" => static value => value is > ' ' and < (char)127 && !char.IsAsciiLetterOrDigit(value),
        "space" => static value => value is ' ' or (>= '\t' and <= '\r'),
        "upper" => char.IsAsciiLetterUpper,
        "xdigit" => char.IsAsciiHexDigit,
        _ => null,
    };

    private bool Range(bool[] members)
    {
        if (!Member(out byte first))
            return false;
        byte last = first;
        if (_at + 1 < _pattern.Length && _pattern[_at] == (byte)'-' && _pattern[_at + 1] != (byte)']')
        {
            _at++;
            if (!Member(out last))
                return false;
        }

        for (int value = Math.Min(first, last); value <= Math.Max(first, last); value++)
            members[value] = true;
        return true;
    }

    private bool Member(out byte value)
    {
        value = _pattern[_at++];
        if (value != (byte)'\\')
            return true;
        if (_at == _pattern.Length)
            return false;
        value = _pattern[_at++];
        return true;
    }
}
