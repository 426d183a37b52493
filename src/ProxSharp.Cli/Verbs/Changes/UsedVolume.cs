using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Declare;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>
/// Refuses to delete a volume that is a disk of a guest. Only the web page of Proxmox VE looks at that: the call itself deletes the disk of a running guest.
/// </summary>
internal static class UsedVolume
{
    private const string Content = "/nodes/{node}/storage/{storage}/content/{volume}";

    // The number of the owner is a part of the name of every volume of a guest; of a linked clone, of the last part of its name.
    private static Regex Owned => field ??= new("^(?:vm|base|subvol|basevol)-([0-9]{3,9})-");

    /// <summary>Looks at the guest that a volume is named after.</summary>
    /// <exception cref="CliException">The volume is a disk of it.</exception>
    public static async Task CheckAsync(VerbRun run, PlannedCall call, CancellationToken cancellationToken)
    {
        if (call.Method != ApiMethod.Delete || call.Template != Content || Volume(call.Path) is not { } volume || Owner(volume) is not { } owner)
        {
            return;
        }

        PveClient pve = await run.PveAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<GuestSummary> all = await pve.Guests.ListAsync(cancellationToken).ConfigureAwait(false);
        if (all.FirstOrDefault(guest => guest.Id.Value == owner) is { } guest
            && await FindKeyAsync(run, guest, volume, cancellationToken).ConfigureAwait(false) is { } key)
        {
            throw Refused((await pve.Guests.LookAsync([guest], cancellationToken).ConfigureAwait(false))[0], key, volume);
        }
    }

    private static string? Volume(string path)
    {
        string[] parts = path.Split('/');
        string volume = Uri.UnescapeDataString(parts[^1]);
        return parts.Length < 7 ? null : volume.Contains(':', StringComparison.Ordinal) ? volume : $"{Uri.UnescapeDataString(parts[4])}:{volume}";
    }

    private static int? Owner(string volume) =>
        Owned.Match(volume[(volume.LastIndexOfAny([':', '/']) + 1)..]) is { Success: true } match
            ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : null;

    private static async Task<string?> FindKeyAsync(VerbRun run, GuestSummary guest, string volume, CancellationToken cancellationToken)
    {
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        string path = $"/nodes/{guest.Node}/{(guest.Type == GuestType.Lxc ? "lxc" : "qemu")}/{guest.Id}/config";
        try
        {
            JsonElement config = (await session.GetAsync(path, null, cancellationToken).ConfigureAwait(false)).Data;
            return config.EnumerateObject()
                .Where(member => StateValues.Text(member.Value) is { } text && GuestDisk.Parse(text).Volume == volume)
                .Select(static member => member.Name).FirstOrDefault();
        }
        catch (Exception e) when (e is ProxmoxNotFoundException or ProxmoxPermissionException)
        {
            // Who may delete its disks and not look at the guest is answered by the server.
            return null;
        }
    }

    private static CliException Refused(GuestSummary guest, string key, string volume)
    {
        string next = key switch
        {
            _ when guest.Type != GuestType.Lxc => $"To take it out of the VM and destroy it: prox vm unlink {guest.Id} --idlist {key} --force",
            "rootfs" => $"It goes with its container only: prox ct delete {guest.Id}",
            _ when key.StartsWith("unused", StringComparison.Ordinal) => $"To destroy it: prox ct set {guest.Id} --delete {key}",
            _ => $"Take it out of the container first: prox ct set {guest.Id} --delete {key}",
        };
        return new(new CliError
        {
            Code = "conflict",
            ExitCode = ExitCodes.Conflict,
            Message = $"{volume} is {key} of {(guest.IsRunning ? "the running " : "")}{GuestKinds.Title(guest)}: it is not deleted under it",
            Hint = next,
        });
    }
}
