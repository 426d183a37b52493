using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Policies;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>Puts snapshots before the calls of a plan.</summary>
internal static class Snapshots
{
    private const string Prefix = "prox-";
    private const string Description = "Taken before a planned change";

    private static readonly string[] s_moves = ["/{vmid}/move_disk", "/{vmid}/move_volume"];

    /// <summary>What a plan says of such a snapshot.</summary>
    public const string Why = " It stays when the plan is taken back.";

    /// <summary>Tells whether the policy wants one before a call. What removes a guest removes its snapshots, and one of snapshots needs no other.</summary>
    public static bool IsWanted(PlannedCall call, GuardPolicy policy) => call.Classes.Any(policy.SnapshotFirst.Contains) && PathOf(call) is { } guest
        && call.ConcretePath != guest && !call.Path.Contains("/{vmid}/snapshot", StringComparison.Ordinal);

    /// <summary>Plans a snapshot of each guest that calls act on.</summary>
    /// <param name="client">The server.</param>
    /// <param name="calls">The calls.</param>
    /// <param name="isDemanded">True if whoever plans has asked for them; false leaves those out that no storage can make.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">One that was asked for cannot be made.</exception>
    public static async Task<IReadOnlyList<PlannedCall>> PlanAsync(
        ProxmoxClient client, IEnumerable<PlannedCall> calls, bool isDemanded, CancellationToken cancellationToken)
    {
        TimeProvider time = client.Options.TimeProvider;
        List<PlannedCall> snapshots = [];
        string name = $"{Prefix}{time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
        IEnumerable<PlannedCall> onGuests = calls.Where(static call => PathOf(call) is not null);
        foreach (IGrouping<string, PlannedCall> planned in onGuests.GroupBy(static call => PathOf(call)!, StringComparer.Ordinal))
        {
            string guest = planned.Key;
            if (await AreInTheWayAsync(client, planned, isDemanded, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            JsonElement answer = (await client.Raw.GetAsync(
                $"{guest}/feature", new ApiParameters { { "feature", "snapshot" } }, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
            if (!answer.IsSet("hasFeature") && !isDemanded)
            {
                continue;
            }

            if (!answer.IsSet("hasFeature"))
            {
                throw new GuardRefusedException("target", $"The storage of {guest} makes no snapshots; plan without one.");
            }

            ApiParameters parameters = new() { { "snapname", name }, { "description", Description } };
            snapshots.Add(PlannedCall.Of(client.Schema, new PlanRequest(ApiMethod.Post, $"{guest}/snapshot", parameters)));
        }

        return snapshots;
    }

    // Proxmox: disks that have snapshots are not copied to another node, or not by every storage, and not taken from where they were; no template is made of a
    // guest with some. The snapshot before such a call would make it fail.
    private static async Task<bool> AreInTheWayAsync(ProxmoxClient client, IEnumerable<PlannedCall> planned, bool isDemanded, CancellationToken cancellationToken)
    {
        foreach (PlannedCall call in planned)
        {
            if (call.Path.EndsWith("/{vmid}/template", StringComparison.Ordinal)
                || (UndoBuilder.IsSet(call, "delete") && s_moves.Any(end => call.Path.EndsWith(end, StringComparison.Ordinal)))
                || await LocalDisks.AreMovedAsync(client, call, cancellationToken).ConfigureAwait(false))
            {
                return !isDemanded ? true : throw new GuardRefusedException(
                    "target", $"A snapshot before {UntrustedText.Clean(call.Title, 200)} would make it fail: the server does not do so with disks that have snapshots. "
                    + "Plan it without one; a backup keeps what there is.");
            }
        }

        return false;
    }

    /// <summary>True for a snapshot that was put before other calls: it stays when they are taken back, which needs no right to remove one then.</summary>
    public static bool IsBefore(PlannedCall call) => call.Method == ApiMethod.Post && call.Path.EndsWith("/{vmid}/snapshot", StringComparison.Ordinal)
        && call.Parameters.Find("description") == Description && call.Parameters.Find("snapname")?.StartsWith(Prefix, StringComparison.Ordinal) == true;

    private static string? PathOf(PlannedCall call)
    {
        string[] segments = call.ConcretePath.Split('/');
        return call.Path.Contains("/{vmid}", StringComparison.Ordinal) && segments.Length >= 5 ? string.Join('/', segments[..5]) : null;
    }
}
