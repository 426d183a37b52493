using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Consoles;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary>The nouns <c>vm</c> and <c>ct</c>, which have most verbs in common, and <c>guest</c> for both at once.</summary>
internal static class GuestNouns
{
    private const string Idempotent = "Guests that are in the wanted state already are skipped, which is no error. Under high availability none is, and it waits until that has done it.";

    private static readonly Func<GuestSummary, string?> s_runs = Already(GuestStatus.Running, "it runs already");

    /// <summary><c>prox vm</c>.</summary>
    public static Noun Vm(VerbContext context) => Build(context, GuestKind.Vm, new Noun("vm", "Virtual machines."));

    /// <summary><c>prox ct</c>.</summary>
    public static Noun Container(VerbContext context) => Build(context, GuestKind.Container, new Noun("ct", "Containers."));

    /// <summary><c>prox guest</c>.</summary>
    public static Noun Any(VerbContext context) => new Noun("guest", "Virtual machines and containers together.")
        .Add(
            GuestList.Make(GuestKind.Any),
            EndpointVerbs.MakeGuest(context, GuestKind.Any, GuestMoreSpecs.Show(GuestKind.Any)),
            EndpointVerbs.MakeGuest(context, GuestKind.Any, Start(GuestKind.Any)),
            EndpointVerbs.MakeGuest(context, GuestKind.Any, Shutdown(GuestKind.Any)),
            EndpointVerbs.MakeGuest(context, GuestKind.Any, Stop(GuestKind.Any)),
            EndpointVerbs.MakeGuest(context, GuestKind.Any, Reboot(GuestKind.Any)),
            EndpointVerbs.MakeGuest(context, GuestKind.Any, GuestMoreSpecs.Backup(GuestKind.Any)));

    private static Noun Build(VerbContext context, GuestKind kind, Noun noun)
    {
        noun.Add(
            GuestList.Make(kind),
            EndpointVerbs.MakeGuest(context, kind, GuestMoreSpecs.Show(kind)),
            EndpointVerbs.MakeGuest(context, kind, GuestMoreSpecs.Config(kind)),
            EndpointVerbs.MakeGuest(context, kind, GuestMoreSpecs.Pending(kind)),
            GuestCreate.Make(context, kind),
            EndpointVerbs.MakeGuest(context, kind, GuestMoreSpecs.Set(kind)),
            EndpointVerbs.MakeGuest(context, kind, GuestMoreSpecs.Delete(kind)),
            EndpointVerbs.MakeGuest(context, kind, Start(kind)),
            EndpointVerbs.MakeGuest(context, kind, Shutdown(kind)),
            EndpointVerbs.MakeGuest(context, kind, Stop(kind)),
            EndpointVerbs.MakeGuest(context, kind, Reboot(kind)));
        if (kind == GuestKind.Vm)
        {
            noun.Add(EndpointVerbs.MakeGuest(context, kind, Reset()));
        }

        noun.Add(
                EndpointVerbs.MakeGuest(context, kind, Suspend(kind)),
                EndpointVerbs.MakeGuest(context, kind, Resume(kind)),
                GuestClone.Make(context, kind),
                EndpointVerbs.MakeGuest(context, kind, GuestMoreSpecs.Migrate(kind)),
                EndpointVerbs.MakeGuest(context, kind, GuestMoreSpecs.Resize(kind)),
                EndpointVerbs.MakeGuest(context, kind, GuestMoreSpecs.MoveDisk(kind)),
                EndpointVerbs.MakeGuest(context, kind, GuestMoreSpecs.Template(kind)),
                EndpointVerbs.MakeGuest(context, kind, GuestMoreSpecs.Backup(kind)),
                GuestRestore.Make(context, kind),
                ChartVerb.OfGuests(kind),
                ConsoleVerb.OfGuests(kind))
            .Add(GuestSnapshotSpecs.Build(context, kind));
        if (kind == GuestKind.Vm)
        {
            noun.Add(AgentNoun.Build(context));
        }

        return noun;
    }

    private static EndpointSpec Start(GuestKind kind) => new("start", Call(kind, "start"), $"Start {kind.Many()}.")
    {
        Examples = Power(kind, "start", "web*", "all whose names begin with web"),
        Details = Idempotent,
        Skip = guest => guest.IsPaused ? null : s_runs(guest),
        Obstacle = guest => Template(kind, guest) ?? Paused(guest),
    };

    private static EndpointSpec Shutdown(GuestKind kind) =>
        new("shutdown", Call(kind, "shutdown"), $"Ask the systems in {kind.Many()} to shut down, and wait until they have.")
        {
            Examples = Power(kind, "shutdown", "@node-pve2 --timeout 120", "all on a node, each with two minutes' time"),
            Details = Idempotent,
            Skip = Already(GuestStatus.Stopped, "it is stopped already"),
        };

    private static EndpointSpec Stop(GuestKind kind) => new("stop", Call(kind, "stop"), $"Stop {kind.Many()} at once, as if their power plugs were pulled.")
    {
        Examples = Power(kind, "stop", "@pool-production --dry-run", "see what would be stopped"),
        Details = Idempotent,
        Skip = Already(GuestStatus.Stopped, "it is stopped already"),
    };

    private static EndpointSpec Reboot(GuestKind kind) =>
        new("reboot", Call(kind, "reboot"), $"Shut {kind.Many()} down and start them again; pending changes take effect.")
        {
            Examples = Power(kind, "reboot", "@tag-web --parallel 1", "one after the other"),
            Obstacle = guest => Stopped(kind, guest),
        };

    private static EndpointSpec Reset() => new("reset", Call(GuestKind.Vm, "reset"), "Reset virtual machines, as if their reset buttons were pressed.")
    {
        Examples = Power(GuestKind.Vm, "reset", "100,101", "two of them"),
        Obstacle = guest => Stopped(GuestKind.Vm, guest),
    };

    private static EndpointSpec Suspend(GuestKind kind) =>
        new("suspend", Call(kind, "suspend"), $"Pause {kind.Many()}; their memory stays in use, or goes to disk with --todisk.")
        {
            Examples = Power(kind, "suspend", "status=running", "all that run"),
            Obstacle = guest => Stopped(kind, guest),
        };

    private static EndpointSpec Resume(GuestKind kind) => new("resume", Call(kind, "resume"), $"Let suspended {kind.Many()} go on.")
    {
        Examples = Power(kind, "resume", "100:199", "those with these numbers"),

        // Proxmox: one whose memory went to disk is stopped, and locked.
        Obstacle = guest => guest.Lock == "suspended" ? null : Stopped(kind, guest),
    };

    private static string Call(GuestKind kind, string verb) => $"POST /nodes/{{node}}/{kind.Segment()}/{{vmid}}/status/{verb}";

    private static CommandExample[] Power(GuestKind kind, string verb, string more, string meaning) =>
    [
        new($"{kind.Noun()} {verb} {kind.Example()}", "by name"),
        new($"{kind.Noun()} {verb} {(more.Contains('*', StringComparison.Ordinal) ? $"'{more}'" : more)}", meaning),
        new(
            $"{kind.Noun()} {verb} {(kind == GuestKind.Container ? "@pool-production,-dns" : "@tag-prod,-db-1")} --no-wait",
            "a selection without one of them; do not wait"),
    ];

    // What high availability looks after may be about to be brought into another state: the call tells it which one is wanted.
    private static Func<GuestSummary, string?> Already(GuestStatus status, string reason) =>
        guest => guest.Status == status && !guest.IsChanging && string.IsNullOrEmpty(guest.HaState) ? reason : null;

    // Proxmox: a machine that is paused counts as running, so that a start of it is refused, or nothing to high availability.
    private static GuestObstacle? Paused(GuestSummary guest) => !guest.IsPaused || guest.IsChanging || !string.IsNullOrEmpty(guest.HaState)
        ? null
        : new GuestObstacle("it is paused", $"Let it go on: {PrintedCommands.Of("vm", "resume", guest.Id.ToString())}");

    private static GuestObstacle? Template(GuestKind kind, GuestSummary guest) => !guest.IsTemplate ? null : new GuestObstacle(
        "it is a template, and never runs", $"Make a guest of it: {PrintedCommands.Of(kind.Noun(), "clone", guest.Id.ToString())}");

    private static GuestObstacle? Stopped(GuestKind kind, GuestSummary guest) => Template(kind, guest) ?? (guest.Status != GuestStatus.Stopped || guest.IsChanging
        ? null
        : new GuestObstacle("it does not run", $"Start it: {PrintedCommands.Of(kind.Noun(), "start", guest.Id.ToString())}"));
}
