using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using ProxSharp.Operations.Text;

namespace ProxSharp.Mcp.Documents;

/// <summary>An order that a person can give with one word.</summary>
internal sealed class TextPrompt : McpServerPrompt
{
    private const int LongestArgument = 200;

    private readonly Func<Func<string, string?>, string> _write;

    public TextPrompt(string name, string description, IReadOnlyList<(string Name, string Description)> arguments, Func<Func<string, string?>, string> write)
    {
        _write = write;
        ProtocolPrompt = new Prompt
        {
            Name = name,
            Description = description,
            Arguments =
            [
                .. arguments.Select(static argument => new PromptArgument { Name = argument.Name, Description = argument.Description, Required = false }),
            ],
        };
    }

    /// <inheritdoc/>
    public override Prompt ProtocolPrompt { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<object> Metadata => [];

    /// <inheritdoc/>
    public override ValueTask<GetPromptResult> GetAsync(RequestContext<GetPromptRequestParams> request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Params?.Arguments?.Keys.FirstOrDefault(name => ProtocolPrompt.Arguments!.All(argument => argument.Name != name)) is { } unknown)
        {
            throw new McpProtocolException(
                $"The prompt {ProtocolPrompt.Name} has no argument '{UntrustedText.Clean(unknown, LongestArgument)}'; it takes "
                + $"{string.Join(", ", ProtocolPrompt.Arguments!.Select(static argument => argument.Name))}.",
                McpErrorCode.InvalidParams);
        }

        string text = _write(name => request.Params?.Arguments is { } arguments && arguments.TryGetValue(name, out JsonElement value)
            ? UntrustedText.Clean(value.ToString(), LongestArgument)
            : null);
        return ValueTask.FromResult(new GetPromptResult
        {
            Description = ProtocolPrompt.Description,
            Messages = [new PromptMessage { Role = Role.User, Content = new TextContentBlock { Text = text } }],
        });
    }
}
