using System.Text.Json;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Storages;

/// <summary>What a foreign machine's description says, as settings for a new virtual machine.</summary>
public sealed record ImportMetadata
{
    internal ImportMetadata(NodesStorageImportMetadataResult result)
    {
        (Source, Type, Warnings) = (result.Source, result.Type, result.Warnings);
        Settings = Members(result.CreateArgs).ToDictionary(static member => member.Name, static member => WireValues.Text(member.Value), StringComparer.Ordinal);
        Disks = Members(result.Disks).ToDictionary(static member => member.Name, static member => ImportDisk.Read(member.Value), StringComparer.Ordinal);
        Networks = Members(result.Net).ToDictionary(
            static member => member.Name,
            static IReadOnlyDictionary<string, string> (member) =>
                Members(member.Value).ToDictionary(static part => part.Name, static part => WireValues.Text(part.Value), StringComparer.Ordinal),
            StringComparer.Ordinal);
    }

    /// <summary>The kind of system the machine comes from.</summary>
    public ImportSource Source { get; }

    /// <summary>What was found.</summary>
    public ImportType Type { get; }

    /// <summary>Options for the new machine by wire name, for example <c>cores</c> and <c>memory</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>The disks to import, by the name they get, for example <c>scsi0</c>.</summary>
    public IReadOnlyDictionary<string, ImportDisk> Disks { get; }

    /// <summary>The network interfaces by name, for example <c>net0</c>, with their settings.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Networks { get; }

    /// <summary>What the import cannot carry over.</summary>
    public IReadOnlyList<NodesStorageImportMetadataWarningsItem> Warnings { get; }

    private static IEnumerable<JsonProperty> Members(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Object } value ? value.EnumerateObject() : Enumerable.Empty<JsonProperty>();
}
