namespace ProxSharp.Conformance.Tests;

/// <summary>The samples that the simulator answers differently, and why.</summary>
internal static class KnownDifferences
{
    private const string Pending = "not simulated yet";

    public static readonly IReadOnlyDictionary<string, string> Reasons = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["163-termproxy"] = "the recorded server has no terminal program; the simulator opens a terminal",
        ["179-vzdump-vm-fails-log"] = "backups of machines fail on the recorded server, whose QEMU lacks the vendor's patches",
        ["209-storage-content"] = "the recorded server's tools cannot look into the disk of a running machine",
        ["278-backup-job-create"] = "a folder is missing on the recorded server",
        ["286-ha-list"] = Pending,
        ["287-ha-status"] = Pending,
        ["289-ha-groups-gone"] = Pending,
        ["291-ha-rule-list"] = Pending,
        ["309-sdn-zone-inuse"] = Pending,
        ["311-sdn-zone-delete"] = Pending,
        ["318-replication-fails"] = Pending,
        ["319-acme-tos-offline"] = "the recorded server cannot reach the certificate authority",
        ["338-node-network"] = "the bridge of the recorded server is not up",
        ["339-node-disks"] = "the recorded server runs in a container without disks",
        ["341-node-apt-repos"] = Pending,
        ["346-node-netstat"] = "the recorded server cannot make network devices for its guests",
        ["349-node-journal"] = "the recorded server has no journal",
        ["355-network-changes"] = "the bridge of the recorded server is not up",
        ["366-node-shell-termproxy"] = "the recorded server has no terminal program; the simulator opens a terminal",
        ["603-nextid-other"] = "the recorded server has a configuration file of a node that is no member; no call makes one",
        ["722-missing--cluster-replication-100-0"] = Pending,
    };
}
