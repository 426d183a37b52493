using System.Globalization;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.Nodes;
using ProxSharp.Simulator.Pbs;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Storage;

/// <summary>Which backups on a storage a retention setting keeps.</summary>
internal static class PruneMarks
{
    /// <summary>True if a rule such as <c>keep-all=1</c> removes nothing.</summary>
    public static bool KeepsAll(string rule) => DiskOptions.Get(rule, "keep-all") is "1" or "yes" or "true" or "on" || !rule.Contains("keep-", StringComparison.Ordinal);

    /// <summary><c>lxc</c> or <c>qemu</c>.</summary>
    public static string TypeOf(Volume volume) =>
        volume.Name.Contains("-lxc-", StringComparison.Ordinal) || volume.Name.Contains("/ct/", StringComparison.Ordinal) ? "lxc" : "qemu";

    /// <summary>The backups with <c>keep</c>, <c>remove</c> or <c>protected</c>, the oldest of each guest first.</summary>
    public static List<(Volume Volume, string Mark)> Of(PveState state, StorageDefinition storage, string node, string rule, int? vmid, string? type)
    {
        List<(Volume, string)> marks = [];
        IEnumerable<Volume> found = state.Volumes.Where(volume => volume.Storage == storage.Id && volume.Content == "backup" && (volume.Node is null || volume.Node == node)
            && (vmid is null || volume.VmId == vmid) && (type is null || TypeOf(volume) == type));
        TimeZoneInfo zone = NodeSettingsHandlers.ZoneOf(state, node);
        foreach (IGrouping<(string, int?), Volume> group in found.GroupBy(static volume => (TypeOf(volume), volume.VmId)))
        {
            Volume[] plain = [.. group.Where(static volume => !volume.IsProtected)];
            HashSet<Volume> kept = Retention.Keep(plain, static volume => volume.Created, name => KeepsAll(rule) ? null : Number(rule, name), zone);
            marks.AddRange(group.OrderBy(static volume => volume.Created).Select(volume => (volume, volume.IsProtected ? "protected" : kept.Contains(volume) ? "keep" : "remove")));
        }

        return marks;
    }

    private static long? Number(string rule, string name) => long.TryParse(DiskOptions.Get(rule, name), CultureInfo.InvariantCulture, out long value) ? value : null;
}
