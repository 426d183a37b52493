using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds restores that bring settings which reach the host: arguments of its programs, hook scripts, devices and folders of the node. They are in the configuration
/// that is kept in the backup, and whoever may write backups may have written it.
/// </summary>
internal static class RestoredSettings
{
    /// <summary>The fact that names them.</summary>
    public const string Fact = "the backup brings";

    /// <summary>What a plan says of such a call.</summary>
    public const string Why = " The configuration in the backup has settings that reach the host, as named below, or nobody could read it.";

    private const string Machines = "/nodes/{node}/qemu";
    private const string Containers = "/nodes/{node}/lxc";

    // What is about the guest alone, or is judged by itself. Proxmox: locks are not restored.
    private static readonly HashSet<string> s_ofGuest = new(StringComparer.Ordinal) { "lock", "env", "entrypoint", "cmode", "unprivileged", "ostemplate", "archive" };

    /// <summary>True for a call that makes a guest of a backup.</summary>
    public static bool IsOne(PlannedCall call) => call.Method == ApiMethod.Post && VolumeOf(call) is not null;

    /// <summary>True if the backup brings such a setting, or nobody can tell.</summary>
    /// <param name="own">What the call acts on.</param>
    public static bool ReachHost(IReadOnlyList<PlanTarget> own) => own.Any(static target => target.Rules.ContainsKey(Fact));

    /// <summary>The names of those settings; empty if there are none, <see cref="StandingRules.Unreadable"/> if nobody can tell.</summary>
    public static async Task<string> ReadAsync(ProxmoxClient client, PlannedCall call, CancellationToken cancellationToken)
    {
        string path = $"/nodes/{Uri.EscapeDataString(call.Parameters.Find("node") ?? "")}/vzdump/extractconfig";
        ApiParameters parameters = new() { { "volume", VolumeOf(call) } };
        return await StandingRules.ReadAsync(client, path, parameters, cancellationToken).ConfigureAwait(false) is { ValueKind: JsonValueKind.String } config
            ? string.Join(", ", Names(call, config.GetString()!))
            : StandingRules.Unreadable;
    }

    // What the call sets itself is judged with it, and takes the place of what the backup has. Snapshots are not in backups.
    private static IEnumerable<string> Names(PlannedCall call, string config)
    {
        foreach (string line in config.Split('\n').TakeWhile(static line => !line.StartsWith('[')))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line[0] != '#' && line[..colon] is var name && !s_ofGuest.Contains(name) && call.Parameters.Find(name) is null
                && ReachesHost(call, name, line[(colon + 1)..].Trim()))
            {
                yield return name.All(static sign => char.IsAsciiLetterOrDigit(sign) || sign is '.' or '-' or '_') ? name : "others";
            }
        }
    }

    // As bad as if the call had set it. Proxmox: the settings of LXC itself are no parameters; containers in containers are what new ones are made for.
    private static bool ReachesHost(PlannedCall call, string name, string value) => name.StartsWith("lxc.", StringComparison.Ordinal)
        || (!(name == "features" && value == "nesting=1")
            && OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(call.Method, call.Path)
                .SetOf(new ApiParameters { { "unprivileged", true }, { name, value } }).Has(OperationClass.Privileged));

    private static string? VolumeOf(PlannedCall call) => call.Path switch
    {
        Machines => call.Parameters.Find("archive"),
        Containers when UndoBuilder.IsSet(call, "restore") => call.Parameters.Find("ostemplate"),
        _ => null,
    };
}
