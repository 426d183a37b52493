using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>Says of a migration which disks of the guest other nodes do not have: the server copies them, or refuses the migration, and tells in the task alone.</summary>
internal static class LocalDisks
{
    /// <summary>How such a sentence begins.</summary>
    public const string Start = "Local to the node of guest ";

    private const string Machine = "/nodes/{node}/qemu/{vmid}/migrate";
    private const string Container = "/nodes/{node}/lxc/{vmid}/migrate";
    private const int Longest = 300;

    public static async Task<IReadOnlyList<string>> SayAsync(ProxmoxClient client, PlannedCall call, CancellationToken cancellationToken)
    {
        if (call is not { Method: ApiMethod.Post, Path: Machine })
        {
            return [];
        }

        string start = $"{Start}{call.Parameters.Find("vmid")}";
        try
        {
            JsonElement state = await StateAsync(client, call, cancellationToken).ConfigureAwait(false);
            string disks = Names(Disks(state).Select(static disk => disk.Text("volid")));
            string devices = Names(List(state, "local_resources").Select(static device => device.ToString()));
            bool isInTheWay = state.IsSet("running") && !UndoBuilder.IsSet(call, "with-local-disks");
            string fate = isInTheWay ? "the server refuses to move a running guest with them unless with-local-disks=1 is set"
                : !Disks(state).Any(IsInSnapshots) ? "they are copied"
                : state.IsSet("running") ? "a guest that runs is moved with them only without its snapshots, or where they are replicated"
                : "they are copied if their storage can do so with snapshots, as ZFS and files of the format qcow2 can";
            return
            [
                .. disks.Length > 0 ? [$"{start}: {disks}; {fate}."] : Array.Empty<string>(),
                .. devices.Length > 0 ? [$"{start}: {devices}; the server refuses to move a guest with devices of its node."] : Array.Empty<string>(),
            ];
        }
        catch (ProxmoxApiException e)
        {
            return [$"{start} is what cannot be told: {UntrustedText.Clean(e.Message, 120)}"];
        }
    }

    /// <summary>True for a move of a guest with disks that other nodes do not have. Where that cannot be told it is none.</summary>
    public static async Task<bool> AreMovedAsync(ProxmoxClient client, PlannedCall call, CancellationToken cancellationToken)
    {
        if (call is not { Method: ApiMethod.Post, Path: Machine or Container })
        {
            return false;
        }

        try
        {
            if (call.Path == Machine)
            {
                return Disks(await StateAsync(client, call, cancellationToken).ConfigureAwait(false)).Any();
            }

            JsonElement config = (await client.Raw.GetAsync(
                call.ConcretePath[..call.ConcretePath.LastIndexOf('/')] + "/config", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
            JsonElement storages = (await client.Raw.GetAsync("/storage", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
            string[] shared =
            [
                .. storages.EnumerateArray().Where(static storage => storage.IsSet("shared")).Select(static storage => storage.Text("storage")).OfType<string>(),
            ];
            return config.EnumerateObject().Where(static member => DiskKeys.IsUsed(member.Name)).Select(static member => Replacements.Volume(member.Value.ToString()))
                .Any(volume => volume.IndexOf(':', StringComparison.Ordinal) is > 0 and int colon && !shared.Contains(volume[..colon]));
        }
        catch (ProxmoxApiException)
        {
            return false;
        }
    }

    private static async Task<JsonElement> StateAsync(ProxmoxClient client, PlannedCall call, CancellationToken cancellationToken)
    {
        ApiParameters target = new() { { "target", call.Parameters.Find("target") } };
        return (await client.Raw.GetAsync(call.ConcretePath, target, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
    }

    // Proxmox: images in drives, and that of cloud-init, are listed among the disks.
    private static IEnumerable<JsonElement> Disks(JsonElement state) => List(state, "local_disks");

    private static bool IsInSnapshots(JsonElement disk) => !disk.IsSet("replicate") && disk.TryGetProperty("referenced_in_snapshot", out JsonElement snapshots)
        && snapshots.ValueKind == JsonValueKind.Object && snapshots.EnumerateObject().Any();

    private static IEnumerable<JsonElement> List(JsonElement state, string name) =>
        state.ValueKind == JsonValueKind.Object && state.TryGetProperty(name, out JsonElement items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : [];

    private static string Names(IEnumerable<string?> names) => UntrustedText.Clean(string.Join(", ", names.OfType<string>()), Longest);
}
