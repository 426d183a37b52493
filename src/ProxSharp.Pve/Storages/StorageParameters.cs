using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Storages;

/// <summary>Writes the options that all kinds of storages share, and behind them those of the kind.</summary>
internal static class StorageParameters
{
    public static void Write(
        ApiParameters parameters,
        IEnumerable<StorageContent>? content,
        IEnumerable<NodeName>? nodes,
        bool? isShared,
        bool? isEnabled,
        PruneBackups? retention,
        BwLimit? bandwidthLimit,
        long? maxProtectedBackups,
        string? password,
        IReadOnlyDictionary<string, string> options)
    {
        parameters.Add("content", WireValues.Join(content));
        parameters.Add("nodes", WireValues.Join(nodes));
        parameters.Add("shared", isShared);
        parameters.Add("disable", !isEnabled);
        parameters.Add("prune-backups", retention);
        parameters.Add("bwlimit", bandwidthLimit);
        parameters.Add("max-protected-backups", maxProtectedBackups);
        parameters.Add("password", password);
        foreach ((string name, string value) in options.OrderBy(static option => option.Key, StringComparer.Ordinal))
        {
            parameters.Add(name, value);
        }
    }
}
