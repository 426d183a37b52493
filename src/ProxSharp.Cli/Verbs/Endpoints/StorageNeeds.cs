using ProxSharp.Api;
using ProxSharp.Cli.Errors;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>What a new storage needs besides its name and type. The schema has these as optional, for each belongs to some types alone.</summary>
internal static class StorageNeeds
{
    private static readonly Dictionary<string, string[]> s_options = new(StringComparer.Ordinal)
    {
        ["dir"] = ["path"],
        ["btrfs"] = ["path"],
        ["nfs"] = ["server", "export"],
        ["cifs"] = ["server", "share"],
        ["pbs"] = ["server", "datastore"],
        ["lvm"] = ["vgname"],
        ["lvmthin"] = ["vgname", "thinpool"],
        ["zfspool"] = ["pool"],
        ["iscsi"] = ["portal", "target"],
    };

    /// <summary>Makes sure that all of it is there; the server would refuse the call.</summary>
    /// <param name="run">What was typed.</param>
    /// <param name="endpoint">The call.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <exception cref="CliException">Something is missing.</exception>
    public static void Check(VerbRun run, ApiEndpoint endpoint, ApiParameters parameters)
    {
        if (endpoint is not { Method: ApiMethod.Post, Path: "/storage" } || !s_options.TryGetValue(parameters.Find("type") ?? "", out string[]? needed))
        {
            return;
        }

        string[] missing = [.. needed.Where(name => parameters.Find(name) is null).Select(static name => $"--{name}")];
        if (missing.Length > 0)
        {
            throw CliException.Usage(
                $"A storage of type {parameters.Find("type")} needs {string.Join(" and ", missing)}", $"Give {(missing.Length > 1 ? "them" : "it")} too. See: prox {run.Command.Path} --help");
        }
    }
}
