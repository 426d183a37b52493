using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Cli.Verbs.Guests;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary>The noun <c>snapshot</c> below <c>vm</c> and <c>ct</c>.</summary>
internal static class GuestSnapshotSpecs
{
    /// <summary>Builds it.</summary>
    public static Noun Build(VerbContext context, GuestKind kind)
    {
        string path = $"/nodes/{{node}}/{kind.Segment()}/{{vmid}}/snapshot";
        string noun = $"{kind.Noun()} snapshot";
        EndpointSpec[] specs =
        [
            List(kind, path, noun),
            Create(kind, path, noun),
            Show(kind, path, noun),
            Set(kind, path, noun),
            Rollback(kind, path, noun),
            Delete(kind, path, noun),
        ];
        IEnumerable<Verb> verbs = specs.Select(spec => EndpointVerbs.MakeGuest(context, kind, spec));
        return new Noun("snapshot", $"Snapshots of {kind.Many()}.").Add([.. verbs]);
    }

    private static EndpointSpec List(GuestKind kind, string path, string noun) =>
        new("list", $"GET {path}", $"List the snapshots of {kind.Many()}; current is the state now.")
        {
            Examples =
            [
                new($"{noun} list {kind.Example()}", "one guest"),
                new($"{noun} list @pool-production --sort vmid,-snaptime", "several, the newest first"),
            ],
            Columns = ["vmid", "name", "parent", "snaptime", "vmstate", "description"],
            NameField = "name",

            // Proxmox: the state now stands among the snapshots, and can be neither shown, rolled back nor deleted as one.
            NoNames = ["current"],
        };

    private static EndpointSpec Create(GuestKind kind, string path, string noun) => new("create", $"POST {path}", $"Take a snapshot of {kind.Many()}.")
    {
        Examples =
        [
            new($"{noun} create {kind.Example()} before-upgrade --description 'before the upgrade'", "one guest"),
            new($"{noun} create @tag-prod nightly --per-node 2", "the same name for several"),
        ],
        Positional = ["snapname"],
        Adjust = static (_, parameters) => GuestMaking.Value(parameters, "snapname") is ("current" or "pending") and { } reserved
            ? throw CliException.Usage($"'{reserved}' cannot be the name of a snapshot: the server uses it itself", "Take another name")
            : parameters,
        Obstacle = guest => guest.IsTemplate
            ? new GuestObstacle("it is a template, which has no snapshots", $"Take one of a clone: {PrintedCommands.Of(kind.Noun(), "clone", guest.Id.ToString())}")
            : null,
    };

    private static EndpointSpec Show(GuestKind kind, string path, string noun) =>
        new("show", $"GET {path}/{{snapname}}/config", "Show the configuration that a snapshot keeps.")
        {
            Examples =
            [
                new($"{noun} show {kind.Example()} before-upgrade", "all of it"),
                new($"{noun} show {kind.Example()} before-upgrade -o yaml", "as YAML"),
            ],
        };

    private static EndpointSpec Set(GuestKind kind, string path, string noun) =>
        new("set", $"PUT {path}/{{snapname}}/config", "Change the description of a snapshot.")
        {
            Examples =
            [
                new($"{noun} set {kind.Example()} before-upgrade --description 'may go'", "a new text"),
                new($"{noun} set {kind.Example()} before-upgrade --description @note.txt --dry-run", "a text from a file; only show"),
            ],
        };

    private static EndpointSpec Rollback(GuestKind kind, string path, string noun) =>
        new("rollback", $"POST {path}/{{snapname}}/rollback", $"Set {kind.Many()} back to a snapshot. What came after it is lost.")
        {
            Examples =
            [
                new($"{noun} rollback {kind.Example()} before-upgrade", "its name has to be typed"),
                new($"{noun} rollback {kind.Example()} before-upgrade --start --yes", "and start it"),
            ],
        };

    private static EndpointSpec Delete(GuestKind kind, string path, string noun) =>
        new("delete", $"DELETE {path}/{{snapname}}", "Delete a snapshot; the guest itself stays as it is.")
        {
            Examples =
            [
                new($"{noun} delete {kind.Example()} before-upgrade --yes", "one guest"),
                new($"{noun} delete @tag-prod nightly --max 10 --yes", "the same name of several"),
            ],
        };
}
