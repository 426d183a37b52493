using System.Text.RegularExpressions;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Agents;

/// <summary>Where an agent's token gets which roles.</summary>
/// <param name="Paths">Where an operator may change things.</param>
/// <param name="Storages">The storages that it may put backups and disks on.</param>
/// <param name="Networks">The bridges that it may connect guests to, and vnets behind their zone.</param>
internal sealed record AgentScope(IReadOnlyList<string> Paths, IReadOnlyList<string> Storages, IReadOnlyList<string> Networks)
{
    // Both are built in, and read what they give the use of.
    private const string StorageRole = "PVEDatastoreUser";
    private const string NetworkRole = "PVESDNUser";

    /// <summary>Reads what was typed.</summary>
    /// <exception cref="CliException">The server takes none of that as a path of its access control list, or the role has no use for it.</exception>
    public static AgentScope Parse(
        AgentRole role, bool isBackup, IReadOnlyList<string> paths, IReadOnlyList<string> storages, IReadOnlyList<string> networks)
    {
        if (role == AgentRole.Reader && paths.Count + storages.Count + networks.Count > 0)
        {
            throw CliException.Usage("A reader reads everything: --path, --storage and --bridge are for operators", "Leave them out, or take --role operator");
        }

        if (isBackup && storages.Count + networks.Count > 0)
        {
            throw CliException.Usage("A backup server has datastores: --storage and --bridge are for Proxmox VE", "Write --path /datastore/NAME");
        }

        foreach (string storage in storages)
        {
            Demand(StoragePattern.IsMatch(storage), "--storage", storage, "Give the name of a storage: local, ceph");
        }

        foreach (string network in networks)
        {
            Demand(NetworkPattern.IsMatch(network), "--bridge", network, "Give the name of a bridge: vmbr0; a vnet behind its zone: lan/vnet1");
        }

        string[] clean = [.. paths.Select(path => Clean(path, isBackup)).Distinct(StringComparer.Ordinal)];
        return new AgentScope(
            clean.Length > 0 ? clean : ["/"], [.. storages.Distinct(StringComparer.Ordinal)], [.. networks.Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>The entries of the access control list, the highest first.</summary>
    /// <remarks>Proxmox: what is granted on a path takes the place of what is granted above it, so reading is granted again where more is.</remarks>
    public IEnumerable<AgentEntry> Entries(AgentRole role, bool isBackup)
    {
        string reader = Name(AgentRole.Reader, isBackup);
        if (role == AgentRole.Reader)
        {
            return [new AgentEntry("/", [reader])];
        }

        string[] both = [reader, Name(role, isBackup)];
        return
        [
            new AgentEntry("/", Paths.Contains("/") ? both : [reader]),
            .. Paths.Where(static path => path != "/").Select(path => new AgentEntry(path, both)),
            .. Storages.Select(static name => $"/storage/{name}").Except(Paths).Select(static path => new AgentEntry(path, [StorageRole])),
            .. Networks.Select(NetworkPath).Except(Paths).Select(static path => new AgentEntry(path, [NetworkRole])),
        ];
    }

    /// <summary>What an operator of guests will miss, in words.</summary>
    public IEnumerable<string> Limits()
    {
        if (Paths.Contains("/"))
        {
            yield break;
        }

        if (Storages.Count == 0 && !Paths.Any(static path => path.StartsWith("/storage", StringComparison.Ordinal)))
        {
            yield return "It cannot back guests up or make disks: that needs Datastore.AllocateSpace on the storage. --storage NAME gives it; a pool among the "
                + "paths gives it for the storages in the pool.";
        }

        if (Networks.Count == 0 && !Paths.Any(static path => path.StartsWith("/sdn", StringComparison.Ordinal)))
        {
            yield return "It cannot change network devices: since Proxmox VE 8 that needs SDN.Use on the bridge. --bridge NAME gives it.";
        }
    }

    private static string NetworkPath(string name) =>
        name.Contains('/', StringComparison.Ordinal) ? $"/sdn/zones/{name}" : $"/sdn/zones/localnetwork/{name}";

    private static string Name(AgentRole role, bool isBackup) => isBackup ? role.PbsRole : role.PveRole;

    private static string Clean(string path, bool isBackup)
    {
        string clean = "/" + string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries));
        Demand(
            path.StartsWith('/') && (isBackup ? BackupPattern : PathPattern).IsMatch(clean),
            "--path",
            path,
            isBackup ? "Write /, /datastore/NAME, or /datastore/NAME/NAMESPACE" : "Write /, /vms/NUMBER, /pool/NAME, /storage/NAME, or /sdn/zones/ZONE");
        return clean;
    }

    private static void Demand(bool isRight, string option, string value, string hint)
    {
        if (!isRight)
        {
            throw CliException.Usage($"{option} {value} is nothing that an operator could get rights on", hint);
        }
    }

    private static Regex PathPattern => field ??= new(
        """
        \A(?:/|/vms(?:/[1-9][0-9]{2,8})?|/pool(?:/[\w.-]+){0,3}|/storage(?:/[\w.-]+)?|/sdn/zones(?:/[\w.-]+(?:/[\w.-]+(?:/[1-9][0-9]{0,3})?)?)?)\z
        """);

    private static Regex BackupPattern => field ??= new(@"\A(?:/|/datastore(?:/[\w.-]+){0,8})\z");

    private static Regex StoragePattern => field ??= new(@"\A[A-Za-z][A-Za-z0-9._-]*\z");

    private static Regex NetworkPattern => field ??= new(@"\A[A-Za-z][\w.-]*(?:/[A-Za-z]\w*)?\z");
}
