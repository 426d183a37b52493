using System.Text.RegularExpressions;
using ProxSharp.Api;
using ProxSharp.Cli.Commands;

namespace ProxSharp.Cli.Errors;

/// <summary>Refusals that the server reports as faults of its own, and that have a cause and a way out.</summary>
internal static partial class KnownRefusals
{
    /// <summary>Returns the error with its code and its way out; null if the refusal is none of them.</summary>
    /// <param name="api">What the server said.</param>
    /// <param name="error">The error as it would be without.</param>
    public static CliError? Of(ProxmoxApiException api, CliError error)
    {
        if (api.ServerMessage.Contains("protection mode enabled", StringComparison.Ordinal))
        {
            return Conflict(error, Unprotect(api.Path));
        }

        // Proxmox: a guest under high availability is destroyed only together with its entry there.
        if (api.ServerMessage.Contains("purge parameter not set", StringComparison.Ordinal))
        {
            return Conflict(error, Purge(api.Path));
        }

        // Proxmox: a container that runs is not overwritten by a backup; a VM says so in its task.
        if (api.ServerMessage.Contains("can't overwrite running container", StringComparison.Ordinal))
        {
            return Conflict(error, "It runs, and is overwritten only when it is stopped: prox ct stop GUEST");
        }

        // Proxmox: pools, sets of addresses, groups of rules and subnets are deleted only when nothing is in them.
        if (Full.IsMatch(api.ServerMessage))
        {
            return Conflict(error, error.Hint ?? "Take out what is in it first, then delete it");
        }

        return OfUse(api, error) ?? OfGuests(api, error) ?? OfNames(api, error);
    }

    private static CliError? OfUse(ProxmoxApiException api, CliError error)
    {
        // Proxmox: settings of software-defined networks are changed only by who shows the token of the lock.
        if (SdnLock.IsMatch(api.ServerMessage))
        {
            return Conflict(
                error,
                "Give the token that prox sdn lock acquire gave: --lock-token TOKEN, or lock-token=TOKEN for prox api. A lock that nobody needs any more goes with: prox sdn lock release --force");
        }

        // Proxmox: what another thing refers to stays.
        return Used.IsMatch(api.ServerMessage) || api.ParameterErrors.Values.Any(Used.IsMatch)
            ? Conflict(error, "Take it out of what uses it, or delete that first")
            : null;
    }

    private static CliError? OfGuests(ProxmoxApiException api, CliError error)
    {
        // Proxmox: containers have no live migration.
        if (api.ServerMessage.Contains("Can't migrate running container", StringComparison.Ordinal) && GuestPath.Match(api.Path) is { Success: true } guest)
        {
            return Conflict(
                error,
                "It runs. Add --restart, which stops it here and starts it there, or shut it down first: "
                + PrintedCommands.Of("ct", "shutdown", guest.Groups["id"].Value));
        }

        // Proxmox: a pool that something is to be taken out of has to have it.
        return NoMember.IsMatch(api.ServerMessage)
            ? error with { Code = "not_found", ExitCode = ExitCodes.NotFound, Hint = "See what is in it: prox pool show POOL" }
            : null;
    }

    private static CliError? OfNames(ProxmoxApiException api, CliError error)
    {
        // Proxmox: the new owner of a group has to be a user or token who can log in.
        if (api.ServerMessage.Contains("is inactive or non-existent", StringComparison.Ordinal))
        {
            return error with { Code = "not_found", ExitCode = ExitCodes.NotFound, Hint = "See who there is: prox pbs access user list --include-tokens" };
        }

        // Proxmox: since version 9 groups of high availability are rules of affinity.
        if (api.ServerMessage.Contains("groups have been migrated to rules", StringComparison.Ordinal))
        {
            return api.Method == ApiMethod.Get ? error with { Hint = "Their place is in the rules: prox ha rule list" } : error with
            {
                Code = "usage",
                ExitCode = ExitCodes.Usage,
                Hint = "Since version 9 their place is in the rules: prox ha rule create RULE --type node-affinity --resources vm:100 --nodes pve1",
            };
        }

        // Proxmox: names that the lists of snapshots use themselves.
        if (api.ServerMessage.StartsWith("unable to use snapshot name", StringComparison.Ordinal))
        {
            return error with { Code = "invalid_parameters", ExitCode = ExitCodes.Usage, Hint = "Take another name for the snapshot" };
        }

        // Proxmox: what shows the screen of a VM is chosen when it starts.
        if (api.ServerMessage.Contains("no spice port", StringComparison.Ordinal) && GuestPath.Match(api.Path) is { Success: true } screen)
        {
            return error with { Hint = OtherScreen(screen.Groups["id"].Value) };
        }

        // Proxmox: so a backup server answers to the cookie or token of the other product.
        if ((int)api.StatusCode == 401 && api.ServerMessage.Contains("no authentication credentials provided", StringComparison.Ordinal))
        {
            const string Hint = "A backup server says so to a login of Proxmox VE. If it is one, on another port than 8007: add --product pbs";
            return error with { Code = "authentication", ExitCode = ExitCodes.Authentication, Hint = Hint };
        }

        // Proxmox: what one type of a thing needs and others do not is optional in the schema.
        if (MissingOption.Match(api.ServerMessage) is { Success: true } missing)
        {
            string name = missing.Groups["name"].Value;
            return error with { Code = "invalid_parameters", ExitCode = ExitCodes.Usage, Hint = $"Add it: --{name}, or {name}=VALUE for prox api" };
        }

        return (int)api.StatusCode == 501 && NotImplemented.IsMatch(api.ServerMessage) ? NoPath(error) : null;
    }

    private static CliError Conflict(CliError error, string? hint) => error with { Code = "conflict", ExitCode = ExitCodes.Conflict, Hint = hint };

    private static CliError NoPath(CliError error) => error with
    {
        Code = "not_found",
        ExitCode = ExitCodes.NotFound,
        Hint = "See which paths there are: prox api ls; an older server may not have this one",
    };

    /// <summary>Returns the way out of what a task failed for; null if none is known.</summary>
    /// <param name="upid">The task.</param>
    /// <param name="end">What it ended with.</param>
    /// <param name="log">The last lines of its log.</param>
    public static string? OfTask(string upid, string end, IReadOnlyList<string> log)
    {
        // UPID:node:pid:pstart:starttime:type:id:user:
        return upid.Split(':') is not [_, _, _, _, _, { } type, { } id, ..] ? null : type switch
        {
            "qmrestore" => OfRestore(id, end),
            "vzcreate" when LostVolume.Match(end) is { Success: true } lost => Templates(upid.Split(':')[1], lost.Groups["volume"].Value),

            // Proxmox: a migration may end with no more than that it was aborted.
            "qmigrate" when log.Prepend(end).Any(static line => line.Contains("with-local-disks option", StringComparison.Ordinal)) =>
                $"It has disks on storages of its own node. To copy them along: {PrintedCommands.Of("vm", "migrate", id, "NODE", "--with-local-disks")}",
            _ => null,
        };
    }

    // What was typed for --ostemplate is a volume of a storage.
    private static string Templates(string node, string volume)
    {
        string storage = volume.Contains(':', StringComparison.Ordinal) ? volume.Split(':')[0] : "STORAGE";
        return $"Correct --ostemplate; see which templates there are: {PrintedCommands.Of("storage", "content", "list", storage, "--node", node, "--content", "vztmpl")}";
    }

    private static Regex LostVolume => field ??= new("^unable to create CT [0-9]+ - volume '(?<volume>[^']+)' does not exist", RegexOptions.CultureInvariant);

    private static string? OfRestore(string id, string end)
    {
        return end.Contains("vm is running", StringComparison.Ordinal)
            ? $"VM {id} runs, and is overwritten only when it is stopped: {PrintedCommands.Of("vm", "stop", id)}"
            : end.Contains("does not look like a QemuServer", StringComparison.Ordinal)
            ? $"It is no backup of a VM. That of a container is restored with: prox ct restore VOLUME {id}"
            : null;
    }

    private static string OtherScreen(string id) =>
        $"Its screen is none of SPICE. Give it one: {PrintedCommands.Of("vm", "set", id, "--vga", "qxl")}; then stop it and start it again. "
        + $"For VNC: {PrintedCommands.Of("vnc", id)}";

    private static string Unprotect(string path) => GuestPath.Match(path) is { Success: true } guest
        ? $"Lift the protection first: {PrintedCommands.Of(guest.Groups["kind"].Value == "lxc" ? "ct" : "vm", "set", guest.Groups["id"].Value, "--protection=false")}"
        : "Lift the protection first";

    private static string Purge(string path)
    {
        const string What = "Take it out of high availability and of jobs along with it";
        return GuestPath.Match(path) is { Success: true } guest
            ? $"{What}: {PrintedCommands.Of(guest.Groups["kind"].Value == "lxc" ? "ct" : "vm", "delete", guest.Groups["id"].Value, "--purge")}"
            : $"{What}: purge=1";
    }

    private static Regex NotImplemented => field ??= new("^[Mm]ethod '.*' not implemented", RegexOptions.CultureInvariant);

    private static Regex NoMember => field ??= new("\\bis not a pool member\\b", RegexOptions.CultureInvariant);

    private static Regex MissingOption => field ??= new("missing value for required option '(?<name>[a-z0-9-]+)'", RegexOptions.CultureInvariant);

    private static Regex Full => field ??= new("(\\bis|,) not empty\\b", RegexOptions.CultureInvariant);

    private static Regex SdnLock => field ??= new("configuration is locked, a lock token is required|invalid lock token provided", RegexOptions.CultureInvariant);

    private static Regex Used => field ??= new("(\\bis|-) used by\\b|\\bstill (in use|defined)\\b", RegexOptions.CultureInvariant);

    private static Regex GuestPath => field ??= new("/(?<kind>qemu|lxc)/(?<id>[0-9]+)(/|$)", RegexOptions.CultureInvariant);
}
