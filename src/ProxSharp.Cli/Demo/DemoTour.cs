using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Demo;

/// <summary>The stations of <c>prox demo</c>: a working day with a cluster, in command lines that really run.</summary>
internal static class DemoTour
{
    /// <summary>The name of the context that the tour uses.</summary>
    public const string ContextName = "demo";

    /// <summary>The variable that holds the simulated user's password.</summary>
    public const string SecretVariable = "DEMO_PASSWORD";

    private const string Clone = "300";
    private const string Group = "host/web-3";

    /// <summary>Returns the stations for a simulator that listens at an address.</summary>
    /// <param name="endpoint">The simulator.</param>
    /// <param name="user">A user of it.</param>
    /// <param name="fingerprint">Its certificate.</param>
    public static IReadOnlyList<DemoStep> Steps(Uri endpoint, string user, string fingerprint) =>
    [
        new(
            "Log in",
            "A context remembers a server: its address, who you are, where the secret is, and which certificate is its own.",
            Line(
                "context",
                "add",
                ContextName,
                endpoint.GetLeftPart(UriPartial.Authority),
                "--user",
                user,
                "--secret",
                $"env:{SecretVariable}",
                "--fingerprint",
                fingerprint),
            Line("node", "list", "--fields", "node,status,maxcpu,maxmem")),
        new(
            "Look around",
            "Guests are named by number, name or selection. Tables are for people; -o json, jsonl, yaml, csv and name are for programs.",
            Line("vm", "list", "--fields", "vmid,name,node,status,maxmem,pool,tags"),
            Line("guest", "list", "@tag-prod,-db-1", "status=running", "-o", "name")),
        new(
            "Clone a template",
            "Changes that start a task wait for its end and show its log. The node is found, and so is a free number if none is given.",
            Line("vm", "clone", "debian-13-template", "web-3", "--newid", Clone, "--full")),
        new(
            "Start it, and take a snapshot",
            "A word for the thing, a word for what is done with it. Every call of the API has such a command (prox commands).",
            Line("vm", "start", "web-3"),
            Line("vm", "snapshot", "create", "web-3", "fresh", "--description", "right after the clone")),
        new(
            "Make a mistake",
            "What is typed is checked before anything is sent. The error says what is wrong and what to do next.",
            Line("vm", "set", "web-3", "--memroy", "4096") with { Expected = ExitCodes.Usage }),
        new(
            "Look first, then grow it",
            "With --dry-run every change shows its calls and the difference, and sends nothing.",
            Line("vm", "set", "web-3", "--memory", "4096", "--tags", "web;prod", "--dry-run"),
            Line("vm", "set", "web-3", "--memory", "4096", "--tags", "web;prod"),
            Line("vm", "resize", "web-3", "scsi0", "+8G"),
            Line("vm", "config", "web-3", "--fields", "name,memory,scsi0,tags")),
        new(
            "Move it to another node, and back many up at once",
            "The machine keeps running while it moves; a snapshot on a local disk would not come along. What is done with many at once has limits, for all and for each node.",
            Line("vm", "snapshot", "delete", "web-3", "fresh", "--yes"),
            Line("vm", "migrate", "web-3", "pve2", "--with-local-disks"),
            Line("vm", "snapshot", "create", "@tag-prod", "nightly", "--parallel", "4", "--per-node", "2")),
        new(
            "Back up, and restore what is verified",
            "A simulated backup server takes real backups. PBS_REPOSITORY and PBS_PASSWORD name it, as for proxmox-backup-client. "
                + "What it has is not sent again.",
            Line("backup", "create", "site.pxar:site", "--backup-id", "web-3", "--backup-time", "2026-02-01T02:00:00Z"),
            Line("backup", "create", "site.pxar:site", "--backup-id", "web-3", "--backup-time", "2026-02-02T02:00:00Z"),
            Line("backup", "find", Group, "site.pxar", "index.html", "-o", "name"),
            Line("backup", "restore", Group, "site.pxar", "restored", "--verify", "-o", "yaml", "--fields", "snapshot,entries,files,size,warning-count"),
            Line("backup", "verify", Group, "--local")),
        new(
            "Clean up",
            "What destroys is confirmed with the name at a terminal; a program has to say --yes.",
            Line("vm", "stop", "web-3"),
            Line("vm", "delete", "web-3", "--purge") with { Expected = ExitCodes.ApprovalNeeded },
            Line("vm", "delete", "web-3", "--purge", "--yes")),
    ];

    private static DemoCommandLine Line(params IReadOnlyList<string> arguments) => new(arguments);
}
