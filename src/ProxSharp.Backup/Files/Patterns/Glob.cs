namespace ProxSharp.Backup.Files.Patterns;

/// <summary>
/// A compiled glob over bytes, in the dialect of the official client. Matching takes time in proportion to the length of the path times that of the pattern,
/// whatever the pattern.
/// </summary>
internal sealed class Glob
{
    private const int StackStates = 256;

    private readonly GlobToken[] _tokens;
    private readonly byte[]? _literal;

    private Glob(GlobToken[] tokens)
    {
        _tokens = tokens;
        if (tokens.All(static token => token.Kind == GlobTokenKind.Literal))
            _literal = [.. tokens.Select(static token => token.Literal)];
    }

    /// <summary>Compiles a pattern.</summary>
    /// <returns>Null if a bracket is not closed or a backslash stands last.</returns>
    internal static Glob? TryParse(ReadOnlySpan<byte> pattern) => GlobParser.TryParse(pattern) is { } tokens ? new(tokens) : null;

    /// <summary>Whether the glob matches.</summary>
    /// <param name="path">The path with its leading slash.</param>
    /// <param name="whole">Whether it must match the whole path; else it may also match what follows any slash.</param>
    internal bool Matches(ReadOnlySpan<byte> path, bool whole) => _literal is null ? Run(path, whole) : MatchesLiteral(path, whole);

    private bool MatchesLiteral(ReadOnlySpan<byte> path, bool whole) => path.EndsWith(_literal)
        && (path.Length == _literal!.Length || (!whole && path[path.Length - _literal.Length - 1] == (byte)'/'));

    // All states at once: no pattern can make this slow. A state says how many steps are done.
    private bool Run(ReadOnlySpan<byte> path, bool whole)
    {
        int count = _tokens.Length + 1;
        Span<bool> states = count <= StackStates ? stackalloc bool[count] : new bool[count];
        Span<bool> next = count <= StackStates ? stackalloc bool[count] : new bool[count];
        Enter(states, 0);
        for (int at = 0; at < path.Length; at++)
        {
            byte value = path[at];
            if (at > 0 && !whole && path[at - 1] == (byte)'/')
                Enter(states, 0);
            next.Clear();
            for (int state = 0; state < _tokens.Length; state++)
            {
                if (states[state] && Step(state, value) is var target and >= 0)
                    Enter(next, target);
            }

            Span<bool> used = states;
            states = next;
            next = used;
        }

        return states[count - 1];
    }

    private void Enter(Span<bool> states, int state)
    {
        while (!states[state])
        {
            states[state] = true;
            if (state == _tokens.Length || _tokens[state].Skips == 0)
                return;
            state += _tokens[state].Skips;
        }
    }

    private int Step(int state, byte value)
    {
        GlobToken token = _tokens[state];
        return token.Kind switch
        {
            GlobTokenKind.Literal => value == token.Literal ? state + 1 : -1,
            GlobTokenKind.One => value != (byte)'/' ? state + 1 : -1,
            GlobTokenKind.Class => token.Class![value] ? state + 1 : -1,
            GlobTokenKind.Run => value != (byte)'/' ? state : -1,
            GlobTokenKind.Anything => state,
            GlobTokenKind.Components => value != (byte)'/' ? state + 1 : state,
            _ => value != (byte)'/' ? state : state - 1,
        };
    }
}
