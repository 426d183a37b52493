using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Policies;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Reads which tape is in the drive that a call writes with, from what the changer and the inventory know: to read the label itself would move the tape.
/// </summary>
internal sealed class LoadedTape(ProxmoxClient client)
{
    private const string Drive = "/tape/drive/{drive}/";
    private const string Tape = "tape";
    private const string Key = "tape in drive ";

    private static readonly HashSet<string> s_writing = new(StringComparer.Ordinal)
    {
        Drive + "format-media", Drive + "label-media", Drive + "barcode-label-media", Drive + "catalog",
    };

    // What the inventory tells of a tape that makes it this one.
    private static readonly string[] s_members = ["uuid", "pool", "media-set-name", "media-set-uuid"];

    /// <summary>True for what such a target is called.</summary>
    public static bool IsKey(string key) => key.StartsWith(Key, StringComparison.Ordinal);

    /// <summary>Reads the tape; null for a call that writes with no drive.</summary>
    public async Task<PlanTarget?> ReadAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        if (!s_writing.Contains(call.Path) || call.Parameters.Find("drive") is not { } drive)
        {
            return null;
        }

        Dictionary<string, string> identity = new(StringComparer.Ordinal) { ["drive"] = drive };
        Dictionary<string, string> facts = new(StringComparer.Ordinal);
        if (await LabelAsync(drive, cancellationToken).ConfigureAwait(false) is { } label)
        {
            identity["label-text"] = facts[Tape] = label;
            JsonElement? media = await StandingRules.ReadAsync(
                client, "/tape/media/list", new ApiParameters { { "update-status", false } }, cancellationToken).ConfigureAwait(false);
            JsonElement known = media is { ValueKind: JsonValueKind.Array } all ? all.EnumerateArray().FirstOrDefault(tape => tape.Text("label-text") == label) : default;
            foreach (string member in s_members)
            {
                if (known.ValueKind == JsonValueKind.Object && known.Text(member) is { Length: > 0 } value)
                {
                    identity[member] = facts[member] = value;
                }
            }
        }
        else
        {
            facts[Tape] = "nobody knows which one is in the drive: no changer tells, and to read its label moves it";
        }

        string key = $"{Key}{drive}";
        return new PlanTarget(key, identity, "", facts) { Policy = new PolicyTarget(UntrustedText.Clean(key, 200)) };
    }

    // The changer remembers what it has seen; its robot does not move for it.
    private async Task<string?> LabelAsync(string drive, CancellationToken cancellationToken)
    {
        JsonElement? config = await StandingRules.ReadAsync(client, $"/config/drive/{Uri.EscapeDataString(drive)}", null, cancellationToken).ConfigureAwait(false);
        if (config is not { ValueKind: JsonValueKind.Object } known || known.Text("changer") is not { Length: > 0 } changer)
        {
            return null;
        }

        JsonElement? status = await StandingRules.ReadAsync(
            client, $"/tape/changer/{Uri.EscapeDataString(changer)}/status", new ApiParameters { { "cache", true } }, cancellationToken).ConfigureAwait(false);
        string number = known.Text("changer-drivenum") ?? "0";
        return status is { ValueKind: JsonValueKind.Array } places
            ? places.EnumerateArray().FirstOrDefault(place => place.Text("entry-kind") == "drive" && place.Text("entry-id") == number) is { ValueKind: JsonValueKind.Object } place
                && place.Text("label-text") is { Length: > 0 } label ? label : null
            : null;
    }
}
