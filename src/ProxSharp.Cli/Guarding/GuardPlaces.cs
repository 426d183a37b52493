using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;
using ProxSharp.Mcp.Policies;
using ProxSharp.Operations;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Cli.Guarding;

/// <summary>
/// Finds the policy of a server among the user's contexts and those of the machine. A policy of the machine holds for whatever context or address is used.
/// One of the user is a seat belt: whoever runs as this user can edit it, or point <c>PROX_CONFIG</c> or <c>HOME</c> to contexts without it.
/// </summary>
internal static class GuardPlaces
{
    /// <summary>Finds it. A place is returned in any case; whether there is a policy is another question.</summary>
    public static GuardPlace Find(CommandServices services, ServerContext context)
    {
        GuardPlace place = Finder(services).Find(Server(context), () => services.Contexts.Load().Items.Select(Server));

        // What was remembered is what a person has set up; an address that somebody types may be another name of a guarded server.
        return place.HasPolicy || context.Name is not null ? place : ByAddress(services, context) ?? place;
    }

    /// <summary>The place of a guarded context whose names lead to the same server as those of another one; null if there is none.</summary>
    public static GuardPlace? ByAddress(CommandServices services, ServerContext context)
    {
        if (!Directory.Exists(services.Contexts.AgentsPath))
        {
            return null;
        }

        PolicyFinder finder = Finder(services);
        return services.Contexts.Load().Items
            .Where(other => other.Name != context.Name && finder.Place(other.Name!).HasPolicy && services.Addresses.AreSame(context, other))
            .Select(other => finder.Place(other.Name!))
            .FirstOrDefault();
    }

    private static PolicyFinder Finder(CommandServices services) => new(services.Environment.SystemFolder, services.Contexts.AgentsPath);

    /// <summary>The freeze switch of all contexts, those that are added later among them.</summary>
    public static FreezeSwitch CommonFreeze(CommandServices services) =>
        new(new PolicyFinder(services.Environment.SystemFolder, services.Contexts.AgentsPath).CommonFolder, services.Time);

    /// <summary>The freeze switch of a place; that of all contexts holds there too.</summary>
    public static FreezeSwitch Freeze(CommandServices services, GuardPlace place) =>
        new(place.StateFolder, services.Time) { Common = new FreezeSwitch(place.CommonFolder, services.Time) };

    /// <summary>How a guard works there.</summary>
    /// <param name="place">The place.</param>
    /// <param name="context">The server.</param>
    /// <param name="approvers">Who can be asked.</param>
    public static GuardOptions Options(GuardPlace place, ServerContext context, params IReadOnlyList<IPlanApprover> approvers) => new()
    {
        Context = NameOf(context),
        PolicyPath = place.PolicyPath,
        PolicyFault = place.Fault,
        StateFolder = place.StateFolder,
        CommonFolder = place.CommonFolder,
        IsReadOnly = context.IsReadOnly,
        ProtectedTags = context.ProtectedTags,
        Approvers = approvers,
    };

    /// <summary>
    /// The policy for people who plan and apply at a server that has none: everything is allowed, and what cannot be taken back is asked about.
    /// </summary>
    public static GuardPolicy ForPeople { get; } = GuardPolicy.Parse(
        """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],
         "limits":{"targetsPerPlan":1000,"mutationsPerHour":100000,"concurrentTasks":1000,"planMinutes":60},
         "approval":{"disruptive":"none","destructive":"prompt","privileged":"prompt"}}
        """);

    /// <summary>True if a context has all addresses and pinned certificates of another: a policy of the one holds for the server of the other.</summary>
    public static bool Covers(ServerContext next, ServerContext present) => Server(next).Covers(Server(present));

    /// <summary>Those of some contexts that reach the server of another one with other credentials: whoever may use them has those rights as well.</summary>
    public static IEnumerable<ServerContext> OtherLogins(ServerContext context, IEnumerable<ServerContext> all) =>
        all.Where(other => other.Name != context.Name && LoginOf(other) != LoginOf(context) && Server(other).IsSameAs(Server(context)));

    /// <summary>The token or the user of a context.</summary>
    public static string LoginOf(ServerContext context) => context.TokenId ?? context.User ?? "nobody";

    private static GuardedServer Server(ServerContext context) =>
        new(NameOf(context), context.Endpoints, context.Trust.Fingerprints);

    // Not of the place: contexts that share a policy have credentials of their own.
    private static string NameOf(ServerContext context) => context.Name ?? context.Endpoints[0].Authority;
}
