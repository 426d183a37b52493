using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProxSharp.Simulator.Calls;

/// <summary>What a handler answers.</summary>
internal sealed record ApiReply
{
    public static readonly ApiReply Nothing = new();

    public JsonNode? Data { get; init; }

    /// <summary>Writes the data in place of <see cref="Data"/>, for answers too long to be built first.</summary>
    public Action<Utf8JsonWriter>? Writer { get; init; }

    /// <summary>About how many bytes <see cref="Writer"/> writes.</summary>
    public int SizeHint { get; init; } = 64 * 1024;

    /// <summary>Members of the envelope beside <c>data</c>, such as <c>total</c>.</summary>
    public JsonObject? Siblings { get; init; }

    /// <summary>The content type of the envelope; null for the usual one.</summary>
    public string? JsonContentType { get; init; }

    /// <summary>Bytes that take the place of the envelope.</summary>
    public byte[]? Raw { get; init; }

    public string RawContentType { get; init; } = "application/octet-stream";

    /// <summary>True if the length of <see cref="Raw"/> is not announced.</summary>
    public bool IsStream { get; init; }

    /// <summary>Bytes that take the place of the envelope and go out part by part, in chunks.</summary>
    public IEnumerable<ReadOnlyMemory<byte>>? Parts { get; init; }

    /// <summary>Headers such as <c>Content-Disposition</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>True if the server compresses this answer without being asked.</summary>
    public bool AlwaysCompress { get; init; }

    /// <summary>What is spoken on the connection if the client asked for a websocket; null if nobody listens.</summary>
    public Http.IStreamProtocol? Upgrade { get; init; }

    /// <summary>Who serves the connection from now on; null for ordinary answers.</summary>
    public Http.IConnectionTakeover? Takeover { get; init; }

    public static ApiReply Of(JsonNode? data) => new() { Data = data };

    public static ApiReply Of(string text) => new() { Data = JsonValue.Create(text) };

    public static ApiReply List(IEnumerable<JsonNode?> items) => Of(new JsonArray([.. items]));

    public static ApiReply Page(JsonArray items, long total) => new()
    {
        Data = items,

        // Proxmox: a total of zero is left out.
        Siblings = total > 0 ? new JsonObject { ["total"] = total } : null,
    };
}
