using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace ProxSharp.Mcp;

/// <summary>
/// The two streams of a client as one, for a transport that passes over what it cannot read. Lines that are no messages are answered here, as JSON-RPC 2.0
/// wants it, and never reach the transport. What the transport writes goes out line by line, so that no answer comes in between.
/// </summary>
/// <param name="input">What the client writes.</param>
/// <param name="output">What the client reads.</param>
internal sealed class ProtocolLines(Stream input, Stream output) : Stream
{
    private const int ReadAtOnce = 1 << 16;

    private static readonly JsonTypeInfo s_message = McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage));

    // The transport takes messages that are nested less deeply; whoever sends a worse one may still be told which it was.
    private static readonly JsonReaderOptions s_deep = new() { MaxDepth = 1 << 16 };

    private readonly PipeReader _input = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: ReadAtOnce));
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly MemoryStream _written = new();
    private readonly OpenRequests _open = new();
    private ReadOnlyMemory<byte> _line;

    /// <summary>
    /// How long the end of the input is kept from the transport while requests have no answer: it sends none behind that, and some clients write all they
    /// want and close at once.
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_line.IsEmpty)
        {
            if (await NextAsync(cancellationToken).ConfigureAwait(false) is not { } line)
            {
                await Task.WhenAny(_open.AnsweredAsync(), Task.Delay(Grace, TimeProvider.System, cancellationToken)).ConfigureAwait(false);
                return 0;
            }

            if (AnswerTo(line) is { } answer)
            {
                await SendAsync(answer, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                // The transport ends lines there; within a message it is a blank.
                line.AsSpan().TrimEnd("\r\n"u8).Replace((byte)'\r', (byte)' ');
                _line = line;
            }
        }

        int count = Math.Min(buffer.Length, _line.Length);
        _line[..count].CopyTo(buffer);
        _line = _line[count..];
        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Keeps a part of a line; whoever gives up leaves no half of one behind.</summary>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _written.Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Sends what was written.</summary>
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        byte[] lines = _written.ToArray();
        _written.SetLength(0);
        await SendAsync(lines, cancellationToken).ConfigureAwait(false);
        _open.Sent(lines);
    }

    /// <inheritdoc/>
    public override void Flush() => throw new NotSupportedException();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    // A line with its end; null behind the last one.
    private async Task<byte[]?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // The standard input of a program cannot be interrupted.
            ReadResult read = await _input.ReadAsync(cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> seen = read.Buffer;
            SequencePosition? end = seen.PositionOf((byte)'\n');
            if (end is not null || read.IsCompleted)
            {
                SequencePosition next = end is { } mark ? seen.GetPosition(1, mark) : seen.End;
                byte[] line = seen.Slice(0, next).ToArray();
                _input.AdvanceTo(next);

                // The last one may have no end; the transport would wait for more.
                return line.Length == 0 ? null : end is null ? [.. line, (byte)'\n'] : line;
            }

            _input.AdvanceTo(seen.Start, seen.End);
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await output.WriteAsync(lines, CancellationToken.None).ConfigureAwait(false);
            await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    // Null for a message, and for an empty line, which the transport passes over.
    private byte[]? AnswerTo(byte[] line)
    {
        if (line.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
        {
            return null;
        }

        try
        {
            if (JsonSerializer.Deserialize(line, s_message) is not JsonRpcMessage message)
            {
                return ErrorFor(line);
            }

            _open.Take(message);
            return null;
        }
        catch (Exception fault) when (IsFault(fault))
        {
            return ErrorFor(line);
        }
    }

    // A member that stands twice is only found when it is looked for.
    private static bool IsFault(Exception fault) => fault is JsonException or InvalidOperationException or ArgumentException;

    private static byte[] ErrorFor(byte[] line)
    {
        if (line.AsSpan().TrimStart(" \t\r"u8) is [(byte)'[', ..] && BatchErrors(line) is { } errors)
        {
            return errors;
        }

        string? id = null;
        bool isAnswer = false;
        (int code, string message) = (-32600, "Invalid Request: the line is JSON, and no message of JSON-RPC 2.0, which is one object");
        try
        {
            Utf8JsonReader reader = new(line, s_deep);
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                {
                    continue;
                }

                isAnswer |= reader.ValueTextEquals("result"u8) || reader.ValueTextEquals("error"u8);
                if (reader.ValueTextEquals("id"u8) && reader.Read() && reader.TokenType is JsonTokenType.String or JsonTokenType.Number)
                {
                    id = Encoding.UTF8.GetString(line.AsSpan()[(int)reader.TokenStartIndex..(int)reader.BytesConsumed]);
                }
            }
        }
        catch (Exception fault) when (IsFault(fault))
        {
            // Half of a sign in a name is JSON, which no reader can turn into text.
            if (fault is JsonException)
            {
                (code, message) = (-32700, "Parse error: the line is no JSON");
            }
        }

        // The id of an answer is of our own asking: with it the error would be about a request of the client that has the same.
        return Encoding.UTF8.GetBytes(Error(isAnswer ? "null" : id ?? "null", code, message) + "\n");
    }

    // Protocol versions since 2025-06-18 have no batches, and none is taken for the one that had: each of its requests is told, as it awaits an answer.
    private static byte[]? BatchErrors(byte[] line)
    {
        try
        {
            using JsonDocument batch = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = s_deep.MaxDepth });
            string[] errors =
            [
                .. batch.RootElement.EnumerateArray()
                    .Where(static item => item.ValueKind == JsonValueKind.Object && item.TryGetProperty("method", out _))
                    .Select(static item => item.TryGetProperty("id", out JsonElement id) ? id : default)
                    .Where(static id => id.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                    .Select(static id => Error(
                        id.GetRawText(), -32600, "Invalid Request: batches are not taken, and nothing of this one was done; send each message on a line of its own")),
            ];
            return errors.Length == 0 ? null : Encoding.UTF8.GetBytes($"[{string.Join(',', errors)}]\n");
        }
        catch (Exception fault) when (IsFault(fault))
        {
            return null;
        }
    }

    private static string Error(string id, int code, string message) =>
        $$$"""{"jsonrpc":"2.0","id":{{{id}}},"error":{"code":{{{code}}},"message":"{{{message}}}"} }""";

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            input.Dispose();
            output.Dispose();
        }

        base.Dispose(disposing);
    }
}
