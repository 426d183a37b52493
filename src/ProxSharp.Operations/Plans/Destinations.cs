using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds the nodes that a call moves or copies something to.</summary>
internal static partial class Destinations
{
    /// <summary>The nodes, each once. A group of high availability stands for its nodes, because it names them elsewhere.</summary>
    public static string[] Of(PlannedCall call) => [.. call.Others.SelectMany(parameter => Named(call, parameter)).Distinct(StringComparer.Ordinal)];

    private static IEnumerable<string> Named(PlannedCall call, ApiParameter parameter)
    {
        switch (parameter.Name)
        {
            case "target" when NodeInTarget.IsMatch(call.Path):
            case "target_node" or "target-node":
            case "node" when call.Path.StartsWith("/cluster/ha/", StringComparison.Ordinal):
                return ItemLists.Split(parameter.Text);
            case "nodes" when call.Path.StartsWith("/cluster/ha/", StringComparison.Ordinal):
                // Proxmox: a node of a list may have its priority behind a colon.
                return ItemLists.Split(parameter.Text).Select(static item => item.Split(':')[0]);
            case "group" when call.Path.StartsWith("/cluster/ha/resources", StringComparison.Ordinal):
                return [$"of the group {parameter.Text}"];
            default:
                return [];
        }
    }

    // Elsewhere a parameter of this name is a volume or a file.
    private static Regex NodeInTarget => field ??= new("/(migrate|clone|migrateall)$|^/cluster/replication$", RegexOptions.ExplicitCapture);
}
