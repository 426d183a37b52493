using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds restores that bring settings which reach the host: arguments of its programs, hook scripts, devices and folders of the node. They are in the configuration
/// that is kept in the backup, and whoever may write backups may have written it. So it does with restores over a machine that leave disks of it beside the system
/// of another one, which gets at what is on them.
/// </summary>
/// <param name="client">Reads the configuration in the backup.</param>
/// <param name="guests">Reads that of the machine.</param>
internal sealed class RestoredSettings(ProxmoxClient client, GuestConfigs guests)
{
    /// <summary>What a plan says of such a call.</summary>
    public const string Why =
        " The configuration in the backup has settings that reach the host, or disks stay beside the other system, as named below, or nobody could read it.";

    private const string Brought = "the backup brings";
    private const string Kept = "disks that stay beside the other system";

    private const string Machines = "/nodes/{node}/qemu";
    private const string Containers = "/nodes/{node}/lxc";

    // What is about the guest alone, or is judged by itself. Proxmox: locks are not restored.
    private static readonly HashSet<string> s_ofGuest = new(StringComparer.Ordinal) { "lock", "env", "entrypoint", "cmode", "unprivileged", "ostemplate", "archive" };

    /// <summary>True for a call that makes a guest of a backup.</summary>
    public static bool IsOne(PlannedCall call) => call.Method == ApiMethod.Post && VolumeOf(call) is not null;

    /// <summary>True if the backup brings such a setting, or nobody can tell.</summary>
    /// <param name="own">What the call acts on.</param>
    public static bool ReachHost(IReadOnlyList<PlanTarget> own) => own.Any(static target => target.Rules.ContainsKey(Brought) || target.Rules.ContainsKey(Kept));

    /// <summary>Names those settings and disks for a refusal, behind a blank; empty if there are none.</summary>
    /// <param name="own">What the call acts on.</param>
    public static string Named(IReadOnlyList<PlanTarget> own) => string.Concat(own.SelectMany(static target => target.Rules)
        .Where(static rule => rule.Key is Brought or Kept).Select(static rule => $" ({rule.Key}: {rule.Value})").Distinct(StringComparer.Ordinal));

    /// <summary>The facts that name those settings and disks; empty if there are none, <see cref="StandingRules.Unreadable"/> where nobody can tell.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ReadAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        if (await LinesAsync(client, call, cancellationToken).ConfigureAwait(false) is not { } lines)
        {
            found[Brought] = StandingRules.Unreadable;
            return found;
        }

        if (string.Join(", ", Names(call, lines)) is { Length: > 0 } names)
        {
            found[Brought] = names;
        }

        if (string.Join(", ", await StayingAsync(call, lines, cancellationToken).ConfigureAwait(false)) is { Length: > 0 } disks)
        {
            found[Kept] = disks;
        }

        return found;
    }

    /// <summary>The configuration that is kept in the backup, line by line, without that of snapshots; null if nobody can read it.</summary>
    public static async Task<string[]?> LinesAsync(ProxmoxClient client, PlannedCall call, CancellationToken cancellationToken)
    {
        string path = $"/nodes/{Uri.EscapeDataString(call.Parameters.Find("node") ?? "")}/vzdump/extractconfig";
        ApiParameters parameters = new() { { "volume", VolumeOf(call) } };
        return await StandingRules.ReadAsync(client, path, parameters, cancellationToken).ConfigureAwait(false) is { ValueKind: JsonValueKind.String } config
            ? [.. config.GetString()!.Split('\n').TakeWhile(static line => !line.StartsWith('['))]
            : null;
    }

    // Proxmox: of a machine that is written over only the disks that the backup brings are destroyed. Its own backup is its own system.
    private async Task<IEnumerable<string>> StayingAsync(PlannedCall call, string[] lines, CancellationToken cancellationToken)
    {
        string vmid = call.Parameters.Find("vmid") ?? "";
        if (call.Path != Machines || !VolumeEffects.WritesOver(call) || VolumeOwners.OwnersOf(VolumeOf(call)!).Contains(vmid)
            || await guests.PathAsync(vmid, cancellationToken).ConfigureAwait(false) is not { } path)
        {
            return [];
        }

        IEnumerable<string> present = VolumeOwners.DisksOf(await guests.ConfigAsync(path, cancellationToken).ConfigureAwait(false));
        return present.Where(disk => !DiskKeys.IsUsed(disk) || !lines.Any(line => line.StartsWith($"{disk}:", StringComparison.Ordinal)));
    }

    // What the call sets itself is judged with it, and takes the place of what the backup has. Snapshots are not in backups.
    private static IEnumerable<string> Names(PlannedCall call, string[] lines)
    {
        foreach (string line in lines)
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
