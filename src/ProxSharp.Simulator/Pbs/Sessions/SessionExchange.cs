using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ProxSharp.Simulator.Http;

namespace ProxSharp.Simulator.Pbs.Sessions;

/// <summary>One request and its answer on the HTTP/2 connection of a session.</summary>
internal sealed class SessionExchange
{
    private readonly IHttpRequestFeature _request;
    private readonly IHttpResponseFeature _response;
    private readonly IHttpResponseBodyFeature _output;
    private readonly IHttpRequestLifetimeFeature _lifetime;

    public SessionExchange(IFeatureCollection features)
    {
        _request = features.GetRequiredFeature<IHttpRequestFeature>();
        _response = features.GetRequiredFeature<IHttpResponseFeature>();
        _output = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        _lifetime = features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        Input = features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
        Protocol = features.GetRequiredFeature<IBackupProtocol>();
    }

    public IBackupProtocol Protocol { get; }

    public string Method => _request.Method;

    /// <summary>The path, decoded, for example <c>/dynamic_index</c>.</summary>
    public string Path => _request.Path;

    /// <summary>The query without the question mark, still encoded.</summary>
    public string Query => _request.QueryString.TrimStart('?');

    public string ContentType => _request.Headers.ContentType.ToString();

    /// <summary>Cancelled when the client gives the request up or the connection breaks.</summary>
    public CancellationToken Aborted => _lifetime.RequestAborted;

    public PipeReader Input { get; }

    /// <summary>Reads the body.</summary>
    /// <returns>The body, or null if it is longer than allowed; the rest is then unread.</returns>
    public async Task<byte[]?> ReadBodyAsync(int most)
    {
        using MemoryStream body = new();
        while (true)
        {
            ReadResult result = await Input.ReadAsync(Aborted).ConfigureAwait(false);
            foreach (ReadOnlyMemory<byte> part in result.Buffer)
            {
                body.Write(part.Span);
            }

            Input.AdvanceTo(result.Buffer.End);
            if (body.Length > most)
            {
                return null;
            }

            if (result.IsCompleted)
            {
                return body.ToArray();
            }
        }
    }

    /// <summary>Reads a body of a known length into memory of that length.</summary>
    /// <returns>How many bytes there were; one more than there is room for if there are too many.</returns>
    public async Task<int> ReadBodyAsync(Memory<byte> destination)
    {
        int length = 0;
        while (true)
        {
            ReadResult result = await Input.ReadAsync(Aborted).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (buffer.Length > destination.Length - length)
            {
                Input.AdvanceTo(buffer.End);
                return destination.Length + 1;
            }

            buffer.CopyTo(destination.Span[length..]);
            length += (int)buffer.Length;
            Input.AdvanceTo(buffer.End);
            if (result.IsCompleted)
            {
                return length;
            }
        }
    }

    /// <summary>Reads the body to its end and drops it.</summary>
    public async Task<long> DropBodyAsync()
    {
        long length = 0;
        while (true)
        {
            ReadResult result = await Input.ReadAsync(Aborted).ConfigureAwait(false);
            length += result.Buffer.Length;
            Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return length;
            }
        }
    }

    public Task ReplyAsync(WireResponse response) => ReplyAsync(response, response.Body);

    /// <summary>Begins an answer, sends half of it and gives the stream up.</summary>
    public async Task TruncateAsync(WireResponse response)
    {
        await ReplyAsync(response, response.Body[..(response.Body.Length / 2)]).ConfigureAwait(false);
        _lifetime.Abort();
    }

    private async Task ReplyAsync(WireResponse response, ReadOnlyMemory<byte> body)
    {
        _response.StatusCode = response.Status;
        if (response.ContentType is { } contentType)
        {
            _response.Headers.ContentType = contentType;
        }

        if (response.HasLength)
        {
            _response.Headers.ContentLength = response.Body.Length;
        }

        await _output.Writer.WriteAsync(body, Aborted).ConfigureAwait(false);
    }
}
