namespace ProxSharp.Conformance.Tests;

/// <summary>The reads whose answers look different, and why.</summary>
internal static class KnownShapes
{
    private const string NotSet = "the options that are missing are not set";
    private const string Expired = "the recorded ticket has expired";

    public static readonly IReadOnlyDictionary<string, string> Reasons = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["access_users_{userid}"] = "the tokens that are missing a comment have none",
        ["cluster_ceph_metadata"] = "no Ceph is installed",
        ["cluster_config_join"] = "a hand-made cluster configuration was recorded",
        ["cluster_firewall_options"] = NotSet,
        ["cluster_ha_status_manager_status"] = "a hand-made status was recorded",
        ["cluster_options"] = NotSet,
        ["nodes_{node}_apt_versions"] = "the recorded server has no kernel of its own that could run, and its manager is no package",
        ["nodes_{node}_disks_list"] = "the simulated disks tell how worn they are",
        ["nodes_{node}_disks_smart"] = "the recorded disk is another one",
        ["nodes_{node}_firewall_options"] = NotSet,
        ["nodes_{node}_lxc_{vmid}_firewall_options"] = NotSet,
        ["nodes_{node}_lxc_{vmid}_snapshot_{snapname}_config"] = "volumes in the raw format take no snapshots",
        ["nodes_{node}_lxc_{vmid}_vncwebsocket"] = Expired,
        ["nodes_{node}_qemu_{vmid}_agent_exec-status"] = "the process that was asked for has its own number",
        ["nodes_{node}_qemu_{vmid}_firewall_options"] = NotSet,
        ["nodes_{node}_qemu_{vmid}_snapshot_{snapname}_config"] = NotSet,
        ["nodes_{node}_qemu_{vmid}_vncwebsocket"] = Expired,
        ["nodes_{node}_scan_pbs"] = "the recorded fingerprint was shortened",
        ["nodes_{node}_vncwebsocket"] = Expired,
        ["nodes_{node}_vzdump_extractconfig"] = "the recorded backup is another one",
        ["version"] = "only servers that prefer a console say so",
    };
}
