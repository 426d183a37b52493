namespace ProxSharp.Cli.Query;

/// <summary>Computes the value of an expression. Pure.</summary>
internal static class JmesEvaluator
{
    /// <summary>Computes the value.</summary>
    /// <exception cref="JmesException">A function cannot do with what it is given.</exception>
    public static object? Evaluate(JmesNode node, object? value) => node switch
    {
        JmesNode.Current => value,
        JmesNode.Field field => value is OrderedDictionary<string, object?> members ? members.GetValueOrDefault(field.Name) : null,
        JmesNode.Index index => Item(value as List<object?>, index.Position),
        JmesNode.Slice slice => value is List<object?> list ? Slice(list, slice) : null,
        JmesNode.Sub sub => Evaluate(sub.Left, value) is { } left ? Evaluate(sub.Right, left) : null,
        JmesNode.Pipe pipe => Evaluate(pipe.Right, Evaluate(pipe.Left, value)),
        JmesNode.Projection projection => Evaluate(projection.Left, value) is List<object?> list ? Project(list, projection.Right) : null,
        JmesNode.ValueProjection projection =>
            Evaluate(projection.Left, value) is OrderedDictionary<string, object?> members ? Project(members.Values, projection.Right) : null,
        JmesNode.FilterProjection filter => Evaluate(filter.Left, value) is List<object?> list
            ? Project(list.Where(item => JmesValue.IsTrue(Evaluate(filter.Condition, item))), filter.Right)
            : null,
        JmesNode.Flatten flatten => Evaluate(flatten.Inner, value) is List<object?> list
            ? list.SelectMany(static item => item is List<object?> inner ? inner : [item]).ToList()
            : null,
        JmesNode.Literal literal => literal.Value,
        JmesNode.Comparison comparison => Compare(comparison.Sign, Evaluate(comparison.Left, value), Evaluate(comparison.Right, value)),
        JmesNode.Or or => Evaluate(or.Left, value) is var first && JmesValue.IsTrue(first) ? first : Evaluate(or.Right, value),
        JmesNode.And and => Evaluate(and.Left, value) is var first && !JmesValue.IsTrue(first) ? first : Evaluate(and.Right, value),
        JmesNode.Not not => !JmesValue.IsTrue(Evaluate(not.Inner, value)),
        JmesNode.NewList list => value is null ? null : list.Items.Select(item => Evaluate(item, value)).ToList(),
        JmesNode.NewObject made => value is null ? null : Members(made, value),
        JmesNode.Call call => JmesFunctions.Call(
            call.Name, [.. call.Arguments.Select(argument => argument is JmesNode.Reference reference ? reference.Inner : Evaluate(argument, value))]),
        _ => throw new JmesException("invalid-type", "An expression with & can only be given to a function"),
    };

    private static List<object?> Project(IEnumerable<object?> items, JmesNode right) =>
        [.. items.Select(item => Evaluate(right, item)).Where(static item => item is not null)];

    private static object? Item(List<object?>? list, long position)
    {
        long at = list is null || position >= 0 ? position : position + list.Count;
        return list is not null && at >= 0 && at < list.Count ? list[(int)at] : null;
    }

    private static List<object?> Slice(List<object?> list, JmesNode.Slice slice)
    {
        long step = slice.Step ?? 1;
        if (step == 0)
        {
            throw new JmesException("invalid-value", "The step of a slice cannot be 0");
        }

        (long low, long high) = step > 0 ? (0L, (long)list.Count) : (-1L, list.Count - 1L);
        long Bound(long? given, long usual) => given switch
        {
            null => usual,
            < 0 => Math.Max(low, given.Value + list.Count),
            { } from => Math.Min(high, from),
        };
        long start = Bound(slice.Start, step > 0 ? low : high);
        long stop = Bound(slice.Stop, step > 0 ? high : low);
        List<object?> part = [];
        for (long at = start; step > 0 ? at < stop : at > stop; at += step)
        {
            part.Add(list[(int)at]);
        }

        return part;
    }

    private static object? Compare(JmesTokenKind sign, object? left, object? right) => (sign, left, right) switch
    {
        (JmesTokenKind.Equal, _, _) => JmesValue.AreEqual(left, right),
        (JmesTokenKind.NotEqual, _, _) => !JmesValue.AreEqual(left, right),
        (_, JmesNumber a, JmesNumber b) => IsOrdered(sign, a.Value.CompareTo(b.Value)),
        (_, string a, string b) => IsOrdered(sign, string.CompareOrdinal(a, b)),
        _ => null,
    };

    private static bool IsOrdered(JmesTokenKind sign, int order) => sign switch
    {
        JmesTokenKind.Less => order < 0,
        JmesTokenKind.LessOrEqual => order <= 0,
        JmesTokenKind.Greater => order > 0,
        _ => order >= 0,
    };

    private static OrderedDictionary<string, object?> Members(JmesNode.NewObject made, object value)
    {
        OrderedDictionary<string, object?> members = new(StringComparer.Ordinal);
        foreach ((string name, JmesNode member) in made.Members)
        {
            members[name] = Evaluate(member, value);
        }

        return members;
    }
}
