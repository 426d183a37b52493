using System.Collections.ObjectModel;
using System.Text.Json;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>Whether and where a guest can be migrated to.</summary>
public sealed record MigrationPreconditions
{
    /// <summary>True if the guest runs: a VM must be migrated online, a container restarted.</summary>
    public bool IsRunning { get; init; }

    /// <summary>The nodes that can take the guest; empty if the server did not say.</summary>
    public IReadOnlyList<string> AllowedNodes { get; init; } = [];

    /// <summary>What keeps the guest from going to each of the other nodes, in words.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Obstacles { get; init; } = ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;

    /// <summary>Volumes on local storage; a live migration copies them only on request.</summary>
    public IReadOnlyList<string> LocalDisks { get; init; } = [];

    /// <summary>Devices of the host that the guest uses.</summary>
    public IReadOnlyList<string> LocalResources { get; init; } = [];

    /// <summary>Devices the guest uses through mappings of the cluster.</summary>
    public IReadOnlyList<string> MappedResources { get; init; } = [];

    /// <summary>Guests that high availability moves along.</summary>
    public IReadOnlyList<string> DependentHaResources { get; init; } = [];

    internal static MigrationPreconditions Of(NodesQemuMigrationPreconditionsResult result) => new()
    {
        IsRunning = result.Running,
        AllowedNodes = result.AllowedNodes,
        Obstacles = ReadObstacles(result.NotAllowedNodes?.Extra),
        LocalDisks = [.. result.LocalDisks.Select(static disk => disk.Volid)],
        LocalResources = result.LocalResources,
        MappedResources = result.MappedResources,
        DependentHaResources = result.DependentHaResources,
    };

    internal static MigrationPreconditions Of(NodesLxcMigrationPreconditionsResult result) => new()
    {
        IsRunning = result.Running,
        AllowedNodes = result.AllowedNodes,
        Obstacles = ReadObstacles(result.NotAllowedNodes?.Extra),
        DependentHaResources = result.DependentHaResources,
    };

    // Proxmox: the member is an object by node, whatever the schema says.
    private static Dictionary<string, IReadOnlyList<string>> ReadObstacles(IReadOnlyDictionary<string, JsonElement>? nodes)
    {
        Dictionary<string, IReadOnlyList<string>> obstacles = new(StringComparer.Ordinal);
        foreach ((string node, JsonElement reasons) in nodes ?? ReadOnlyDictionary<string, JsonElement>.Empty)
        {
            obstacles[node] = reasons.ValueKind == JsonValueKind.Object ? [.. reasons.EnumerateObject().Select(Describe)] : [reasons.ToString()];
        }

        return obstacles;
    }

    private static string Describe(JsonProperty reason)
    {
        IEnumerable<string> items = reason.Value.ValueKind == JsonValueKind.Array
            ? reason.Value.EnumerateArray().Select(static item =>
                item.ValueKind == JsonValueKind.Object && item.TryGetProperty("sid", out JsonElement sid) ? sid.ToString() : item.ToString())
            : [reason.Value.ToString()];
        return $"{reason.Name.Replace('_', ' ').Replace('-', ' ')}: {string.Join(", ", items)}";
    }
}
