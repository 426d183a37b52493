using System.Text.Json.Nodes;
using ProxSharp.PropertyStrings;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Access;

/// <summary>Takes users and groups over from a directory. The simulated directories are empty: what is left to do is to remove what vanished.</summary>
internal static class RealmSync
{
    private const string Domains = "/access/domains";

    /// <summary>The options of a job or call as texts.</summary>
    public static IReadOnlyDictionary<string, string> OptionsOf(JsonObject job) =>
        job.Where(static option => option.Value is not null).ToDictionary(static option => option.Key, static option => ApiCall.TextOf(option.Value!), StringComparer.Ordinal);

    /// <summary>Starts the task.</summary>
    /// <exception cref="ApiFault">The realm is not there or not kept in a directory.</exception>
    public static string Start(PveState state, string realm, IReadOnlyDictionary<string, string> options, string owner, DateTimeOffset at)
    {
        if (state.Collections.Find(Domains, realm) is not { } domain)
        {
            throw ApiFault.Failed($"domain '{realm}' does not exist");
        }

        string type = domain["type"] is { } kind ? ApiCall.TextOf(kind) : "";
        if (type is not ("ldap" or "ad"))
        {
            throw ApiFault.Failed($"Cannot sync realm type '{type}'! Only LDAP/AD realms can be synced.");
        }

        Dictionary<string, string> all = new(StringComparer.Ordinal);
        foreach (PropertyStringEntry entry in PropertyStringEntries.Parse(domain["sync-defaults-options"] is { } defaults ? ApiCall.TextOf(defaults) : "").Items)
        {
            all[entry.Key ?? "scope"] = entry.Value;
        }

        foreach ((string name, string value) in options)
        {
            all[name] = value;
        }

        return state.Tasks.Start(new TaskRequest(state.LocalNode, "auth-realm-sync", realm, owner) { StartsAt = at, Work = task => Run(state, realm, all, task) }).Upid;
    }

    private static void Run(PveState state, string realm, Dictionary<string, string> options, SimulatedTask task)
    {
        bool isDry = options.GetValueOrDefault("dry-run") == "1";
        string[] vanished = options.GetValueOrDefault("remove-vanished", "none").Split(';', ',');
        string scope = options.GetValueOrDefault("scope", "both");
        task.Write($"starting sync for realm {realm}{(isDry ? " (dry-run)" : "")}");
        task.Write("got data from server, updating " + (scope == "both" ? "users and groups" : scope));
        if (scope is "both" or "users")
        {
            task.Write($"syncing users (remove-vanished opts: {string.Join(' ', vanished)})");
            foreach (string user in state.Directory.Users.Keys.Where(user => user.EndsWith("@" + realm, StringComparison.Ordinal)).ToArray())
            {
                if (vanished.Contains("entry"))
                {
                    task.Write($"removing user '{user}'");
                    _ = !isDry && state.Directory.Users.Remove(user);
                }

                if (vanished.Contains("acl") && !isDry)
                {
                    state.Directory.Acl.RemoveAll(entry => entry.Kind == "user" && entry.Id == user);
                }
            }
        }

        task.Write($"successfully updated {realm} configuration");
    }
}
