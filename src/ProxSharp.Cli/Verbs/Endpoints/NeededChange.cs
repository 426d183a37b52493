using ProxSharp.Api;
using ProxSharp.Cli.Errors;
using ProxSharp.Operations;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>Refuses verbs that set something where nothing was given that could be set: the server would answer that all is well.</summary>
internal static class NeededChange
{
    private const int MostNames = 8;

    /// <summary>Parameters that say how a change is made, and change nothing.</summary>
    private static readonly HashSet<string> s_noChange = new(StringComparer.Ordinal)
    {
        "digest", "force", "skiplock", "background_delay", "lock-token", "allow-move", "append",
    };

    /// <summary>Calls that mean something without a parameter.</summary>
    private static readonly HashSet<string> s_bare = new(StringComparer.Ordinal)
    {
        // Proxmox: an account without new facts is read again from the authority.
        "PUT /cluster/acme/account/{name}",
        "PUT /config/acme/account/{name}",
    };

    /// <summary>Makes sure that there is something to set.</summary>
    /// <param name="run">What was typed.</param>
    /// <param name="binding">The verb.</param>
    /// <param name="parameters">The parameters of the call, without those of its path.</param>
    /// <exception cref="CliException">There is nothing.</exception>
    public static void Check(VerbRun run, EndpointBinding binding, ApiParameters parameters)
    {
        CheckDeleted(binding, parameters);
        if (!IsNeeded(binding) || parameters.Any(parameter => !SaysHow(binding, parameter.Name) && !binding.IsArgument(parameter.Name)))
        {
            return;
        }

        string[] names = [.. binding.OptionsOf(name => !SaysHow(binding, name))];
        string more = names.Length > MostNames ? $" and {names.Length - MostNames} more" : "";
        throw CliException.Usage(
            "Nothing to change was given", $"Give what is to be set: {string.Join(", ", names.Take(MostNames))}{more}. See: prox {run.Command.Path} --help");
    }

    // Proxmox: guests refuse it; other calls unset first and set then.
    private static void CheckDeleted(EndpointBinding binding, ApiParameters parameters)
    {
        if (!binding.Endpoint.Path.EndsWith("/{vmid}/config", StringComparison.Ordinal))
        {
            return;
        }

        string? both = ItemLists.Deleted(parameters).FirstOrDefault(key => parameters.Any(parameter => parameter.Name == key));
        if (both is not null)
        {
            throw CliException.Usage($"'{both}' is to be set and to be deleted", "Leave out one of the two");
        }
    }

    // Proxmox: delete is mostly a list of what is to be unset; as a switch it turns round what the other parameters do.
    private static bool SaysHow(EndpointBinding binding, string name) => s_noChange.Contains(name)
        || (name == "delete" && binding.Endpoint.Parameters.TryGetValue(name, out ApiNode? node) && node.Type == ApiValueType.Boolean);

    // Where something is required the schema says so in a better way.
    private static bool IsNeeded(EndpointBinding binding) => binding.Spec.NeedsChange
        || (binding.Endpoint.Method == ApiMethod.Put
            && binding.Spec.Name is "set" or "set-all" or "set-now"
            && !s_bare.Contains(binding.Spec.Call)
            && !binding.RequiresOption);
}
