using System.Globalization;
using System.Text.Json;
using ProxSharp.Ids;
using ProxSharp.Json;

namespace ProxSharp.Pve.Storages;

/// <summary>Reads and writes the texts in which the storage calls carry ids, lists and times.</summary>
internal static class WireValues
{
    private static readonly char[] s_separators = [',', ';', ' '];

    /// <summary>Reads a volume id that a server sent.</summary>
    /// <exception cref="ProxmoxProtocolException">It is none.</exception>
    public static VolumeId Volume(string text) => VolumeId.TryParse(text, out VolumeId id)
        ? id
        : throw new ProxmoxProtocolException($"The server sent '{text}' where a volume id (storage:name) belongs.");

    /// <summary>Reads a storage id that a server sent.</summary>
    /// <exception cref="ProxmoxProtocolException">It is none.</exception>
    public static StorageId Storage(string text) => StorageId.TryParse(text, out StorageId id)
        ? id
        : throw new ProxmoxProtocolException($"The server sent '{text}' where a storage id belongs.");

    /// <summary>Reads a guest's number; null for none and for numbers that no guest can have, which names of foreign files may hold.</summary>
    public static VmId? Guest(long? number) => number is >= VmId.Lowest and <= VmId.Highest ? new VmId((int)number) : null;

    /// <summary>Reads a time in Unix seconds.</summary>
    public static DateTimeOffset? Time(long? seconds) => WireTime.Read(seconds);

    /// <summary>Splits a list as configuration files write it.</summary>
    public static IReadOnlyList<string> Split(string? list) =>
        list?.Split(s_separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>Reads a list of kinds of content.</summary>
    public static IReadOnlyList<StorageContent> Contents(string? list) => [.. Split(list).Select(static word => new StorageContent(word))];

    /// <summary>Joins a list with commas; null for no list.</summary>
    public static string? Join<T>(IEnumerable<T>? values) =>
        values is null ? null : string.Join(',', values.Select(static value => Convert.ToString(value, CultureInfo.InvariantCulture)));

    /// <summary>Writes any JSON value as the text a parameter would carry.</summary>
    public static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() ?? "",
        JsonValueKind.True => "1",
        JsonValueKind.False => "0",
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        _ => value.GetRawText(),
    };
}
