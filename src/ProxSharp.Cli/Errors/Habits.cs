namespace ProxSharp.Cli.Errors;

/// <summary>What people who know other tools type, and what it is called here. Data and a look-up.</summary>
internal static class Habits
{
    /// <summary>Any word that says nothing of what is to be done: what stands there is a name or a number.</summary>
    private const string Any = "*";

    /// <summary>Any path: what begins with a slash. It is no word of the command.</summary>
    private const string Path = "/";

    private const string Maintenance = "over the API a node cannot be put into maintenance: run ha-manager crm-command node-maintenance enable NODE (or "
        + "disable NODE) on a node. Its guests are moved with: prox node migrateall NODE --target OTHER --all";

    // Names that people take the program for.
    private static readonly string[] s_guesses = ["pmx", "pve", "proxmox", "proxmox-ve"];

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
        ["pvesubscription"] = "node subscription",
        ["pvereport"] = "node report",
        ["pve-firewall"] = "firewall",
        ["qmrestore"] = "vm restore",
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
        .. Alone(),
        .. OldSpellings(),
        .. OldLines.OnNodes(),
        new(
            "vm unlock", "",
            "run qm unlock on the node; over the API only root@pam with its password may, and no token: prox vm set GUEST --delete lock --skiplock"),
        new("ct unlock", "", "the API cannot take the lock away: run pct unlock on the node"),
        new("vm move_disk", "vm move-disk"),
        new("vm moveDisk", "vm move-disk"),
        new("ct move_volume", "ct move-disk"),
        new("ct move-volume", "ct move-disk"),
        new("vm guest exec", "vm agent exec", "GUEST -- PROGRAM"),
        new("vm guest cmd", "vm agent", "COMMAND GUEST"),
        new("vm guest passwd", "vm agent set-user-password"),
        new("vm guest exec-status", "", "read it with: prox api get /nodes/NODE/qemu/VMID/agent/exec-status pid=PID"),
        new("vm ip", "vm agent ip"),
        new("vm network", "vm agent ip"),
        new("vm agent network", "vm agent ip"),
        new("vm agent network-get-interfaces", "vm agent ip"),
        new("datastore upload-backup-log", "backup upload-log", "SNAPSHOT FILE"),
        new("vm rename", "vm set", "GUEST --name NAME"),
        new("vm disk add", "vm set", "GUEST --scsi1 STORAGE:32"),
        new("vm disk create", "vm set", "GUEST --scsi1 STORAGE:32"),
        new("ct ip", "ct interfaces"),
        new("ct rename", "ct set", "GUEST --hostname NAME"),
        new("ct disk add", "ct set", "GUEST --mp0 STORAGE:32,mp=/srv"),
        new("ct disk create", "ct set", "GUEST --mp0 STORAGE:32,mp=/srv"),
        new("ct mount", "", "the API has no such call: run pct mount on the node"),
        new("ct unmount", "", "the API has no such call: run pct unmount on the node"),
        new("ct reset", "ct reboot"),
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
        new("storage list *", "storage content list", "STORAGE"),
        new("storage content *", "storage content list", "STORAGE"),
        new("storage iso", "storage content list", "STORAGE --content iso"),
        new("access passwd", "access password"),
        new("access ticket", "access login ticket"),
        new("access user passwd", "access password", "--userid USER --password env:SECRET"),
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
        new("pool members", "pool show"),
        new("node update", "node apt update"),
        new("node updates", "node apt list"),
        new("node reboot", "node power", "NODE --command reboot"),
        new("node shutdown", "node power", "NODE --command shutdown"),
        new("node status", "node show"),
        new("node top", "top"),
        new("node stats", "node chart"),
        new("node describe", "node show"),
        new("node inspect", "node show"),
        new("node info", "node show"),
        new("node cordon", "", Maintenance),
        new("node uncordon", "", Maintenance),
        new("node maintenance", "", Maintenance),
        new("node task", "task list", "--node NODE"),
        new("node console", "console", "NODE"),
        new("node shell", "console", "NODE"),
        new("context delete", "context remove"),
        new("context create", "context add"),
        new("context switch", "context use"),
        new("context edit", "context set"),
        new("context pin", "context trust", "NAME SHA256"),
        new("context current", "context show"),
        new("use-context", "context use"),
        new("use", "context use"),
        new("whoami", "", "who logs in is told by: prox context show; what that login may do: prox access permissions"),
        new("context ls", "context list"),
        new("context rename", "", "a context keeps its name: prox context add NEW URL makes another, and prox context remove OLD takes this one away"),
        new("config", "context"),
        .. GuestsOfOneKind(),
        new("datastore status", "datastore show"),
        new("namespace", "datastore namespace"),
        new("datastore gc run", "datastore gc start"),
        new("datastore gc log", "datastore gc show"),
        new("datastore gc stop", "", "a garbage collection that runs is a task: prox pbs task list --running names it, and prox pbs task delete UPID stops it"),
        new("datastore gc *", "datastore gc start", "DATASTORE"),
        new("pbs datastore", "datastore"),
        new("pbs user", "pbs access user"),
        new("pbs acl", "pbs access acl"),
        new("pbs garbage-collection", "datastore gc"),
        new("pbs cert", "pbs node certificates"),
        new("job list", "", "backup jobs: prox backup-job list; others: prox replication list, prox job realm-sync list"),
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
        new("ha list", "ha resource list"),
        new("firewall list", "firewall rule list"),
        new("firewall rule move", "firewall rule set", "POSITION --moveto POSITION"),
        new("ha rules", "ha rule"),
        new("api usage", "api describe"),
    ];

    /// <summary>The same for people who have named a repository of backups: words of the official client that mean guests otherwise.</summary>
    public static readonly IReadOnlyList<Habit> OfBackups =
    [
        new("list", "backup list"),
        new("snapshot", "backup snapshot"),
        new("snapshot list", "backup snapshot list"),
        new("snapshots", "backup snapshot list"),
        new("status", "backup status"),
    ];

    /// <summary>True if a line begins with a program that is another one, or that does not exist.</summary>
    public static bool IsProgram(IReadOnlyList<string> words) => words.Count > 0 && (Programs.ContainsKey(words[0]) || (words.Count > 1 && s_guesses.Contains(words[0])));

    /// <summary>Finds what was meant; null if nobody is known to type this.</summary>
    /// <param name="words">The words that were typed, those of commands that exist among them.</param>
    /// <param name="takesAny">True if a name or number may stand where a word was expected.</param>
    /// <param name="lines">Finds the whole line; null names the command alone.</param>
    public static string? Find(IReadOnlyList<string> words, bool takesAny, KnownLines? lines = null)
    {
        if (words.Count > 1 && s_guesses.Contains(words[0]))
        {
            string[] rest = [.. words.Skip(1)];
            return lines?.Complete(rest) is { } whole ? $"The program is 'prox'. Write: {whole}"
                : Find(rest, takesAny, lines) ?? "The program is 'prox'. Run: prox --help";
        }

        if (words.Count > 0 && Programs.TryGetValue(words[0], out string? place))
        {
            string known = $"'{words[0]}' is 'prox {place}' here";
            string[] moved = [.. place.Split(' '), .. words.Skip(1)];
            return OldLines.Find(words, lines) is { } old ? known + (old.StartsWith("Write", StringComparison.Ordinal) ? $". {old}" : $": {old}")
                : lines?.Complete(moved) is { } line ? $"{known}. Write: {line}"
                : KnownLines.FindInstead(moved) is { } instead ? $"{known}. {instead}"
                : Advice(moved, takesAny, lines) is { } more ? $"{known}: {more}"
                : OldLines.Respelled(moved, lines) is { } respelled ? $"{known}. Write: {respelled}"
                : lines?.Known(moved) is { } path && path.Count > place.Split(' ').Length
                ? $"{known}: see 'prox {string.Join(' ', path)}'. Run: prox {string.Join(' ', path)} --help"
                : $"{known}. Run: prox {place} --help";
        }

        return Advice(words, takesAny, lines) is { } advice ? char.ToUpperInvariant(advice[0]) + advice[1..] : null;
    }

    private static string? Advice(IReadOnlyList<string> words, bool takesAny, KnownLines? lines)
    {
        if (OldLines.Find(OldLines.OfProgram(words), lines) is { } old)
        {
            return old;
        }

        Habit? habit = (lines?.IsOfBackups == true ? Matching(OfBackups, words, takesAny) : null) ?? Matching(All, words, takesAny);
        if (habit is null || habit.Command.Length == 0)
        {
            return habit?.More;
        }

        // Where nothing has to be filled in, the rest of the line stays as it is.
        string[]? line = habit.More.Length == 0 && !habit.Typed.Contains(Any, StringComparison.Ordinal)
            ? [.. habit.Command.Split(' '), .. words.Skip(habit.Typed.Split(' ').Count(static word => word != Path))]
            : null;
        if (line is not null && InPlural(habit, words) is { } singular && lines?.Complete(singular) is { } verb)
        {
            return $"that is 'prox {string.Join(' ', singular.Take(2))}'. Write: {verb}";
        }

        return line is not null && lines?.Complete(line) is { } complete ? $"that is '{habit.Line}'. Write: {complete}"
            : line is not null && lines?.IsStray(line) == true && Advice(line, takesAny: true, lines) is { } deeper ? deeper
            : $"that is '{habit.Line}'. Run: prox {habit.Command} --help";
    }

    // Things in the plural are listed, and may have a verb all the same: vms list, storages show local.
    private static string[]? InPlural(Habit habit, IReadOnlyList<string> words) =>
        words.Count > 1 && habit.Command.Split(' ') is [{ } noun, "list"] && !habit.Typed.Contains(' ', StringComparison.Ordinal) && !words[1].StartsWith('-')
            ? [noun, .. words.Skip(1)]
            : null;

    private static Habit? Matching(IReadOnlyList<Habit> habits, IReadOnlyList<string> words, bool takesAny) => habits
        .Where(habit => takesAny || !habit.Typed.Contains(Any, StringComparison.Ordinal))
        .Where(habit => Begins(words, habit.Typed.Split(' ')))
        .MaxBy(static habit => (habit.Typed.Split(' ').Length, !habit.Typed.Contains(Any, StringComparison.Ordinal)));

    private static bool Begins(IReadOnlyList<string> words, string[] typed) => words.Count >= typed.Length
        && typed.Index().All(word => (word.Item == Any && !VerbWords.IsVerb(words[word.Index])) || word.Item == words[word.Index] || (word.Item == Path && words[word.Index].StartsWith('/')));

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
        new($"{noun} kill", $"{noun} stop"),
        new($"{noun} restart", $"{noun} reboot"),
        new($"{noun} pause", $"{noun} suspend"),
        new($"{noun} up", $"{noun} start"),
        new($"{noun} down", $"{noun} shutdown"),
        new($"{noun} describe", $"{noun} show"),
        new($"{noun} inspect", $"{noun} show"),
        new($"{noun} stats", $"{noun} chart"),
        new($"{noun} metrics", $"{noun} chart"),
        new($"{noun} top", "top"),
        new($"{noun} vzdump", $"{noun} backup"),
        new($"{noun} new", $"{noun} create"),
        new($"{noun} add", $"{noun} create"),
        new($"{noun} move", $"{noun} migrate"),
        new($"{noun} tag", "", NoTag(noun)),
        new($"{noun} snapshots", $"{noun} snapshot list"),
        new($"{noun} list-snapshots", $"{noun} snapshot list"),
        new($"{noun} resize-disk", $"{noun} resize"),
        new($"{noun} disk list", $"{noun} config"),
        new($"{noun} disks", $"{noun} config"),
        new($"{noun} tags", "", NoTag(noun)),
        new($"{noun} log", "task list", "--guest GUEST"),
        new($"{noun} logs", "task list", "--guest GUEST"),
        new($"{noun} tasks", "task list", "--guest GUEST"),
        new($"{noun} snap", $"{noun} snapshot"),
        new($"{noun} disk rescan", "", $"the API has no such call: run {(noun == "vm" ? "qm" : "pct")} rescan on the node"),
        new($"{noun} disk delete", $"{noun} set", $"GUEST --delete {(noun == "vm" ? "scsi1" : "mp0")}"),
        new($"{noun} disk remove", $"{noun} set", $"GUEST --delete {(noun == "vm" ? "scsi1" : "mp0")}"),
        new($"{noun} disk detach", $"{noun} set", $"GUEST --delete {(noun == "vm" ? "scsi1" : "mp0")}"),
        new($"{noun} listsnapshot", $"{noun} snapshot list"),
        new($"{noun} delsnapshot", $"{noun} snapshot delete"),
        new($"{noun} snapshot ls", $"{noun} snapshot list"),
        new($"{noun} snapshot rm", $"{noun} snapshot delete"),
        new($"{noun} snapshot *", $"{noun} snapshot create", "GUEST NAME"),
        new($"{noun} disk resize", $"{noun} resize"),
        new($"{noun} disk move", $"{noun} move-disk"),
        new($"{noun} rescan", "", $"the API has no such call: run {(noun == "vm" ? "qm" : "pct")} rescan on the node"),
        new($"{noun} nextid", "cluster nextid"),
    ];

    // One tag more or less is no call.
    private static string NoTag(string noun) =>
        $"tags are set all at once: prox {noun} set GUEST --tags 'OLD;NEW' replaces those that it has, which are told by: prox {noun} list GUEST --fields name,tags";

    // What is not the same for both kinds is a verb of each.
    private static IEnumerable<Habit> GuestsOfOneKind() =>
    [
        .. new (string Typed, string Verb)[] { ("delete", "delete"), ("destroy", "delete"), ("rm", "delete"), ("remove", "delete"), ("clone", "clone"), ("set", "set"), ("create", "create") }
            .Select(static word => new Habit(
                $"guest {word.Typed}", "", $"for a virtual machine: prox vm {word.Verb}; for a container: prox ct {word.Verb}. Which one it is: prox guest list")),
    ];

    private static IEnumerable<Habit> Managed(string noun) =>
    [
        new($"{noun} add", $"{noun} create"),
        new($"{noun} modify", $"{noun} set"),
        new($"{noun} remove", $"{noun} delete"),
    ];

    // Verbs and things without the word that is in front of them here.
    private static IEnumerable<Habit> Alone() =>
    [
        new("ls", "guest list"),
        new("ps", "guest list"),
        new("list", "guest list"),
        new("show", "guest show"),
        new("start", "guest start"),
        new("stop", "guest stop"),
        new("shutdown", "guest shutdown"),
        new("reboot", "guest reboot"),
        new("restart", "guest reboot"),
        new("create", "vm create", "NAME"),
        new("clone", "vm clone", "SOURCE NAME"),
        new("delete", "vm delete"),
        new("destroy", "vm delete"),
        new("rm", "vm delete"),
        new("migrate", "vm migrate"),
        new("suspend", "vm suspend"),
        new("resume", "vm resume"),
        new("reset", "vm reset"),
        new("resize", "vm resize"),
        new("set", "vm set"),
        new("template", "node template"),
        new("ip", "vm agent ip"),
        new("exec", "vm agent exec", "GUEST -- PROGRAM"),
        new("enter", "ct console"),
        new("snapshot", "vm snapshot"),
        new("snapshot ls", "vm snapshot list"),
        new("snapshot list", "vm snapshot list"),
        new("snapshots", "vm snapshot list"),
        new("status", "cluster status"),
        new("resources", "cluster resources"),
        new("vms", "vm list"),
        new("cts", "ct list"),
        new("containers", "ct list"),
        new("guests", "guest list"),
        new("nodes", "node list"),
        new("storages", "storage list"),
        new("iso", "storage content list", "STORAGE --content iso"),
        new("network", "node network"),
        new("tasks", "task list"),
        new("log", "task log"),
        new("logs", "task list", "--guest GUEST"),
        new("get vms", "vm list"),
        new("get vm", "vm list"),
        new("get nodes", "node list"),
        new("get node", "node list"),
        new("get storage", "storage list"),
        new("get pools", "pool list"),
        new("get", "api get", "/PATH"),
        new("describe vm", "vm show"),
        new("describe ct", "ct show"),
        new("describe node", "node show"),
        new("describe storage", "storage show"),
        new("describe", "explain"),
        new("wait", "task wait"),
        new("chart", "vm chart"),
        new("rrd", "vm chart"),
        new("ls /", "api ls"),
        new("get /", "api get"),
        new("describe /", "api describe"),
        new("restore", "backup restore"),
        new("prune", "backup prune"),
        new("garbage-collect", "backup garbage-collect"),
        new("change-owner", "backup change-owner"),
        new("catalog", "backup catalog"),
        new("key", "backup key"),
        new("benchmark", "backup benchmark"),
        new("forget", "backup forget"),
        new("upload-log", "backup upload-log"),
        new("mount", "", "nothing is mounted: prox backup ls, find and cat look into a snapshot, and prox backup restore writes it"),
        new("map", "", "prox backup restore SNAPSHOT disk.img FILE writes an image of a backup; names for devices of a cluster are in: prox mapping"),
        new("unmap", "", "nothing is mapped: prox backup restore SNAPSHOT disk.img FILE writes an image of a backup"),
        new("user", "access user"),
        new("users", "access user list"),
        new("acl", "access acl"),
        new("pools", "pool list"),
    ];

    private static IEnumerable<Habit> OldSpellings() =>
    [
        new("access useradd", "access user create"),
        new("access usermod", "access user set"),
        new("access userdel", "access user delete"),
        new("access groupadd", "access group create"),
        new("access groupmod", "access group set"),
        new("access groupdel", "access group delete"),
        new("access roleadd", "access role create"),
        new("access rolemod", "access role set"),
        new("access roledel", "access role delete"),
        new("access aclmod", "access acl set"),
        new("access acldel", "access acl set", "... --delete"),
        new("pveam available", "node template list", "NODE"),
        new("pveam download", "node template download"),
        new("pveam list", "storage content list", "STORAGE --content vztmpl"),
        new("pveam remove", "storage content delete", "VOLUME"),
    ];
}
