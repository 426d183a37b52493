using System.Globalization;
using ProxSharp.Api;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary>Verbs of guests that are one call each.</summary>
internal static class GuestMoreSpecs
{
    /// <summary>A node makes one backup at a time; others of it would wait for its lock, three hours at most.</summary>
    public const int BackupsPerNode = 1;

    private const int MostTold = 20;

    private static readonly string[] s_vzdumpElsewhere =
    [
        "vmid", "all", "exclude", "pool", "stdout", "quiet", "dumpdir", "tmpdir", "script", "stop", "job-id", "node",
    ];

    /// <summary>How a guest is now.</summary>
    public static EndpointSpec Show(GuestKind kind) => new("show", $"GET {Path(kind)}/status/current", $"Show how {kind.Many()} are now: state, usage, uptime.")
    {
        Examples =
        [
            new($"{kind.Noun()} show {kind.Example()}", "one of them"),
            new($"{kind.Noun()} show 'web*' --fields vmid,status,cpu,mem -o csv", "some figures of several"),
        ],
        Details = "The configuration is a word of its own: config.",
        TellsNode = true,
    };

    /// <summary>The configuration.</summary>
    public static EndpointSpec Config(GuestKind kind) => new("config", $"GET {Path(kind)}/config", $"Show the configuration of {kind.Many()}.")
    {
        Examples =
        [
            new($"{kind.Noun()} config {kind.Example()}", "with pending changes"),
            new($"{kind.Noun()} config {kind.Example()} --current -o yaml", "what is in effect, as YAML"),
        ],
    };

    /// <summary>Pending changes.</summary>
    public static EndpointSpec Pending(GuestKind kind) =>
        new("pending", $"GET {Path(kind)}/pending", $"Show which changes of {kind.Many()} wait for the next start.")
        {
            Examples =
            [
                new($"{kind.Noun()} pending {kind.Example()}", "all keys; those that wait have a pending value"),
                new($"{kind.Noun()} pending {kind.Example()} --query '[?pending]'", "only those that wait"),
            ],
            Columns = ["vmid", "key", "value", "pending", "delete"],
            NameField = "key",
        };

    /// <summary>Changes the configuration.</summary>
    public static EndpointSpec Set(GuestKind kind) => new(
        "set", kind == GuestKind.Container
            ? "PUT /nodes/{node}/lxc/{vmid}/config"
            : "POST /nodes/{node}/qemu/{vmid}/config", $"Change the configuration of {kind.Many()}.")
    {
        Examples =
        [
            new($"{kind.Noun()} set {kind.Example()} --memory 4096 --cores 4 --dry-run", "see the difference first"),
            new(
                $"{kind.Noun()} set {kind.Example()} --net1 {(kind == GuestKind.Container ? "name=eth1,bridge=vmbr1" : "virtio,bridge=vmbr1")}",
                "add a network card"),
            new($"{kind.Noun()} set {kind.Example()} --delete net1", "take a key out"),
            new($"{kind.Noun()} set @tag-prod --tags 'prod;audited' --max 10", "several at once"),
        ],
        NeedsChange = true,
        Details = "An option exists for every key; families such as net0, net1 are written out. A value @file is read from a file.",
    };

    /// <summary>Destroys guests.</summary>
    public static EndpointSpec Delete(GuestKind kind) => new("delete", $"DELETE {Path(kind)}", $"Destroy {kind.Many()} and their disks. There is no way back.")
    {
        Examples =
        [
            new($"{kind.Noun()} delete {(kind == GuestKind.Container ? "wiki" : "staging")}", "at a terminal its name has to be typed"),
            new($"{kind.Noun()} delete 106 --purge --yes", "without a question, and out of jobs and HA"),
            new($"{kind.Noun()} delete @tag-ci --max 5 --dry-run", "see which five would go"),
        ],
        Aliases = ["destroy"],
        Refusal = static (guest, parameters) =>
            guest.Status == GuestStatus.Running && GuestMaking.Value(parameters, "force") is not "1" ? "it runs, and is destroyed only when it is stopped"
            : guest.HaState is { Length: > 0 } && GuestMaking.Value(parameters, "purge") is not "1"
            ? "it is under high availability, and is destroyed only with --purge"
            : null,
    };

    /// <summary>Moves guests to another node.</summary>
    public static EndpointSpec Migrate(GuestKind kind) => new("migrate", $"POST {Path(kind)}/migrate", $"Move {kind.Many()} to another node.")
    {
        Examples =
        [
            new($"{kind.Noun()} migrate {kind.Example()} pve2", kind == GuestKind.Vm ? "a running one moves without a pause" : "one that is stopped"),
            new(
                $"{kind.Noun()} migrate @node-pve1 pve3 {(kind == GuestKind.Vm ? "--with-local-disks" : "--restart")} --per-node 2",
                "empty a node, two at a time"),
        ],
        Positional = ["target"],
        OtherNode = "target",
        Unneeded = static (guest, parameters) => GuestMaking.Value(parameters, "target") == guest.Node && !guest.IsChanging && guest.Lock != "migrate" ? $"it is on {guest.Node} already" : null,
        Unchosen = (templates, parameters) => TemplatesStay(kind, templates, GuestMaking.Value(parameters, "target") ?? ""),
        Details = (kind == GuestKind.Vm
            ? "Machines that run are moved online unless --online=false is given. Those that are on the target already are skipped."
            : "Containers that run need --restart. Those that are on the target already are skipped.")
            + " Templates are moved if they are named, or with template=any.",
        Adjust = kind == GuestKind.Vm ? OnlineIfRunning : null,
        Refusal = kind == GuestKind.Vm ? null : static (guest, parameters) =>
            guest.Status == GuestStatus.Running && GuestMaking.Value(parameters, "restart") is not "1" && GuestMaking.Value(parameters, "online") is not "1"
                ? "it runs, and is moved only with --restart, or when it is shut down"
                : null,
    };

    private static string? TemplatesStay(GuestKind kind, IReadOnlyList<GuestSummary> templates, string target) => templates.Count == 0 ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"{templates.Count} {(templates.Count == 1 ? "template is" : "templates are")} left out, for a selection takes none: "
        + $"{string.Join(", ", templates.Take(MostTold).Select(static template => template.Id))}{(templates.Count > MostTold ? " and more" : "")}. "
        + $"To move one: {PrintedCommands.Of(kind.Noun(), "migrate", templates[0].Id.ToString(), target)}; all that fit: add template=any to the selection.");

    /// <summary>Makes disks larger.</summary>
    public static EndpointSpec Resize(GuestKind kind) => new("resize", $"PUT {Path(kind)}/resize", $"Make a disk of {kind.Many()} larger.")
    {
        Examples =
        [
            new($"{kind.Noun()} resize {kind.Example()} {Disk(kind)} +8G", "by 8 GiB"),
            new($"{kind.Noun()} resize {kind.Example()} {Disk(kind)} 64G --no-wait", "to 64 GiB; print the task and go on"),
        ],
        Details = "A disk never becomes smaller again: a size too much stays.",
        Positional = ["disk", "size"],
    };

    /// <summary>Moves disks to another storage.</summary>
    public static EndpointSpec MoveDisk(GuestKind kind) => new(
        "move-disk", kind == GuestKind.Container
            ? $"POST {Path(kind)}/move_volume"
            : $"POST {Path(kind)}/move_disk", $"Move a disk of {kind.Many()} to another storage, or to another guest.")
    {
        Examples =
        [
            new($"{kind.Noun()} move-disk {kind.Example()} {Disk(kind)} local-lvm --delete --yes", "and remove the old one"),
            new($"{kind.Noun()} move-disk {kind.Example()} {Disk(kind)} --target-vmid 106", "give it to another guest"),
        ],
        Positional = [kind == GuestKind.Container ? "volume" : "disk", "storage"],
    };

    /// <summary>Makes templates.</summary>
    public static EndpointSpec Template(GuestKind kind) =>
        new("template", $"POST {Path(kind)}/template", $"Turn {kind.Many()} into templates. They cannot be started any more.")
        {
            Examples =
            [
                new($"{kind.Noun()} template {(kind == GuestKind.Container ? "wiki" : "staging")}", "one of them; at a terminal its name has to be typed"),
                new($"{kind.Noun()} template 106 --dry-run", "see the call"),
            ],
            Skip = static guest => guest.IsTemplate ? "it is a template already" : null,
        };

    /// <summary>Backs guests up.</summary>
    public static EndpointSpec Backup(GuestKind kind) => new("backup", "POST /nodes/{node}/vzdump", $"Back {kind.Many()} up now.")
    {
        Examples =
        [
            new($"{kind.Noun()} backup {kind.Example()} --storage local --mode snapshot", "while it runs"),
            new($"{kind.Noun()} backup @pool-production --storage local --compress zstd", "a pool, one at a time on each node"),
        ],
        Hidden = s_vzdumpElsewhere,
        PerNode = BackupsPerNode,
        Adjust = static (guest, parameters) => With(parameters, "vmid", guest.Id.Value),
    };

    private static string Path(GuestKind kind) => $"/nodes/{{node}}/{kind.Segment()}/{{vmid}}";

    private static string Disk(GuestKind kind) => kind == GuestKind.Container ? "rootfs" : "scsi0";

    private static ApiParameters OnlineIfRunning(Pve.Guests.GuestSummary guest, ApiParameters parameters) =>
        guest.Status == GuestStatus.Running && !parameters.Any(static parameter => parameter.Name == "online") ? With(parameters, "online", 1) : parameters;

    private static ApiParameters With(ApiParameters parameters, string name, long value)
    {
        ApiParameters all = [];
        foreach (ApiParameter parameter in parameters)
        {
            all.Add(parameter);
        }

        all.Add(name, value);
        return all;
    }
}
