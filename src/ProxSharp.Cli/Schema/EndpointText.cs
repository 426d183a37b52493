using ProxSharp.Api;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Mcp.Text;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Schema;

/// <summary>Writes the description of endpoints for people.</summary>
/// <param name="writer">Where it goes.</param>
/// <param name="settings">How results are written.</param>
internal sealed class EndpointText(TextWriter writer, OutputSettings settings)
{
    private const int WidestText = 120;
    private const int WidestName = 28;

    private readonly int _width = Math.Clamp(settings.Width ?? WidestText, 40, WidestText);

    /// <summary>Writes the descriptions, one below the other.</summary>
    public void Write(IReadOnlyList<EndpointDescription> descriptions)
    {
        for (int i = 0; i < descriptions.Count; i++)
        {
            if (i > 0)
            {
                writer.WriteLine();
            }

            Write(descriptions[i]);
        }
    }

    private void Write(EndpointDescription description)
    {
        ApiEndpoint endpoint = description.Endpoint;
        writer.WriteLine(
            $"{settings.Ansi.Bold($"prox api {ApiVerbs.Word(endpoint.Method)} {endpoint.Path}")}  {settings.Ansi.Dim($"({endpoint.Method.ToVerb()})")}");
        if ((endpoint.Description ?? description.Words($"op:{endpoint}")) is { } text)
        {
            Row("  ", "", 0, Flat(text), 0);
        }

        if (!description.IsPart)
        {
            WriteCall(endpoint);
        }

        WriteNodes("parameters", description.Parameters, description, markRequired: true);
        if (endpoint.Variants is { } variants && !description.IsPart)
        {
            foreach ((string value, IReadOnlyDictionary<string, ApiNode> parameters) in variants.Parameters)
            {
                WriteNodes($"with {variants.By}={value}", parameters, description, markRequired: true);
            }
        }

        if (endpoint.AllowsExtraParameters)
        {
            writer.WriteLine("  further parameters are accepted");
        }

        if (description.IsPart)
        {
            WriteKeys(description);
            WriteValue(description.Value);
        }
        else
        {
            WriteResult(endpoint.Returns, description);
        }
    }

    private void WriteCall(ApiEndpoint endpoint)
    {
        Row("  ", "who may", 9, PermissionText.Describe(endpoint.Permission), 2);
        Row("  ", "task", 9, EndpointDescription.TaskText(endpoint.Task), 2);
        if (!endpoint.AllowsToken)
        {
            Row("  ", "token", 9, "API tokens are refused: log in as a user", 2);
        }

        if (endpoint.Transport != ApiTransportKind.Envelope)
        {
            Row("  ", "bytes", 9, endpoint.Transport == ApiTransportKind.Upload ? "sends a file" : "answers with a file", 2);
        }
    }

    private void WriteKeys(EndpointDescription description)
    {
        foreach ((string name, ApiNode node) in description.Parameters)
        {
            if (description.KeysOf(node) is { } keys)
            {
                string title = description.Key is { } key ? $"key of {name}, written {key}=VALUE" : $"keys of {name}, written key=value,key=value";
                WriteNodes(title, keys, description, markRequired: true, node.PropertyStringFormat);
            }
        }
    }

    private void WriteValue(ExplainedValue? value)
    {
        if (value is null)
        {
            return;
        }

        bool fits = value.Complaints.Count == 0;
        writer.WriteLine($"  {settings.Ansi.Bold("value")} {TextCells.Visible(value.Text)}: {(fits ? "breaks no rule that is known" : "would be refused")}");
        foreach (string complaint in value.Complaints)
        {
            Row("    ", "", 0, Flat(complaint), 0);
        }
    }

    private void WriteResult(ApiNode returns, EndpointDescription description)
    {
        ApiNode shape = returns.Type == ApiValueType.Array && returns.Items is { } items ? items : returns;
        string type = returns.Type switch
        {
            ApiValueType.Null => "nothing",
            ApiValueType.Any => "not declared",
            _ => NodeText.Type(returns),
        };
        string facts = NodeText.Facts(returns, description.Schema);
        writer.WriteLine($"  {settings.Ansi.Bold("result")}: {type}{(facts.Length > 0 ? $" ({facts})" : "")}");
        if (shape.Properties.Count > 0)
        {
            WriteNodes(null, shape.Properties, description, markRequired: false);
        }
    }

    private void WriteNodes(
        string? title, IReadOnlyDictionary<string, ApiNode> nodes, EndpointDescription description, bool markRequired, string? format = null)
    {
        if (title is not null)
        {
            writer.WriteLine($"  {settings.Ansi.Bold(title)}{(nodes.Count == 0 ? ": none" : markRequired ? " (* required)" : "")}");
        }

        if (nodes.Count == 0)
        {
            return;
        }

        string Label(string name, ApiNode node) => markRequired && node is { IsOptional: false, Alias: null } ? name + "*" : name;
        int longest = Math.Min(WidestName, nodes.Max(node => Label(node.Key, node.Value).Length));
        foreach ((string name, ApiNode node) in nodes)
        {
            string facts = NodeText.Facts(node, description.Schema);
            string unit = node.Renderer is { } renderer && !markRequired ? $" ({renderer.Replace('_', ' ')})" : "";
            Row("    ", Label(name, node), longest, $"{NodeText.Type(node)}{unit}{(facts.Length > 0 ? "; " : "")}{facts}", 2);

            // Keys that are only another way to write others need no words.
            string? words = title is null || (format is not null && node.KeyAlias is not null) ? null
                : format is null ? description.Words(name) : description.Words(format, name);
            if ((node.Description ?? words) is { } text)
            {
                Row("    ", "", longest, Flat(text), 2);
            }
        }
    }

    private static string Flat(string text) =>
        TextCells.Visible(string.Join(' ', text.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries)));

    private void Row(string indent, string label, int labelWidth, string text, int gap)
    {
        int start = indent.Length + labelWidth + gap;
        string lead = indent + label.PadRight(labelWidth) + new string(' ', gap);
        foreach (string line in TextCells.Wrap(text, Math.Max(20, _width - start)))
        {
            writer.WriteLine((lead + line).TrimEnd());
            lead = new string(' ', start);
        }
    }
}
