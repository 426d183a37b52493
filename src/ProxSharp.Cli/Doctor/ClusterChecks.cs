using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Output;

namespace ProxSharp.Cli.Doctor;

/// <summary>What is not well in a cluster.</summary>
internal static class ClusterChecks
{
    private const double Full = 0.9;

    /// <summary>Makes the checks.</summary>
    public static async IAsyncEnumerable<Finding> RunAsync(ServerSession session, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (JsonElement status, Finding? noStatus) = await Checks.ReadListAsync(session, "cluster", "/cluster/status", cancellationToken).ConfigureAwait(false);
        yield return noStatus ?? Quorum(status);
        (JsonElement resources, Finding? noResources) = await Checks.ReadListAsync(
            session, "cluster", "/cluster/resources", cancellationToken).ConfigureAwait(false);
        if (noResources is not null)
        {
            yield return noResources;
            yield break;
        }

        foreach (Finding finding in Nodes(resources).Concat(Storages(resources)).Concat(Guests(resources)))
        {
            yield return finding;
        }

        (JsonElement missing, Finding? noJobs) = await Checks.ReadListAsync(
            session, "backups", "/cluster/backup-info/not-backed-up", cancellationToken).ConfigureAwait(false);
        yield return noJobs ?? Backups(missing, resources);
    }

    private static Finding Quorum(JsonElement status)
    {
        JsonElement cluster = status.EnumerateArray().FirstOrDefault(static item => Text(item, "type") == "cluster");
        if (cluster.ValueKind != JsonValueKind.Object)
        {
            return new Finding("cluster", FindingState.Ok, "a single node, no cluster");
        }

        return Text(cluster, "quorate") == "1"
            ? new Finding("cluster", FindingState.Ok, $"'{Text(cluster, "name")}' of {Text(cluster, "nodes")} nodes has its quorum")
            : new Finding("cluster", FindingState.Failure, $"'{Text(cluster, "name")}' has no quorum: nothing can be changed", "On a node: pvecm status");
    }

    private static IEnumerable<Finding> Nodes(JsonElement resources) => resources.EnumerateArray()
        .Where(static item => Text(item, "type") == "node" && Text(item, "status") != "online")
        .Select(static node => new Finding(
            "node",
            FindingState.Failure,
            $"{Text(node, "node")} is {Text(node, "status")}",
            "Look at its network, then: systemctl status pve-cluster pvestatd"));

    private static IEnumerable<Finding> Storages(JsonElement resources)
    {
        foreach (JsonElement storage in resources.EnumerateArray().Where(static item => Text(item, "type") == "storage"))
        {
            string name = $"{Text(storage, "storage")} on {Text(storage, "node")}";
            (double used, double most) = (Number(storage, "disk"), Number(storage, "maxdisk"));
            if (Text(storage, "status") is not ("available" or ""))
            {
                yield return new Finding(
                    "storage",
                    FindingState.Warning,
                    $"{name} is {Text(storage, "status")}",
                    PrintedCommands.Of("storage", "show", Text(storage, "storage"), "--node", Text(storage, "node")));
            }
            else if (most > 0 && used / most > Full)
            {
                yield return new Finding(
                    "storage",
                    FindingState.Warning,
                    string.Create(CultureInfo.InvariantCulture, $"{name} is {used / most * 100:0} % full ({ValueRenderer.Bytes(most - used)} left)"),
                    PrintedCommands.Of("storage", "content", "list", Text(storage, "storage"), "--sort", "-size"));
            }
        }
    }

    private static IEnumerable<Finding> Guests(JsonElement resources) => resources.EnumerateArray()
        .Where(static item => Text(item, "type") is "qemu" or "lxc" && Text(item, "lock").Length > 0)
        .Select(static guest => new Finding(
            "guest",
            FindingState.Info,
            $"{Text(guest, "vmid")} ({Text(guest, "name")}) is locked: {Text(guest, "lock")}",
            $"If no task runs (prox task list --running): qm unlock {Text(guest, "vmid")}"));

    // The list has templates too, which are no guests that somebody works on.
    private static Finding Backups(JsonElement missing, JsonElement resources)
    {
        HashSet<string> templates = [.. resources.EnumerateArray().Where(static item => Text(item, "template") == "1").Select(static item => Text(item, "vmid"))];
        int count = missing.EnumerateArray().Count(guest => !templates.Contains(Text(guest, "vmid")));
        return count == 0
            ? new Finding("backups", FindingState.Ok, "every guest is in a backup job")
            : new Finding(
                "backups",
                FindingState.Warning,
                string.Create(CultureInfo.InvariantCulture, $"{count} guests are in no backup job"),
                "prox backup-job not-backed-up");
    }

    private static double Number(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;

    private static string Text(JsonElement item, string name) => item.TryGetProperty(name, out JsonElement value) ? value.ToString() : "";
}
