using System.Globalization;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Demo;

/// <summary>The stations of <c>prox demo</c>: a working day with a cluster, in command lines that really run.</summary>
internal static class DemoTour
{
    /// <summary>The name of the context that the tour uses.</summary>
    public const string ContextName = "demo";

    /// <summary>The variable that holds the simulated user's password.</summary>
    public const string SecretVariable = "DEMO_PASSWORD";

    private const int Template = 9000;
    private const int Clone = 300;

    /// <summary>Returns the stations for a simulator that listens at an address.</summary>
    /// <param name="endpoint">The simulator.</param>
    /// <param name="user">A user of it.</param>
    /// <param name="fingerprint">Its certificate.</param>
    public static IReadOnlyList<DemoStep> Steps(Uri endpoint, string user, string fingerprint) =>
    [
        new(
            "Log in",
            "A context remembers a server: its address, who you are, where the secret is, and which certificate is its own.",
            Line("context", "add", ContextName, endpoint.GetLeftPart(UriPartial.Authority), "--user", user, "--secret", $"env:{SecretVariable}", "--fingerprint", fingerprint),
            Line("api", "get", "/version")),
        new(
            "Look around",
            "The whole inventory in one call. Tables are for people; -o json, jsonl, yaml and csv are for programs.",
            Line("api", "get", "/cluster/resources", "type=vm", "--fields", "vmid,name,node,type,status,maxmem,pool,tags")),
        new(
            "Clone a template",
            "Most changes start a task. --wait follows its log to the end.",
            Line("api", "create", Vm("pve1", Template, "clone"), Parameter("newid", Clone), "name=web-3", "full=1", "--wait")),
        new(
            "Start it, and take a snapshot",
            "Every call of the API works like this: a verb, a path, parameters.",
            Line("api", "create", Vm("pve1", Clone, "status/start"), "--wait"),
            Line("api", "create", Vm("pve1", Clone, "snapshot"), "snapname=fresh", "description=right after the clone", "--wait")),
        new(
            "Make a mistake",
            "Parameters are checked against the API schema before anything is sent. The error says what is wrong and what to do next.",
            Line("api", "set", Vm("pve1", Clone, "config"), "memroy=4096") with { Expected = ExitCodes.Usage }),
        new(
            "Grow it",
            "Now rightly spelt; and the disk becomes larger as well.",
            Line("api", "set", Vm("pve1", Clone, "config"), "memory=4096", "tags=web;prod"),
            Line("api", "set", Vm("pve1", Clone, "resize"), "disk=scsi0", "size=+8G", "--wait"),
            Line("api", "get", Vm("pve1", Clone, "config"), "--fields", "name,memory,scsi0,tags")),
        new(
            "Move it to another node",
            "The machine keeps running while it moves.",
            Line("api", "create", Vm("pve1", Clone, "migrate"), "target=pve2", "online=1", "with-local-disks=1", "--wait"),
            Line("api", "get", Vm("pve2", Clone, "status/current"), "--fields", "vmid,name,status,cpus,maxmem")),
        new(
            "Clean up",
            "Stop it and remove it with its disks.",
            Line("api", "create", Vm("pve2", Clone, "status/stop"), "--wait"),
            Line("api", "delete", Vm("pve2", Clone, null), "purge=1", "--wait")),
    ];

    private static DemoCommandLine Line(params IReadOnlyList<string> arguments) => new(arguments);

    private static string Vm(string node, int id, string? what) =>
        string.Create(CultureInfo.InvariantCulture, $"/nodes/{node}/qemu/{id}{(what is null ? "" : "/")}{what}");

    private static string Parameter(string name, int value) => string.Create(CultureInfo.InvariantCulture, $"{name}={value}");
}
