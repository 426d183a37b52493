using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>Says of a migration which disks of the guest other nodes do not have: the server copies them, or refuses the migration, and tells in the task alone.</summary>
internal static class LocalDisks
{
    /// <summary>How such a sentence begins.</summary>
    public const string Start = "Local to the node of guest ";

    private const int Longest = 300;

    public static async Task<IReadOnlyList<string>> SayAsync(ProxmoxClient client, PlannedCall call, CancellationToken cancellationToken)
    {
        if (call is not { Method: ApiMethod.Post, Path: "/nodes/{node}/qemu/{vmid}/migrate" })
        {
            return [];
        }

        string start = $"{Start}{call.Parameters.Find("vmid")}";
        try
        {
            ApiParameters target = new() { { "target", call.Parameters.Find("target") } };
            JsonElement state = (await client.Raw.GetAsync(call.ConcretePath, target, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
            string disks = Names(state, "local_disks", static disk => disk.Text("volid"));
            string devices = Names(state, "local_resources", static device => device.ToString());
            bool isInTheWay = state.IsSet("running") && !UndoBuilder.IsSet(call, "with-local-disks");
            string fate = isInTheWay ? "the server refuses to move a running guest with them unless with-local-disks=1 is set" : "they are copied";
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

    private static string Names(JsonElement state, string list, Func<JsonElement, string?> name) =>
        state.ValueKind == JsonValueKind.Object && state.TryGetProperty(list, out JsonElement items) && items.ValueKind == JsonValueKind.Array
            ? UntrustedText.Clean(string.Join(", ", items.EnumerateArray().Select(name).OfType<string>()), Longest)
            : "";
}
