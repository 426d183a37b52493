using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace ProxSharp.Mcp.Documents;

/// <summary>A document that the client can read without a tool.</summary>
internal sealed class TextResource : McpServerResource
{
    private readonly Func<CancellationToken, Task<string>> _read;

    public TextResource(string uri, string name, string description, string mimeType, Func<CancellationToken, Task<string>> read)
    {
        _read = read;
        ProtocolResourceTemplate = new ResourceTemplate { UriTemplate = uri, Name = name, Description = description, MimeType = mimeType };
    }

    /// <inheritdoc/>
    public override ResourceTemplate ProtocolResourceTemplate { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<object> Metadata => [];

    /// <inheritdoc/>
    public override bool IsMatch(string uri) => uri == ProtocolResourceTemplate.UriTemplate;

    /// <inheritdoc/>
    public override async ValueTask<ReadResourceResult> ReadAsync(
        RequestContext<ReadResourceRequestParams> request, CancellationToken cancellationToken = default)
    {
        TextResourceContents contents = new()
        {
            Uri = ProtocolResourceTemplate.UriTemplate,
            MimeType = ProtocolResourceTemplate.MimeType,
            Text = await _read(cancellationToken).ConfigureAwait(false),
        };
        return new ReadResourceResult { Contents = [contents] };
    }
}
