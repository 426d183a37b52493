namespace ProxSharp.Conformance.Tests;

/// <summary>The samples that the simulator answers differently, and why.</summary>
internal static class KnownDifferences
{
    private const string Pending = "not simulated yet";

    public static readonly IReadOnlyDictionary<string, string> Reasons = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["102-array-single"] = Pending,
        ["161-vncproxy"] = Pending,
        ["163-termproxy"] = "the recorded server has no terminal program; the simulator opens a terminal",
        ["179-vzdump-vm-fails-log"] = "backups of machines fail on the recorded server, whose QEMU lacks the vendor's patches",
        ["209-storage-content"] = "the recorded server's tools cannot look into the disk of a running machine",
        ["273-cluster-log"] = Pending,
        ["278-backup-job-create"] = "a folder is missing on the recorded server",
        ["282-backup-included"] = Pending,
        ["283-backup-not-backed-up"] = Pending,
        ["286-ha-list"] = Pending,
        ["287-ha-status"] = Pending,
        ["289-ha-groups-gone"] = Pending,
        ["291-ha-rule-list"] = Pending,
        ["305-fw-macros"] = Pending,
        ["309-sdn-zone-inuse"] = Pending,
        ["311-sdn-zone-delete"] = Pending,
        ["314-notif-get"] = Pending,
        ["317-mapping-dir-list"] = Pending,
        ["318-replication-fails"] = Pending,
        ["319-acme-tos-offline"] = "the recorded server cannot reach the certificate authority",
        ["331-node-time"] = Pending,
        ["333-node-services"] = Pending,
        ["334-node-service-state"] = Pending,
        ["337-node-hosts"] = Pending,
        ["338-node-network"] = Pending,
        ["339-node-disks"] = "the recorded server runs in a container without disks",
        ["341-node-apt-repos"] = Pending,
        ["346-node-netstat"] = "the recorded server cannot make network devices for its guests",
        ["349-node-journal"] = Pending,
        ["355-network-changes"] = Pending,
        ["359-hosts-digest"] = Pending,
        ["363-vm-rrddata"] = Pending,
        ["366-node-shell-termproxy"] = "the recorded server has no terminal program; the simulator opens a terminal",
        ["367-gzip"] = Pending,
        ["442-vncwebsocket"] = Pending,
        ["443-schedule-analyze2"] = Pending,
        ["446-backup-job-list2"] = Pending,
        ["449-backup-included2"] = Pending,
        ["534-proxy-cert-mismatch"] = Pending,
        ["535-proxy-unreachable"] = Pending,
        ["536-proxy-upload"] = Pending,
        ["543-services-restart"] = Pending,
        ["603-nextid-other"] = "the recorded server has a configuration file of a node that is no member; no call makes one",
        ["722-missing--cluster-replication-100-0"] = Pending,
        ["752-vncwebsocket-noupgrade"] = Pending,
        ["754-raw-ws-badversion"] = Pending,
    };
}
