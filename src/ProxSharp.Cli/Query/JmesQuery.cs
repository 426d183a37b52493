using System.Text.Json;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Query;

/// <summary>A JMESPath expression of <c>--query</c>.</summary>
internal sealed class JmesQuery
{
    private readonly JmesNode _node;
    private readonly string _text;

    private JmesQuery(string text, JmesNode node) => (_text, _node, MakesObjects) = (text, node, Makes(node));

    /// <summary>Reads an expression.</summary>
    /// <exception cref="CliException">It is wrong.</exception>
    public static JmesQuery Parse(string text)
    {
        try
        {
            return new JmesQuery(text, JmesParser.Parse(text));
        }
        catch (JmesException wrong)
        {
            throw Wrong(text, wrong);
        }
    }

    /// <summary>Puts a value through the expression.</summary>
    /// <exception cref="CliException">A function cannot do with what it is given.</exception>
    public JsonElement Apply(JsonElement value)
    {
        try
        {
            return JmesValue.ToJson(JmesEvaluator.Evaluate(_node, JmesValue.From(value)));
        }
        catch (JmesException wrong)
        {
            throw Wrong(_text, wrong);
        }
    }

    /// <summary>
    /// Splits an expression for a list that is long: into what can be done with each of its items alone, put into a list of its own, and what is done with the
    /// results of all in one list. Null if all items are needed at once.
    /// </summary>
    public (JmesQuery Each, JmesQuery All)? Split() => Split(_node) is var (each, rest) ? (new JmesQuery(_text, each), new JmesQuery(_text, rest) { MakesObjects = MakesObjects }) : null;

    /// <summary>True if objects in the result are made by the expression, with names of its own; false if they are the server's.</summary>
    public bool MakesObjects { get; private init; }

    private static bool Makes(JmesNode node) => node switch
    {
        JmesNode.NewObject => true,
        JmesNode.Pipe pipe => Makes(pipe.Left) || Makes(pipe.Right),
        JmesNode.Sub sub => Makes(sub.Left) || Makes(sub.Right),
        JmesNode.Projection projection => Makes(projection.Left) || Makes(projection.Right),
        JmesNode.ValueProjection projection => Makes(projection.Left) || Makes(projection.Right),
        JmesNode.FilterProjection filter => Makes(filter.Left) || Makes(filter.Right),
        JmesNode.Flatten flatten => Makes(flatten.Inner),
        JmesNode.Or or => Makes(or.Left) || Makes(or.Right),
        JmesNode.And and => Makes(and.Right),
        JmesNode.Call call => call.Arguments.Any(Makes),
        _ => false,
    };

    private static (JmesNode Each, JmesNode All)? Split(JmesNode node) => node switch
    {
        JmesNode.FilterProjection { Left: JmesNode.Current } or JmesNode.Projection { Left: JmesNode.Current } => (node, new JmesNode.Current()),
        JmesNode.Pipe pipe when Split(pipe.Left) is var (each, rest) => (each, new JmesNode.Pipe(rest, pipe.Right)),
        _ => null,
    };

    private static CliException Wrong(string text, JmesException wrong) => new(
        CliError.Usage($"--query '{text}': {wrong.Message}", "Field names with - stand in double quotation marks. The language: https://jmespath.org"),
        wrong);
}
