using System.Text.RegularExpressions;
using ProxSharp.Api;
using ProxSharp.Ids;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds the guests that the parameters of a call name by number.</summary>
internal static partial class GuestNames
{
    public static string[] Split(string list) => ItemLists.Split(list);

    /// <summary>True for a call whose path names a guest.</summary>
    public static bool IsInPath(PlannedCall call) => GuestPath.IsMatch(call.Path);

    /// <summary>True for a call on the configuration of a guest itself, as that of its parts and snapshots is not.</summary>
    public static bool IsConfig(PlannedCall call) => IsInPath(call) && call.Path.EndsWith("/{vmid}/config", StringComparison.Ordinal);

    /// <summary>The path of a call, without the node where it is about a guest: a guest that was moved is the same.</summary>
    public static string PathOnAnyNode(PlannedCall call)
    {
        string path = call.ConcretePath;
        return IsInPath(call) ? path[path.IndexOf('/', "/nodes/".Length)..] : path;
    }

    /// <summary>The numbers behind resources of high availability, such as <c>vm:100,ct:101</c>.</summary>
    public static IEnumerable<string> OfHaResources(string list) =>
        Split(list).Select(static sid => HaResource.Match(sid).Groups["vmid"].Value).Where(static vmid => vmid.Length > 0);

    /// <summary>The guests beside the one in the path, and beside those that the call makes.</summary>
    public static IEnumerable<TouchedGuest> NamedBy(PlannedCall call) => call.Parameters.SelectMany(parameter => Named(call, parameter));

    /// <summary>The numbers of the guests that a call names in its path, in its parameters, or makes.</summary>
    public static IEnumerable<string> NamedAnyhow(PlannedCall call)
    {
        IEnumerable<string> named = NamedBy(call).Select(static guest => guest.Vmid).Concat(NewGuests.MadeBy(call));
        return IsInPath(call) && call.Parameters.Find("vmid") is { } vmid ? named.Append(vmid) : named;
    }

    /// <summary>The guest whose backups a task of a backup server makes, reads or checks, such as <c>store1:vm/100</c>; null for none.</summary>
    public static int? OfBackupTask(PlannedCall call) =>
        call.Path == "/nodes/{node}/tasks/{upid}" && Upid.TryParse(call.Parameters.Find("upid"), out Upid task)
        && BackupGroup.Match(task.Id) is { Success: true } group
            ? Policies.PolicyTarget.GuestOf(group.Groups["type"].Value, group.Groups["vmid"].Value)
            : null;

    private static IEnumerable<TouchedGuest> Named(PlannedCall call, ApiParameter parameter)
    {
        bool isJob = call.Path.StartsWith("/cluster/backup", StringComparison.Ordinal);
        switch (parameter.Name)
        {
            case "vmid" when IsInPath(call) || NewGuests.MadeBy(call).Contains(parameter.Text):
            case "target-vmid" when call.Path.EndsWith("/remote_migrate", StringComparison.Ordinal):
                // Proxmox: the target of a remote migration is a number of another cluster.
                return [];
            case "vmid" or "vmids" or "vms" or "guest" or "target-vmid":
                return Numbers(Split(parameter.Text), isJob || call.Path.Contains("/storage/", StringComparison.Ordinal));
            case "sid":
                return Numbers(OfHaResources(parameter.Text), mayBeGone: false);
            case "resources" when call.Path.StartsWith("/cluster/ha/", StringComparison.Ordinal):
                return Numbers(OfHaResources(parameter.Text), mayBeGone: true);
            case "upid":
                return Upid.TryParse(parameter.Text, out Upid task) ? Numbers([task.Id], mayBeGone: true).Concat(VolumeOwners.InTask(task.Id)) : [];
            case "id" when call.Path.Contains("/replication", StringComparison.Ordinal):
                return Numbers(Split(parameter.Text).Select(static job => ReplicationJob.Match(job).Groups["vmid"].Value), mayBeGone: true);
            default:
                return [];
        }
    }

    private static IEnumerable<TouchedGuest> Numbers(IEnumerable<string> texts, bool mayBeGone) => texts
        .Where(static text => text.Length > 0 && text.All(char.IsAsciiDigit))
        .Select(text => new TouchedGuest(text, mayBeGone));

    private static Regex GuestPath => field ??= new(@"^/nodes/\{node\}/(qemu|lxc)/\{vmid\}");

    private static Regex HaResource => field ??= new("^(?:(?:vm|ct):)?(?<vmid>[0-9]+)$");

    private static Regex BackupGroup => field ??= new("[:/](?<type>vm|ct)/(?<vmid>[0-9]+)(?:$|/)");

    private static Regex ReplicationJob => field ??= new("^(?<vmid>[0-9]+)-[0-9]+$");
}
