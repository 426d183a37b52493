using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using ProxSharp.Mcp.Text;
using ProxSharp.Operations;
using ProxSharp.Operations.Text;

namespace ProxSharp.Mcp.Tools;

/// <summary>A tool with a schema written by hand: nothing is found by reflection.</summary>
internal sealed class GuardTool : McpServerTool
{
    /// <summary>More is no argument but an attack on memory.</summary>
    private const int LongestArguments = 256 * 1024;

    private static readonly JsonElement s_object = Parse("""{"type":"object"}""");
    private static readonly JsonElement s_list = Parse(
        """{"type":"object","properties":{"rows":{"type":"array","items":{"type":"object"}},"total":{"type":"integer"},"next":{"type":["integer","null"]}}}""");

    private readonly Func<ToolCall, CancellationToken, Task<ToolAnswer>> _run;
    private readonly string _arguments;
    private readonly string[] _required;
    private readonly ToolHints _hints;

    /// <param name="name">The name.</param>
    /// <param name="description">What it does, for the agent.</param>
    /// <param name="arguments">The members of the schema's <c>properties</c>, as JSON without braces.</param>
    /// <param name="required">The names of arguments that must be given.</param>
    /// <param name="hints">What the tool may do.</param>
    /// <param name="run">Does it.</param>
    public GuardTool(
        string name,
        string description,
        string arguments,
        string[] required,
        ToolHints hints,
        Func<ToolCall, CancellationToken, Task<ToolAnswer>> run)
    {
        (_run, _arguments, _required, _hints) = (run, arguments, required, hints);
        string needs = required.Length > 0 ? $",\"required\":[{string.Join(',', required.Select(static word => $"\"{word}\""))}]" : "";
        ProtocolTool = new Tool
        {
            Name = name,
            Description = description,
            InputSchema = Parse($$"""{"type":"object","properties":{{{arguments}}}{{needs}},"additionalProperties":false}"""),
            OutputSchema = arguments.Contains(Rows.Arguments, StringComparison.Ordinal) ? s_list : s_object,
            Annotations = new ToolAnnotations
            {
                ReadOnlyHint = hints == ToolHints.Reads,
                DestructiveHint = hints == ToolHints.Applies,
                IdempotentHint = hints == ToolHints.Reads,
                OpenWorldHint = false,
            },
        };
    }

    /// <inheritdoc/>
    public override Tool ProtocolTool { get; }

    /// <summary>The name of the context that is served if it is the only one: callers may name it, and need not be told of it. Default: null.</summary>
    public string? OnlyContext { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<object> Metadata => [];

    /// <summary>The same tool, which can be told which context it is for.</summary>
    public GuardTool WithContext()
    {
        string all = _arguments.Trim().Length > 0 ? $"\"context\":{{\"type\":\"string\"}},{_arguments}" : "\"context\":{\"type\":\"string\"}";
        return new GuardTool(ProtocolTool.Name, ProtocolTool.Description!, all, _required, _hints, _run);
    }

    /// <summary>The same tool, whose only context may be named.</summary>
    public GuardTool WithOnly(string context) =>
        new(ProtocolTool.Name, ProtocolTool.Description!, _arguments, _required, _hints, _run) { OnlyContext = context };

    /// <inheritdoc/>
    public override async ValueTask<CallToolResult> InvokeAsync(
        RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken = default)
    {
        try
        {
            ToolArguments.Check(ProtocolTool, request.Params?.Arguments, LongestArguments, OnlyContext);
            return Result(await _run(new ToolCall(request), cancellationToken).ConfigureAwait(false), isError: false);
        }
        catch (ToolException e)
        {
            return Failure(e.Code, e.Message, false, isOwn: true);
        }
        catch (GuardRefusedException e) when (e.Reason == GuardRefusedException.Unneeded)
        {
            string why = UntrustedText.Clean(e.Message, 800);
            return Result(new ToolAnswer(why, new JsonObject { ["plan"] = null, ["state"] = e.Reason, ["message"] = why }), isError: false);
        }
        catch (GuardRefusedException e)
        {
            return Failure($"refused-{e.Reason}", e.Message, false);
        }
        catch (AgentConnectionException e)
        {
            return Failure("connection", e.Message, false);
        }
        catch (ProxmoxException e)
        {
            return Failure("server", e.Message, e.IsTransient);
        }
        catch (ArgumentException e)
        {
            return Failure("usage", Plain(e), false);
        }
    }

    // The name of a parameter of this program's own code tells an agent nothing.
    private static string Plain(ArgumentException exception) =>
        exception.ParamName is { } name ? exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : exception.Message;

    private static CallToolResult Failure(string code, string message, bool isTransient, bool isOwn = false)
    {
        string clean = UntrustedText.Clean(SafeText.WithoutSecrets(message), 800);
        if (isOwn && !message.Contains("untrusted", StringComparison.OrdinalIgnoreCase))
        {
            // An example such as name>80 is there to be copied.
            clean = clean.Replace('\u203A', '>').Replace('\u2039', '<');
        }

        clean = SafeText.MarkQuoted(clean);
        return Result(
            new ToolAnswer($"{code}: {clean}", new JsonObject { ["error"] = code, ["message"] = clean, ["retryable"] = isTransient }), isError: true);
    }

    private static CallToolResult Result(ToolAnswer answer, bool isError) => new()
    {
        Content = [new TextContentBlock { Text = answer.Text }],
        StructuredContent = Parse(answer.Value.ToJsonString()),
        IsError = isError,
    };

    private static JsonElement Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
