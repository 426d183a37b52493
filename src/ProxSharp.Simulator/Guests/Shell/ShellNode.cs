namespace ProxSharp.Simulator.Guests.Shell;

/// <summary>A part of a script that can be executed.</summary>
internal abstract record ShellNode;

/// <summary>Commands one after the other.</summary>
internal sealed record ShellSequence(IReadOnlyList<ShellNode> Items) : ShellNode;

/// <summary>Two commands joined by <c>&amp;&amp;</c> or <c>||</c>.</summary>
internal sealed record ShellPair(ShellNode First, bool NeedsSuccess, ShellNode Second) : ShellNode;

/// <summary>Commands whose output feeds the next one.</summary>
internal sealed record ShellPipeline(IReadOnlyList<ShellNode> Stages, bool IsNegated) : ShellNode;

/// <summary>A program or builtin with its words, still unexpanded.</summary>
internal sealed record ShellCommand(IReadOnlyList<string> Assignments, IReadOnlyList<string> Words, IReadOnlyList<ShellRedirection> Redirections) : ShellNode;

/// <summary>Commands in braces or parentheses.</summary>
internal sealed record ShellGroup(ShellNode Body, bool IsSubshell, IReadOnlyList<ShellRedirection> Redirections) : ShellNode;

/// <summary><c>if</c> with at most one <c>else</c>; an <c>elif</c> is an <c>if</c> in it.</summary>
internal sealed record ShellIf(ShellNode Condition, ShellNode Then, ShellNode? Else) : ShellNode;

/// <summary><c>while</c> and <c>until</c>.</summary>
internal sealed record ShellLoop(ShellNode Condition, ShellNode Body, bool IsUntil) : ShellNode;

/// <summary><c>for</c> over words.</summary>
internal sealed record ShellFor(string Name, IReadOnlyList<string> Words, ShellNode Body) : ShellNode;

/// <summary>A redirection such as <c>2&gt;&amp;1</c>: which stream, by which operator, to where.</summary>
internal sealed record ShellRedirection(int Stream, string Operator, string Target);
