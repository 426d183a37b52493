namespace ProxSharp.Cli.Query;

/// <summary>A part of an expression.</summary>
internal abstract record JmesNode
{
    /// <summary>The value itself.</summary>
    public sealed record Current : JmesNode;

    /// <summary>A member of an object.</summary>
    public sealed record Field(string Name) : JmesNode;

    /// <summary>An item of a list; negative positions count from the end.</summary>
    public sealed record Index(long Position) : JmesNode;

    /// <summary>A part of a list.</summary>
    public sealed record Slice(long? Start, long? Stop, long? Step) : JmesNode;

    /// <summary>One part applied to the result of another, unless that is null.</summary>
    public sealed record Sub(JmesNode Left, JmesNode Right) : JmesNode;

    /// <summary>One part applied to the result of another, whatever that is.</summary>
    public sealed record Pipe(JmesNode Left, JmesNode Right) : JmesNode;

    /// <summary>A part applied to each item of a list.</summary>
    public sealed record Projection(JmesNode Left, JmesNode Right) : JmesNode;

    /// <summary>A part applied to each member of an object.</summary>
    public sealed record ValueProjection(JmesNode Left, JmesNode Right) : JmesNode;

    /// <summary>A part applied to each item of a list that meets a condition.</summary>
    public sealed record FilterProjection(JmesNode Left, JmesNode Right, JmesNode Condition) : JmesNode;

    /// <summary>A list whose lists are merged into it.</summary>
    public sealed record Flatten(JmesNode Inner) : JmesNode;

    /// <summary>A constant.</summary>
    public sealed record Literal(object? Value) : JmesNode;

    /// <summary>A comparison.</summary>
    public sealed record Comparison(JmesTokenKind Sign, JmesNode Left, JmesNode Right) : JmesNode;

    /// <summary>The first of two that is not empty.</summary>
    public sealed record Or(JmesNode Left, JmesNode Right) : JmesNode;

    /// <summary>The second of two, if the first is not empty.</summary>
    public sealed record And(JmesNode Left, JmesNode Right) : JmesNode;

    /// <summary>The opposite.</summary>
    public sealed record Not(JmesNode Inner) : JmesNode;

    /// <summary>A new list.</summary>
    public sealed record NewList(IReadOnlyList<JmesNode> Items) : JmesNode;

    /// <summary>A new object.</summary>
    public sealed record NewObject(IReadOnlyList<(string Name, JmesNode Value)> Members) : JmesNode;

    /// <summary>A call of a function.</summary>
    public sealed record Call(string Name, IReadOnlyList<JmesNode> Arguments) : JmesNode;

    /// <summary>An expression that is given to a function.</summary>
    public sealed record Reference(JmesNode Inner) : JmesNode;
}
