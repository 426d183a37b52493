using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Declare;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>
/// Finds disks that a change puts another one in the place of. The guest would be without its data, maybe unable to boot, as if the disk were taken out with
/// <c>--delete</c>; so a person is asked about the one as about the other. What is there now decides, which is read only for calls that name a disk.
/// </summary>
internal static class ReplacedDisks
{
    private const int MostNames = 8;

    /// <summary>Returns the disks that calls would put others in the place of.</summary>
    public static async Task<IReadOnlyList<ConfigChange>> FindAsync(
        ServerSession session, ApiSchema schema, IReadOnlyList<PlannedCall> calls, CancellationToken cancellationToken)
    {
        PlannedCall[] touching = [.. calls.Where(IsPossible)];
        IReadOnlyList<ConfigChange>[] changes = await ConcurrentReading.AllAsync(
            touching, (call, token) => ReadAsync(session, schema, call, token), cancellationToken).ConfigureAwait(false);
        return [.. changes.SelectMany(static change => change).Where(IsReplaced)];
    }

    /// <summary>Says what comes of it, in a sentence.</summary>
    public static string Effect(IReadOnlyList<ConfigChange> replaced)
    {
        string disks = string.Join(", ", replaced.Take(MostNames).Select(static change => $"{change.Key} ({GuestDisk.Parse(change.From!).Volume})"));
        string more = replaced.Count > MostNames ? $" and {replaced.Count - MostNames} more" : "";
        return Terminal.TextCells.Visible(
            replaced.Count == 1
                ? $"The present disk {disks} is taken out and kept as an unused one."
                : $"The present disks {disks}{more} are taken out and kept as unused ones.");
    }

    /// <summary>Tells whether a change puts another volume in the place of a disk; drives for discs are made to be changed. Pure.</summary>
    internal static bool IsReplaced(ConfigChange change) => GuestDisk.IsKey(change.Key)
        && change is { From: { } from, To: { } to }
        && GuestDisk.Parse(from) is { IsDisc: false } present
        && present.Volume != GuestDisk.Parse(to).Volume;

    private static bool IsPossible(PlannedCall call) => call.IsThere
        && call.Method is ApiMethod.Put or ApiMethod.Post
        && call.Template is "/nodes/{node}/qemu/{vmid}/config" or "/nodes/{node}/lxc/{vmid}/config"
        && call.Parameters.Any(static parameter => GuestDisk.IsKey(parameter.Name));

    private static async Task<IReadOnlyList<ConfigChange>> ReadAsync(
        ServerSession session, ApiSchema schema, PlannedCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await ConfigDifference.ReadAsync(session, schema, call, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ProxmoxNotFoundException or ProxmoxPermissionException)
        {
            // The change itself is answered by the server: it is not there, or who may not look at it is trusted to know what is in it.
            return [];
        }
    }
}
