using System.Buffers;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Http;

namespace ProxSharp.Backup.Protocol;

/// <summary>What sessions that write and sessions that read have in common. Safe for concurrent use.</summary>
internal abstract class BackupSession : IAsyncDisposable
{
    protected const string Binary = "application/octet-stream";
    protected const string Json = "application/json";

    /// <summary>For requests that are little work.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly IBackupChannel _channel;

    protected BackupSession(IBackupChannel channel) => _channel = channel;

    /// <summary>The server; for messages.</summary>
    public string Host => _channel.Host;

    /// <summary>Drops the connection.</summary>
    public ValueTask DisposeAsync() => _channel.DisposeAsync();

    /// <summary>Sends a request and passes the answer on.</summary>
    /// <param name="request">The request.</param>
    /// <param name="action">What it does; for messages.</param>
    /// <param name="output">Takes the answer; null drops it.</param>
    /// <param name="cancellationToken">Gives up the request.</param>
    /// <exception cref="ProxmoxApiException">The server refuses.</exception>
    /// <exception cref="BackupSessionLostException">The connection broke.</exception>
    protected async Task SendAsync(ChannelRequest request, string action, IBufferWriter<byte>? output, CancellationToken cancellationToken)
    {
        ChannelAnswer answer = await _channel.SendAsync(request, output, cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccess)
        {
            throw SessionErrors.Create(request, answer, action, Host);
        }
    }

    /// <summary>Sends a request whose answer is a number.</summary>
    /// <returns>Null if the server says null.</returns>
    protected async Task<long?> SendForNumberAsync(ChannelRequest request, string action, CancellationToken cancellationToken)
    {
        using PooledBuffer buffer = new(256);
        await SendAsync(request, action, buffer, cancellationToken).ConfigureAwait(false);
        return ReadNumber(buffer.Span, action);
    }

    /// <summary>Writes a parameter value that consists of safe characters and digits.</summary>
    protected static string Query(FormattableString query) => query.ToString(CultureInfo.InvariantCulture);

    private static long? ReadNumber(ReadOnlySpan<byte> answer, string action)
    {
        try
        {
            Utf8JsonReader reader = new(answer);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement data = document.RootElement.GetProperty("data");
            return data.ValueKind == JsonValueKind.Null ? null : data.GetInt64();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new ProxmoxProtocolException($"Unable to {action}: the answer is not the number that it should be.", exception);
        }
    }
}
