using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;
using ProxSharp.Operations;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Cli.Guarding;

/// <summary>
/// Finds the policy of a server. It belongs to the server and not to the name of a context: another name for the same address, or an address on the command
/// line, changes nothing. A policy of the machine goes before one of the user, and no variable or option moves it.
/// </summary>
internal static class GuardPlaces
{
    /// <summary>Finds it. A place is returned in any case; whether there is a policy is another question.</summary>
    public static GuardPlace Find(CommandServices services, ServerContext context)
    {
        string folder = services.Contexts.AgentsPath;
        string name = context.Name ?? context.Endpoints[0].Authority;
        string own = Path.Combine(folder, Uri.EscapeDataString(name));
        if (FindSystem(services.Environment, context) is { } system)
        {
            return new GuardPlace(name, system, own, IsSystem: true);
        }

        GuardPlace place = new(name, Path.Combine(own, "policy.json"), own, IsSystem: false);
        return place.HasPolicy ? place : FindNamesake(services, context, folder) ?? place;
    }

    /// <summary>How a guard works there.</summary>
    /// <param name="place">The place.</param>
    /// <param name="context">The server.</param>
    /// <param name="approvers">Who can be asked.</param>
    public static GuardOptions Options(GuardPlace place, ServerContext context, params IReadOnlyList<IPlanApprover> approvers) => new()
    {
        Context = place.Name,
        PolicyPath = place.PolicyPath,
        StateFolder = place.StateFolder,
        IsReadOnly = context.IsReadOnly,
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

    private static string? FindSystem(CliEnvironment environment, ServerContext context)
    {
        IEnumerable<string> names = context.Endpoints.Select(static endpoint => endpoint.Host).Where(IsFileName).Append("default");
        return names.Select(name => Path.Combine(environment.SystemFolder, "policies", $"{name}.json")).FirstOrDefault(Path.Exists);
    }

    // A host becomes a part of a file name: what could leave the folder is none. Colons are those of IPv6.
    private static bool IsFileName(string host) =>
        host.Length > 0 && host.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') && host[0] != '.';

    private static GuardPlace? FindNamesake(CommandServices services, ServerContext context, string folder)
    {
        if (!Directory.Exists(folder))
        {
            return null;
        }

        HashSet<string> addresses = new(context.Endpoints.Select(static endpoint => endpoint.Authority), StringComparer.OrdinalIgnoreCase);
        foreach (ServerContext other in services.Contexts.Load().Items.Where(other => other.Endpoints.Any(endpoint => addresses.Contains(endpoint.Authority))))
        {
            string state = Path.Combine(folder, Uri.EscapeDataString(other.Name!));
            GuardPlace place = new(other.Name!, Path.Combine(state, "policy.json"), state, IsSystem: false);
            if (place.HasPolicy)
            {
                return place;
            }
        }

        return null;
    }
}
