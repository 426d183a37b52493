using System.Text;
using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace ProxSharp.Mcp;

/// <summary>The requests of a client that have no answer yet: a transport that has read the end of the input sends none any more.</summary>
internal sealed class OpenRequests
{
    private static readonly JsonReaderOptions s_any = new() { MaxDepth = 1 << 16, AllowMultipleValues = true };

    private readonly HashSet<string> _ids = [];
    private TaskCompletionSource? _answered;

    /// <summary>Notes a message of the client.</summary>
    public void Take(JsonRpcMessage message)
    {
        if (message is JsonRpcRequest request)
        {
            lock (_ids)
            {
                _ids.Add(request.Id.ToString());
            }
        }
        else if (message is JsonRpcNotification { Method: NotificationMethods.CancelledNotification } cancelled)
        {
            // What is given up gets no answer.
            Close((cancelled.Params as System.Text.Json.Nodes.JsonObject)?["requestId"]?.ToString());
        }
    }

    /// <summary>Notes a line that was sent to the client; only an answer ends something.</summary>
    public void Sent(ReadOnlySpan<byte> line)
    {
        string? id = null;
        bool isAnswer = false;
        Utf8JsonReader reader = new(line, s_any);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
            {
                continue;
            }

            isAnswer |= reader.ValueTextEquals("result"u8) || reader.ValueTextEquals("error"u8);
            bool isId = reader.ValueTextEquals("id"u8);
            reader.Read();
            if (isId && reader.TokenType is JsonTokenType.String or JsonTokenType.Number)
            {
                id = reader.TokenType == JsonTokenType.String ? reader.GetString() : Encoding.UTF8.GetString(reader.ValueSpan);
            }
            else
            {
                reader.Skip();
            }
        }

        Close(isAnswer ? id : null);
    }

    /// <summary>Ends when all are answered.</summary>
    public Task AnsweredAsync()
    {
        lock (_ids)
        {
            _answered ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            CheckAll();
            return _answered.Task;
        }
    }

    private void Close(string? id)
    {
        lock (_ids)
        {
            if (id is not null && _ids.Remove(id))
            {
                CheckAll();
            }
        }
    }

    private void CheckAll()
    {
        if (_ids.Count == 0)
        {
            _answered?.TrySetResult();
        }
    }
}
