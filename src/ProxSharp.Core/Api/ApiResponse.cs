using System.Collections.ObjectModel;
using System.Text.Json;

namespace ProxSharp.Api;

/// <summary>A successful answer: the result and what the server put beside it.</summary>
/// <typeparam name="T">The type of the result.</typeparam>
public sealed class ApiResponse<T>
{
    /// <summary>Creates an answer.</summary>
    public ApiResponse(T data) => Data = data;

    /// <summary>The result.</summary>
    public T Data { get; }

    /// <summary>For a page of a list: how many entries there are in all; null if the server did not say.</summary>
    public long? Total { get; init; }

    /// <summary>The digest of the configuration file the result comes from, where the server puts it beside the result (Proxmox Backup Server).</summary>
    public string? Digest { get; init; }

    /// <summary>Further members of the envelope, for example <c>changes</c> (the pending network changes as a unified diff) or <c>active</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> Extra { get; init; } = ReadOnlyDictionary<string, JsonElement>.Empty;
}
