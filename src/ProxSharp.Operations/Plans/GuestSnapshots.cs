using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Says which snapshot of a guest a call is on: a name is used again once the snapshot is gone, and what was taken later holds another state. The time at
/// which it was taken tells them apart.
/// </summary>
internal sealed class GuestSnapshots(ProxmoxClient client)
{
    /// <summary>The name of the fact that holds what somebody has written about a snapshot.</summary>
    public const string Notes = "notes";

    private const string InSnapshot = "/{vmid}/snapshot/{snapname}";

    /// <summary>The name of the snapshot that a call is on; null for a call on something else.</summary>
    public static string? NamedBy(PlannedCall call) =>
        call.Path.Contains(InSnapshot, StringComparison.Ordinal) ? call.Parameters.Find("snapname") : null;

    /// <summary>The name of the snapshot that a call takes; null for one that takes none.</summary>
    public static string? MadeBy(PlannedCall call) =>
        call.Method == ApiMethod.Post && call.Path.EndsWith("/{vmid}/snapshot", StringComparison.Ordinal) ? call.Parameters.Find("snapname") : null;

    /// <summary>What a snapshot of a guest is called among targets.</summary>
    public static string KeyOf(string vmid, string name) => $"snapshot {name} of guest {vmid}";

    /// <summary>True for a key of such a target.</summary>
    public static bool IsKey(string key) => key.StartsWith("snapshot ", StringComparison.Ordinal);

    /// <summary>Reads the snapshot that a call is on, or has taken.</summary>
    /// <param name="call">The call.</param>
    /// <param name="name">The name of the snapshot.</param>
    /// <param name="guest">The guest.</param>
    /// <param name="made">What earlier calls of the plan make.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">There is no such snapshot.</exception>
    public async Task<PlanTarget> ReadAsync(PlannedCall call, string name, PlanTarget guest, NewGuests made, CancellationToken cancellationToken)
    {
        string vmid = call.Parameters.Find("vmid")!;
        string type = call.Path.StartsWith("/nodes/{node}/lxc/", StringComparison.Ordinal) ? "lxc" : "qemu";

        // Where the guest is now, wherever the plan moves it to before.
        JsonElement found = made.Find(vmid) is null
            ? await FindAsync($"/nodes/{guest.Policy.Node}/{type}/{vmid}/snapshot", name, cancellationToken).ConfigureAwait(false)
            : default;
        if (found.ValueKind == JsonValueKind.Object)
        {
            return Target(vmid, name, Identity(name, found), Facts(found), guest);
        }

        return made.Takes(vmid, name)
            ? Target(vmid, $"{name} (to come)", new Dictionary<string, string>(StringComparer.Ordinal) { ["snapshot"] = name }, [], guest)
            : throw new GuardRefusedException("target", $"{call.Title} is refused: guest {vmid} has no snapshot '{name}'.");
    }

    private async Task<JsonElement> FindAsync(string list, string name, CancellationToken cancellationToken)
    {
        JsonElement all = (await client.Raw.GetAsync(list, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        return all.EnumerateArray().FirstOrDefault(snapshot => snapshot.Text("name") == name);
    }

    private static Dictionary<string, string> Identity(string name, JsonElement snapshot) => new(StringComparer.Ordinal)
    {
        ["snapshot"] = name,
        ["taken"] = snapshot.Text("snaptime") ?? "",
    };

    private static Dictionary<string, string> Facts(JsonElement snapshot) => new(StringComparer.Ordinal)
    {
        ["taken"] = long.TryParse(snapshot.Text("snaptime"), NumberStyles.None, CultureInfo.InvariantCulture, out long time)
            ? DateTimeOffset.FromUnixTimeSeconds(time).ToString("u", CultureInfo.InvariantCulture)
            : "",
        [Notes] = snapshot.Text("description")?.Trim() ?? "",
    };

    private static PlanTarget Target(string vmid, string name, Dictionary<string, string> identity, Dictionary<string, string> facts, PlanTarget guest)
    {
        string key = KeyOf(vmid, name);
        return new PlanTarget(key, identity, "", facts) { Policy = new PolicyTarget(key) }.AsPartOf(guest);
    }
}
