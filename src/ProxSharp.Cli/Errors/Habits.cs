namespace ProxSharp.Cli.Errors;

/// <summary>What people who know other tools type, and what it is called here. Data and a look-up.</summary>
internal static class Habits
{
    /// <summary>Any word: what stands there is a name or a number.</summary>
    private const string Any = "*";

    /// <summary>Programs of the servers and the words in their place.</summary>
    public static readonly IReadOnlyDictionary<string, string> Programs = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["qm"] = "vm",
        ["pct"] = "ct",
        ["pvesm"] = "storage",
        ["pvesh"] = "api",
        ["pveum"] = "access",
        ["pvecm"] = "cluster",
        ["pvenode"] = "node",
        ["pvesr"] = "replication",
        ["pveceph"] = "ceph",
        ["ha-manager"] = "ha",
        ["vzdump"] = "guest backup",
        ["pveversion"] = "cluster version",
        ["proxmox-backup-manager"] = "pbs",
        ["proxmox-backup-client"] = "backup",
        ["proxmox-tape"] = "tape",
        ["qemu"] = "vm",
        ["lxc"] = "ct",
    };

    /// <summary>Words and the command that is meant; what follows in capitals is to be filled in.</summary>
    public static readonly IReadOnlyList<Habit> All =
    [
        .. Guest("vm"),
        .. Guest("ct"),
        new("vm cloudinit update", "vm cloudinit regenerate"),
        new("vm guest", "vm agent"),
        new("vm exec", "vm agent exec", "GUEST -- PROGRAM"),
        new("vm importdisk", "vm set", "GUEST --scsi1 STORAGE:0,import-from=VOLUME"),
        new("vm import", "vm create", "--scsi0 STORAGE:0,import-from=VOLUME"),
        new("vm disk import", "vm set", "GUEST --scsi1 STORAGE:0,import-from=VOLUME"),
        new("vm disk unlink", "vm unlink"),
        new("vm showcmd", "", "the API does not tell the command line of QEMU: run qm showcmd on the node"),
        new("ct enter", "ct console"),
        new("ct exec", "ct console", "GUEST < COMMANDS"),
        new("ct push", "", "the API does not reach into containers: run pct push on the node"),
        new("ct pull", "", "the API does not reach into containers: run pct pull on the node"),
        new("ct df", "ct show"),
        new("ct fsck", "", "the API has no such call: run pct fsck on the node"),
        new("storage status", "storage list"),
        new("storage add", "storage create"),
        new("storage remove", "storage delete"),
        new("storage rm", "storage delete"),
        new("storage scan", "node scan"),
        new("storage prune-backups", "storage prune"),
        new("storage alloc", "storage content create"),
        new("storage free", "storage content delete"),
        new("storage path", "storage content show"),
        new("storage content upload", "storage upload", "STORAGE --content iso --filename @FILE"),
        new("storage content *", "storage content list", "STORAGE"),
        new("access passwd", "access password"),
        new("access ticket", "access login ticket"),
        new("access acl modify", "access acl set"),
        new("access acl list", "access acl show"),
        new("access acl delete", "access acl set", "... --delete"),
        new("access user permissions", "access permissions", "--userid USER"),
        new("access user token permissions", "access permissions", "--userid USER!TOKEN"),
        .. Managed("access user"),
        .. Managed("access user token"),
        .. Managed("access group"),
        .. Managed("access role"),
        .. Managed("access realm"),
        new("pool add", "", "a new pool: prox pool create POOL; guests into one: prox pool set POOL --vms 100,101"),
        new("pool modify", "pool set"),
        new("pool remove", "pool delete"),
        new("node reboot", "node power", "NODE --command reboot"),
        new("node shutdown", "node power", "NODE --command shutdown"),
        new("node status", "node show"),
        new("node task", "task list", "--node NODE"),
        new("node console", "console", "NODE"),
        new("node shell", "console", "NODE"),
        new("context delete", "context remove"),
        new("context create", "context add"),
        new("context switch", "context use"),
        new("context set", "context use"),
        new("context pin", "context trust", "NAME SHA256"),
        new("datastore status", "datastore show"),
        new("datastore gc *", "datastore gc start", "DATASTORE"),
        new("pbs datastore", "datastore"),
        new("pbs user", "pbs access user"),
        new("pbs acl", "pbs access acl"),
        new("pbs garbage-collection", "datastore gc"),
        new("pbs cert", "pbs node certificates"),
        new("job list", "", "backup jobs: prox backup-job list; others: prox replication list, prox job realm-sync list"),
        new("backup-job run", "guest backup"),
        new("cluster nodes", "node list"),
        new("cluster create", "cluster membership create"),
        new("cluster add", "cluster membership join"),
        new("cluster delnode", "cluster membership delete"),
        new("ha add", "ha resource create"),
        new("ha remove", "ha resource delete"),
        new("ha set", "ha resource set"),
        new("ha migrate", "ha resource migrate"),
        new("ha relocate", "ha resource relocate"),
        new("ha config", "ha resource list"),
        new("ha rules", "ha rule"),
        new("api usage", "api describe"),
        new("ls", "guest list"),
        new("ps", "guest list"),
        new("snapshot", "vm snapshot"),
        new("snapshot ls", "vm snapshot list"),
        new("snapshot list", "vm snapshot list"),
        new("status", "cluster status"),
        new("vms", "vm list"),
        new("nodes", "node list"),
        new("tasks", "task list"),
        new("user", "access user"),
        new("acl", "access acl"),
    ];

    /// <summary>Finds what was meant; null if nobody is known to type this.</summary>
    /// <param name="words">The words that were typed, those of commands that exist among them.</param>
    /// <param name="takesAny">True if a name or number may stand where a word was expected.</param>
    public static string? Find(IReadOnlyList<string> words, bool takesAny)
    {
        if (words.Count > 0 && Programs.TryGetValue(words[0], out string? place))
        {
            string known = $"'{words[0]}' is 'prox {place}' here";
            string[] moved = [.. place.Split(' '), .. words.Skip(1)];
            return Advice(moved, takesAny) is { } more ? $"{known}: {more}" : $"{known}. Run: prox {place} --help";
        }

        return Advice(words, takesAny) is { } advice ? char.ToUpperInvariant(advice[0]) + advice[1..] : null;
    }

    private static string? Advice(IReadOnlyList<string> words, bool takesAny)
    {
        Habit? habit = All
            .Where(habit => takesAny || !habit.Typed.Contains(Any, StringComparison.Ordinal))
            .Where(habit => Begins(words, habit.Typed.Split(' ')))
            .MaxBy(static habit => (habit.Typed.Split(' ').Length, !habit.Typed.Contains(Any, StringComparison.Ordinal)));
        return habit is null ? null
            : habit.Command.Length == 0 ? habit.More
            : $"that is '{$"prox {habit.Command} {habit.More}".TrimEnd()}'. Run: prox {habit.Command} --help";
    }

    private static bool Begins(IReadOnlyList<string> words, string[] typed) =>
        words.Count >= typed.Length && typed.Index().All(word => word.Item == Any || word.Item == words[word.Index]);

    private static IEnumerable<Habit> Guest(string noun) =>
    [
        new($"{noun} status", $"{noun} show"),
        new($"{noun} info", $"{noun} show"),
        new($"{noun} get", $"{noun} show"),
        new($"{noun} ls", $"{noun} list"),
        new($"{noun} rm", $"{noun} delete"),
        new($"{noun} remove", $"{noun} delete"),
        new($"{noun} edit", $"{noun} set"),
        new($"{noun} terminal", $"{noun} console"),
        new($"{noun} rollback", $"{noun} snapshot rollback"),
        new($"{noun} listsnapshot", $"{noun} snapshot list"),
        new($"{noun} delsnapshot", $"{noun} snapshot delete"),
        new($"{noun} snapshot ls", $"{noun} snapshot list"),
        new($"{noun} snapshot rm", $"{noun} snapshot delete"),
        new($"{noun} snapshot *", $"{noun} snapshot create", "GUEST NAME"),
        new($"{noun} unlock", $"{noun} set", "GUEST --delete lock --skiplock"),
        new($"{noun} disk resize", $"{noun} resize"),
        new($"{noun} disk move", $"{noun} move-disk"),
        new($"{noun} rescan", "", $"the API has no such call: run {(noun == "vm" ? "qm" : "pct")} rescan on the node"),
        new($"{noun} nextid", "cluster nextid"),
    ];

    private static IEnumerable<Habit> Managed(string noun) =>
    [
        new($"{noun} add", $"{noun} create"),
        new($"{noun} modify", $"{noun} set"),
        new($"{noun} remove", $"{noun} delete"),
    ];
}
