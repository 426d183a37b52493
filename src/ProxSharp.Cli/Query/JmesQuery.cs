using System.Text.Json;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Query;

/// <summary>A JMESPath expression of <c>--query</c>.</summary>
internal sealed class JmesQuery
{
    private readonly JmesNode _node;
    private readonly string _text;

    private JmesQuery(string text, JmesNode node) => (_text, _node) = (text, node);

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

    private static CliException Wrong(string text, JmesException wrong) => new(
        CliError.Usage($"--query '{text}': {wrong.Message}", "Field names with - stand in double quotation marks. The language: https://jmespath.org"),
        wrong);
}
