using ProxSharp.Api;
using ProxSharp.Operations;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>
/// Tells which calls a person is asked about before they are sent, and what the question says. The classes come from the catalogue of operations, so that
/// verbs and <c>prox api</c> ask about the same calls. Pure.
/// </summary>
internal static class Asking
{
    /// <summary>What is said about a call that nothing more is known of.</summary>
    public const string NoWayBack = "There is no way back.";

    private const string NoCopy = "prox keeps no copy of its settings.";

    private const string StopService = "POST /nodes/{node}/services/{service}/stop";

    private const string StopCeph = "POST /nodes/{node}/ceph/stop";

    private const string NoStorage = "Without enough monitors and OSDs on other nodes the storage of the whole cluster stands still.";

    private const string UserToken = "/access/users/{userid}/token/{tokenid}";

    private const string BackupUserToken = "/access/users/{userid}/token/{token-name}";

    private const string SetFlags = "PUT /cluster/ceph/flags";

    private const string SetFlag = "PUT /cluster/ceph/flags/{flag}";

    private const string RestartService = "POST /nodes/{node}/services/{service}/restart";

    // Proxmox: a service that has nothing to reload is restarted.
    private const string ReloadService = "POST /nodes/{node}/services/{service}/reload";

    private const string WithoutCluster = " A node without corosync or pve-cluster leaves its cluster, and high availability resets it.";

    private const string SnapshotGoes = "The guest itself stays as it is; nobody can go back to the snapshot any more.";

    // A DELETE there only stops or unlocks something.
    private static readonly HashSet<string> s_releases = new(StringComparer.Ordinal) { "/cluster/sdn/lock", "/nodes/{node}/tasks/{upid}" };

    /// <summary>Calls that lose nothing, but stop or suspend many guests at once: whom, which where none is named, and what comes of it.</summary>
    private static readonly Dictionary<string, ManyGuests> s_many = new(StringComparer.Ordinal)
    {
        ["POST /nodes/{node}/stopall"] = new("guests", "on the node", "are shut down; those that do not obey are stopped."),
        ["POST /nodes/{node}/suspendall"] = new("virtual machines", "on the node", "are suspended."),
        ["POST /cluster/bulk-action/guest/shutdown"] = new("guests", "of the cluster", "are shut down."),
        ["POST /cluster/bulk-action/guest/suspend"] = new("virtual machines", "of the cluster", "are suspended."),
    };

    /// <summary>Calls that lose nothing of guests, but leave many alone, may cut a node off or drop what somebody has written; and what they do.</summary>
    private static readonly Dictionary<string, string> s_wide = new(StringComparer.Ordinal)
    {
        ["POST /cluster/ha/status/disarm-ha"] = "Until HA is armed again, no guest is started elsewhere when its node fails.",
        [StopCeph] = $"All Ceph services on the node stop. {NoStorage}",
        [StopService] = "What the service does is not done until it is started again. Without its proxy nobody reaches the server this way to start anything.",
        ["DELETE /nodes/{node}/network"] = "The changes of the network that wait are dropped, whoever made them.",
        ["POST /cluster/config/join"] = "The node gives up its own storages, users, jobs and certificates, and takes those of the cluster. There is no way back.",
        ["PUT /nodes/{node}/network"] = "The changes of the network that wait are made now. If they are wrong, the node cannot be reached any more.",
    };

    private static readonly Dictionary<string, string> s_effects = new(StringComparer.Ordinal)
    {
        ["POST /nodes/{node}/qemu/{vmid}/snapshot/{snapname}/rollback"] = "What came after the snapshot is lost.",
        ["POST /nodes/{node}/lxc/{vmid}/snapshot/{snapname}/rollback"] = "What came after the snapshot is lost.",
        ["DELETE /nodes/{node}/qemu/{vmid}/snapshot/{snapname}"] = SnapshotGoes,
        ["DELETE /nodes/{node}/lxc/{vmid}/snapshot/{snapname}"] = SnapshotGoes,
        ["POST /nodes/{node}/qemu/{vmid}/template"] = "A template never becomes a virtual machine again.",
        ["POST /nodes/{node}/lxc/{vmid}/template"] = "A template never becomes a container again.",
        ["POST /nodes/{node}/qemu/{vmid}/move_disk"] = "The disk at the old place is removed when it has been copied.",
        ["POST /nodes/{node}/lxc/{vmid}/move_volume"] = "The volume at the old place is removed when it has been copied.",
    };

    // What comes of a parameter, where that is not plain from its name.
    private static readonly Dictionary<string, string> s_losses = new(StringComparer.Ordinal)
    {
        ["prune-backups"] = "Backups that 'prune-backups' does not keep are deleted.",
        ["remove-vanished"] = "Backups that are no longer at the source are deleted here, too.",
    };

    /// <summary>Returns what the catalogue knows about a call.</summary>
    public static OperationEntry Find(ProxmoxProduct product, ApiMethod method, string template) => OperationCatalogue.For(product).Find(method, template);

    /// <summary>
    /// Tells whether a person is asked about a call: one that loses data, removes something that would have to be made anew, or hits many guests.
    /// </summary>
    /// <param name="operation">What is known about it.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="path">Its path.</param>
    public static bool IsNeeded(OperationEntry operation, ApiParameters parameters, string path) =>
        IsAlwaysNeeded(operation) || operation.Destroys(parameters) || IsWorse(operation, parameters, path);

    /// <summary>Tells whether a person is asked whatever the parameters are.</summary>
    public static bool IsAlwaysNeeded(OperationEntry operation) =>
        operation.Class == OperationClass.Destructive || IsRemoval(operation) || s_wide.ContainsKey(operation.ToString()) || s_many.ContainsKey(operation.ToString());

    /// <summary>Tells whether a person may be asked, depending on the parameters.</summary>
    public static bool IsPossible(OperationEntry operation) => IsAlwaysNeeded(operation) || operation.CanDestroy || IsFlag(operation) || IsToken(operation)
        || operation.ToString() is RestartService or ReloadService || NodeBatch.IsOne(operation);

    /// <summary>Says what comes of a call, in a sentence.</summary>
    /// <param name="product">The product.</param>
    /// <param name="operation">What is known about it.</param>
    /// <param name="parameters">Its parameters.</param>
    public static string Effect(ProxmoxProduct product, OperationEntry operation, ApiParameters parameters)
    {
        string name = operation.ToString();
        if (name == "POST /nodes/{node}/status")
        {
            return Power(product, parameters.Any(static parameter => parameter is { Name: "command", Text: "reboot" }));
        }

        if (IsFlag(operation))
        {
            return "All reads and writes of clients stop until the flag is cleared: guests with disks on Ceph stand still.";
        }

        if (name == StopCeph && parameters.Find("service") is { Length: > 0 } and not ("ceph" or "ceph.target"))
        {
            return $"What the service does is not done until it is started again. {NoStorage}";
        }

        if (name == "PUT /nodes/{node}/qemu/{vmid}/unlink")
        {
            return Unlinked(parameters);
        }

        if (s_many.TryGetValue(name, out ManyGuests? many))
        {
            return parameters.Find("vms") is { Length: > 0 } ? $"The {many.Whom} named {many.What}" : $"All {many.Whom} {many.Which} {many.What}";
        }

        if (s_wide.TryGetValue(name, out string? effect) || s_effects.TryGetValue(name, out effect))
        {
            return name == StopService && product == ProxmoxProduct.VirtualEnvironment ? effect + WithoutCluster : effect;
        }

        return Depending(operation, parameters) ?? Loss(operation, parameters);
    }

    private static string? Depending(OperationEntry operation, ApiParameters parameters) => operation.ToString() switch
    {
        RestartService or ReloadService => $"The service stops and starts again.{WithoutCluster}",
        _ when IsToken(operation) && GivesSecret(parameters) => "The present secret of the token is void at once: whoever logs in with it is shut out until it has the new one.",
        _ => null,
    };

    private static string Loss(OperationEntry operation, ApiParameters parameters)
    {
        if (operation.Class == OperationClass.Destructive || !operation.Destroys(parameters))
        {
            return operation.Class != OperationClass.Destructive && IsRemoval(operation) ? NoCopy : NoWayBack;
        }

        return operation.Losing(parameters) switch
        {
            [] => NoWayBack,
            [{ } only] when s_losses.TryGetValue(only, out string? loss) => loss,
            var names => $"What {string.Join(", ", names.Select(static parameter => $"'{parameter}'"))} may take away does not come back.",
        };
    }

    private static bool IsRemoval(OperationEntry operation) => operation.Method == ApiMethod.Delete && operation.Class != OperationClass.Read
        && !s_releases.Contains(operation.Path);

    private static bool IsFlag(OperationEntry operation) => operation.ToString() is SetFlags or SetFlag;

    private static bool IsToken(OperationEntry operation) => operation.Method == ApiMethod.Put && operation.Path is UserToken or BackupUserToken;

    private static bool GivesSecret(ApiParameters parameters) => IsOn(parameters.Find("regenerate"));

    // Of the flags of Ceph one stops all that clients do, and without two of the services a node is out of its cluster.
    private static bool IsWorse(OperationEntry operation, ApiParameters parameters, string path) => operation.ToString() switch
    {
        SetFlags => IsOn(parameters.Find("pause")),
        SetFlag => LastBut(path, 0) == "pause" && IsOn(parameters.Find("value")),
        RestartService or ReloadService => LastBut(path, 1) is "corosync" or "corosync.service" or "pve-cluster" or "pve-cluster.service",
        _ => IsToken(operation) && GivesSecret(parameters),
    };

    private static string LastBut(string path, int count) => Uri.UnescapeDataString(path.Split('/') is { } parts && parts.Length > count ? parts[^(count + 1)] : "");

    private static bool IsOn(string? value) => value?.ToLowerInvariant() is "1" or "true" or "on" or "yes";

    private static string Unlinked(ApiParameters parameters)
    {
        string disks = string.Join(", ", ItemLists.Split(parameters.Find("idlist") ?? ""));
        return IsOn(parameters.Find("force"))
            ? $"All that is on {disks} is deleted."
            : $"{disks}: taken out and kept as unused; what is unused already is deleted with all that is on it.";
    }

    private static string Power(ProxmoxProduct product, bool isReboot) => (product, isReboot) switch
    {
        (ProxmoxProduct.BackupServer, true) => "Backups and restores that run break off; the server comes back by itself.",
        (ProxmoxProduct.BackupServer, false) => "Backups and restores that run break off; somebody has to switch the server on again.",
        (_, true) => "All guests on the node stop; those that start at boot come back with it.",
        _ => "All guests on the node stop; somebody has to switch it on again.",
    };

    private sealed record ManyGuests(string Whom, string Which, string What);
}
