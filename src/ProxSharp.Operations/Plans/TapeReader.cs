using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds the guests whose backups are on tapes that a call wipes or gives up.</summary>
internal sealed class TapeReader(ProxmoxClient client)
{
    // Proxmox: the set of a tape that belongs to a pool and that nothing was written to yet.
    private const string NoSet = "00000000-0000-0000-0000-000000000000";

    /// <summary>True for such a call.</summary>
    public static bool IsAbout(PlannedCall call) => call.Path is "/tape/media/destroy" or "/tape/drive/{drive}/format-media";

    /// <summary>
    /// The guests with backups in the set that a tape belongs to: with one tape of a set, backups in it are lost. Who does not say which tape it is means any.
    /// </summary>
    /// <exception cref="GuardRefusedException">It cannot be read what is on the tape, so that nobody can tell.</exception>
    public async Task<IReadOnlyList<int>> GuestsAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        ApiParameters set = [];
        if ((call.Parameters.Find("label-text") ?? call.Parameters.Find("uuid")) is { } name)
        {
            JsonElement tape = await FindAsync(call, name, cancellationToken).ConfigureAwait(false);
            if (tape.Text("media-set-uuid") is not { } uuid || uuid == NoSet)
            {
                return [];
            }

            if (!tape.IsSet("catalog"))
            {
                throw Unknown(call, "its catalogue is not here; read it from the tape first", null);
            }

            set.Add("media-set", uuid);
        }

        JsonElement content = await GetAsync(call, "/tape/media/content", set, cancellationToken).ConfigureAwait(false);
        return
        [
            .. content.EnumerateArray().Select(static row => Group.Match(row.Text("snapshot") ?? "")).Where(static match => match.Success)
                .Select(static match => int.TryParse(match.Groups["vmid"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int vmid) ? vmid : 0)
                .Distinct().Order(),
        ];
    }

    private async Task<JsonElement> FindAsync(PlannedCall call, string name, CancellationToken cancellationToken)
    {
        // Drives need not move for it.
        ApiParameters asKnown = new() { { "update-status", false } };
        JsonElement all = await GetAsync(call, "/tape/media/list", asKnown, cancellationToken).ConfigureAwait(false);
        JsonElement[] found = [.. all.EnumerateArray().Where(tape => tape.Text("label-text") == name || tape.Text("uuid") == name)];
        return found.Length > 0 ? found[0] : throw Unknown(call, "it is in no inventory; take it up first", null);
    }

    private async Task<JsonElement> GetAsync(PlannedCall call, string path, ApiParameters parameters, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.Raw.GetAsync(path, parameters, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        }
        catch (ProxmoxApiException e)
        {
            throw Unknown(call, e.Message, e);
        }
    }

    private static GuardRefusedException Unknown(PlannedCall call, string why, Exception? inner) =>
        new("target", $"Nobody can tell whose backups are on the tape that {call.Title} is about: {why}", inner);

    private static Regex Group => field ??= new("(^|[:/])(vm|ct)/(?<vmid>[0-9]+)/", RegexOptions.ExplicitCapture);
}
