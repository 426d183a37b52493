using System.Globalization;
using ProxSharp.Cli.Output;

namespace ProxSharp.Cli.Query;

/// <summary>The functions of the query language.</summary>
internal static class JmesFunctions
{
    private static readonly Dictionary<string, Function> s_functions = new(StringComparer.Ordinal)
    {
        ["abs"] = new(1, 1, static given => JmesNumber.Of(Math.Abs(given.Number(0)))),
        ["avg"] = new(1, 1, static given => given.Numbers(0) is { Count: > 0 } numbers ? JmesNumber.Of(numbers.Average()) : null),
        ["ceil"] = new(1, 1, static given => JmesNumber.Of(Math.Ceiling(given.Number(0)))),
        ["contains"] = new(2, 2, Contains),
        ["ends_with"] = new(2, 2, static given => given.Text(0).EndsWith(given.Text(1), StringComparison.Ordinal)),
        ["floor"] = new(1, 1, static given => JmesNumber.Of(Math.Floor(given.Number(0)))),
        ["join"] = new(2, 2, static given => string.Join(given.Text(0), given.Texts(1))),
        ["keys"] = new(1, 1, static given => given.Object(0).Keys.Cast<object?>().ToList()),
        ["length"] = new(1, 1, Length),
        ["map"] = new(2, 2, static given => given.List(1).Select(item => JmesEvaluator.Evaluate(given.Expression(0), item)).ToList()),
        ["max"] = new(1, 1, static given => Extreme(given, +1)),
        ["max_by"] = new(2, 2, static given => ExtremeBy(given, +1)),
        ["merge"] = new(1, int.MaxValue, Merge),
        ["min"] = new(1, 1, static given => Extreme(given, -1)),
        ["min_by"] = new(2, 2, static given => ExtremeBy(given, -1)),
        ["not_null"] = new(1, int.MaxValue, static given => given.Values.FirstOrDefault(static value => value is not null)),
        ["reverse"] = new(1, 1, Reverse),
        ["sort"] = new(1, 1, static given => Ordered(given.Comparables(0).Select(static item => new KeyedItem(item, item)))),
        ["sort_by"] = new(2, 2, static given => Ordered(given.Keyed())),
        ["starts_with"] = new(2, 2, static given => given.Text(0).StartsWith(given.Text(1), StringComparison.Ordinal)),
        ["sum"] = new(1, 1, static given => JmesNumber.Of(given.Numbers(0).Sum())),
        ["to_array"] = new(1, 1, static given => given.Value(0) is List<object?> list ? list : new List<object?> { given.Value(0) }),
        ["to_number"] = new(1, 1, ToNumber),
        ["to_string"] = new(1, 1, static given => given.Value(0) is string text ? text : JsonText.Compact(JmesValue.ToJson(given.Value(0)))),
        ["type"] = new(1, 1, static given => JmesValue.TypeOf(given.Value(0))),
        ["values"] = new(1, 1, static given => given.Object(0).Values.ToList()),
    };

    /// <summary>Calls a function.</summary>
    /// <exception cref="JmesException">There is none of that name, or it cannot do with what it is given.</exception>
    public static object? Call(string name, IReadOnlyList<object?> values)
    {
        if (!s_functions.TryGetValue(name, out Function? function))
        {
            throw new JmesException("unknown-function", $"There is no function '{name}'; there are: {string.Join(", ", s_functions.Keys)}");
        }

        if (values.Count < function.Least || values.Count > function.Most)
        {
            throw new JmesException("invalid-arity", string.Create(CultureInfo.InvariantCulture, $"{name}() does not take {values.Count} arguments"));
        }

        return function.Run(new Given(name, values));
    }

    private static object? Contains(Given given) => given.Value(0) switch
    {
        List<object?> list => list.Exists(item => JmesValue.AreEqual(item, given.Value(1))),
        string text => given.Value(1) is string part && text.Contains(part, StringComparison.Ordinal),
        _ => throw given.Wrong(0, "text or list"),
    };

    private static object? Length(Given given) => given.Value(0) switch
    {
        List<object?> list => JmesNumber.Of(list.Count),
        OrderedDictionary<string, object?> members => JmesNumber.Of(members.Count),
        string text => JmesNumber.Of(text.EnumerateRunes().Count()),
        _ => throw given.Wrong(0, "text, list or object"),
    };

    private static object? Reverse(Given given) => given.Value(0) switch
    {
        List<object?> list => Enumerable.Reverse(list).ToList(),
        string text => string.Concat(text.EnumerateRunes().Reverse().Select(static rune => rune.ToString())),
        _ => throw given.Wrong(0, "text or list"),
    };

    private static object? ToNumber(Given given) => given.Value(0) switch
    {
        JmesNumber number => number,
        string text when double.TryParse(
            text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) => JmesNumber.Of(number),
        _ => null,
    };

    private static OrderedDictionary<string, object?> Merge(Given given)
    {
        OrderedDictionary<string, object?> merged = new(StringComparer.Ordinal);
        for (int i = 0; i < given.Values.Count; i++)
        {
            foreach ((string name, object? value) in given.Object(i))
            {
                merged[name] = value;
            }
        }

        return merged;
    }

    private static object? Extreme(Given given, int sign) =>
        given.Comparables(0) is { Count: > 0 } items ? items.Aggregate((best, item) => Order(item, best) * sign > 0 ? item : best) : null;

    private static object? ExtremeBy(Given given, int sign) =>
        given.Keyed() is { Count: > 0 } items ? items.Aggregate((best, item) => Order(item.Key, best.Key) * sign > 0 ? item : best).Item : null;

    private static List<object?> Ordered(IEnumerable<KeyedItem> items) =>
        [.. items.OrderBy(static item => item.Key, Comparer<object?>.Create(Order)).Select(static item => item.Item)];

    private static int Order(object? a, object? b) =>
        a is JmesNumber left && b is JmesNumber right ? left.Value.CompareTo(right.Value) : string.CompareOrdinal(a as string, b as string);

    private sealed record Function(int Least, int Most, Func<Given, object?> Run);

    private sealed record KeyedItem(object? Item, object? Key);

    /// <summary>What a function is given, with a check of each type.</summary>
    private sealed record Given(string Name, IReadOnlyList<object?> Values)
    {
        public object? Value(int at) => Values[at] is JmesNode ? throw Wrong(at, "value") : Values[at];

        public double Number(int at) => (Values[at] as JmesNumber ?? throw Wrong(at, "number")).Value;

        public string Text(int at) => Values[at] as string ?? throw Wrong(at, "text");

        public List<object?> List(int at) => Values[at] as List<object?> ?? throw Wrong(at, "list");

        public OrderedDictionary<string, object?> Object(int at) => Values[at] as OrderedDictionary<string, object?> ?? throw Wrong(at, "object");

        public JmesNode Expression(int at) => Values[at] as JmesNode ?? throw Wrong(at, "expression such as &name");

        public List<double> Numbers(int at) => List(at).ConvertAll(item => (item as JmesNumber ?? throw Wrong(at, "list of numbers")).Value);

        public List<string> Texts(int at) => List(at).ConvertAll(item => item as string ?? throw Wrong(at, "list of texts"));

        public List<object?> Comparables(int at)
        {
            List<object?> list = List(at);
            return AreComparable(list) ? list : throw Wrong(at, "list of numbers or of texts");
        }

        public List<KeyedItem> Keyed()
        {
            List<KeyedItem> keyed = List(0).ConvertAll(item => new KeyedItem(item, JmesEvaluator.Evaluate(Expression(1), item)));
            return AreComparable(keyed.ConvertAll(static pair => pair.Key)) ? keyed : throw Wrong(1, "expression that gives numbers only, or texts only");
        }

        public JmesException Wrong(int at, string wanted) => new(
            "invalid-type",
            string.Create(CultureInfo.InvariantCulture, $"{Name}() takes a {wanted} as argument {at + 1}, not {JmesValue.TypeOf(Values[at])}"));

        private static bool AreComparable(List<object?> items) =>
            items.TrueForAll(static item => item is JmesNumber) || items.TrueForAll(static item => item is string);
    }
}
