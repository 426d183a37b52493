using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using ProxSharp.Operations;

namespace ProxSharp.Mcp.Tools;

/// <summary>A tool with a schema written by hand: nothing is found by reflection.</summary>
internal sealed class GuardTool : McpServerTool
{
    private readonly Func<ToolCall, CancellationToken, Task<ToolAnswer>> _run;

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
        _run = run;
        string needs = string.Join(',', required.Select(static word => $"\"{word}\""));
        using JsonDocument schema = JsonDocument.Parse(
            $$"""{"type":"object","properties":{{{arguments}}},"required":[{{needs}}],"additionalProperties":false}""");
        ProtocolTool = new Tool
        {
            Name = name,
            Description = description,
            InputSchema = schema.RootElement.Clone(),
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

    /// <inheritdoc/>
    public override IReadOnlyList<object> Metadata => [];

    /// <inheritdoc/>
    public override async ValueTask<CallToolResult> InvokeAsync(
        RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken = default)
    {
        try
        {
            CheckNames(request.Params);
            return Result(await _run(new ToolCall(request), cancellationToken).ConfigureAwait(false), isError: false);
        }
        catch (ToolException e)
        {
            return Failure(e.Code, e.Message, false);
        }
        catch (GuardRefusedException e)
        {
            return Failure($"refused-{e.Reason}", e.Message, false);
        }
        catch (ProxmoxException e)
        {
            return Failure("server", e.Message, e.IsTransient);
        }
        catch (ArgumentException e)
        {
            return Failure("usage", e.Message, false);
        }
    }

    private void CheckNames(CallToolRequestParams? call)
    {
        string? unknown = call?.Arguments?.Keys.FirstOrDefault(key => !ProtocolTool.InputSchema.GetProperty("properties").TryGetProperty(key, out _));
        if (unknown is not null)
        {
            throw new ToolException("usage", $"{ProtocolTool.Name} has no argument '{unknown}'.");
        }
    }

    private static CallToolResult Failure(string code, string message, bool isTransient)
    {
        string clean = Operations.Text.UntrustedText.Clean(message, 600);
        return Result(
            new ToolAnswer($"{code}: {clean}", JsonTexts.Build(json =>
            {
                json.WriteStartObject();
                json.WriteString("error", code);
                json.WriteString("message", clean);
                json.WriteBoolean("retryable", isTransient);
                json.WriteEndObject();
            })),
            isError: true);
    }

    private static CallToolResult Result(ToolAnswer answer, bool isError)
    {
        using JsonDocument document = JsonDocument.Parse(answer.Json);
        return new CallToolResult
        {
            Content = [new TextContentBlock { Text = answer.Text }],
            StructuredContent = document.RootElement.Clone(),
            IsError = isError,
        };
    }
}
