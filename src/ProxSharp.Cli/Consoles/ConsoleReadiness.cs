using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Agents;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Consoles;

/// <summary>Tells whether a guest has a console that can be opened: the server opens one in any case, and it ends at once.</summary>
internal static class ConsoleReadiness
{
    private const string Right = "VM.Console";

    /// <summary>Makes sure of it.</summary>
    /// <exception cref="CliException">The guest does not run, or is a virtual machine without a serial port.</exception>
    public static async Task CheckAsync(ServerSession session, GuestSummary guest, CancellationToken cancellationToken)
    {
        await CheckRunsAsync(session, guest, "console", cancellationToken).ConfigureAwait(false);
        if (guest.Type == GuestType.Lxc)
        {
            return;
        }

        // What waits for the next start is not there yet.
        ApiParameters current = [];
        current.Add("current", "1");
        JsonElement config = await ReadAsync(session, $"{Path(guest)}/config", current, cancellationToken).ConfigureAwait(false);
        if (config.ValueKind == JsonValueKind.Object && !config.EnumerateObject().Any(IsSerialPort))
        {
            throw Closed(
                $"{GuestKinds.Title(guest)} has no serial port, which the console goes through",
                $"Add one, and stop and start the machine: prox vm set {guest.Id} --serial0 socket; its screen: prox vnc {guest.Id}");
        }
    }

    /// <summary>
    /// Makes sure that the caller may open it, where the server is asked for it only when somebody comes: a viewer learns no reason. Rights that cannot be read
    /// refuse nobody.
    /// </summary>
    /// <param name="session">The server.</param>
    /// <param name="guest">The guest.</param>
    /// <param name="what">What is to be opened.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">The right is missing.</exception>
    public static async Task CheckRightAsync(ServerSession session, GuestSummary guest, string what, CancellationToken cancellationToken)
    {
        string path = $"/vms/{guest.Id}";
        if (await HeldAsync(session, path, cancellationToken).ConfigureAwait(false) is not { Count: > 0 } held || held.Contains(Right))
        {
            return;
        }

        throw new CliException(new CliError
        {
            Code = "permission",
            ExitCode = ExitCodes.Authentication,
            Message = $"The {what} of {GuestKinds.Title(guest)} cannot be opened: {Right} on {path} is missing",
            Hint = ErrorMapper.GiveRole(Right, path),
            Privilege = Right,
            PrivilegePath = path,
            Need = [$"{Right} on {path}"],
        });
    }

    // Null, or nothing at all, where the answer does not tell: whoever has found the guest has some right to it.
    private static async Task<HashSet<string>?> HeldAsync(ServerSession session, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await KeptRoles.HeldAsync(session, path, user: null, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxApiException)
        {
            return null;
        }
    }

    /// <summary>Makes sure that a guest runs.</summary>
    /// <param name="session">The server.</param>
    /// <param name="guest">The guest.</param>
    /// <param name="what">What it has while it runs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">It is stopped.</exception>
    public static async Task CheckRunsAsync(ServerSession session, GuestSummary guest, string what, CancellationToken cancellationToken)
    {
        string noun = guest.Type == GuestType.Lxc ? "ct" : "vm";
        JsonElement now = await ReadAsync(session, $"{Path(guest)}/status/current", null, cancellationToken).ConfigureAwait(false);
        if (now.ValueKind == JsonValueKind.Object && now.TryGetProperty("status", out JsonElement status) && status.ValueEquals("stopped"))
        {
            throw new CliException(new CliError
            {
                Code = "conflict",
                ExitCode = ExitCodes.Conflict,
                Message = $"{GuestKinds.Title(guest)} is stopped, so that it has no {what}",
                Hint = $"Start it: prox {noun} start {guest.Id}",
            });
        }
    }

    private static string Path(GuestSummary guest) => $"/nodes/{Uri.EscapeDataString(guest.Node)}/{guest.Type.Value}/{guest.Id}";

    private static bool IsSerialPort(JsonProperty member) =>
        member.Name.Length > "serial".Length && member.Name.StartsWith("serial", StringComparison.Ordinal) && char.IsAsciiDigit(member.Name["serial".Length]);

    // Who may open a console need not be allowed to look: the server knows best then.
    private static async Task<JsonElement> ReadAsync(ServerSession session, string path, ApiParameters? parameters, CancellationToken cancellationToken)
    {
        try
        {
            return (await session.GetAsync(path, parameters, cancellationToken).ConfigureAwait(false)).Data;
        }
        catch (ProxmoxPermissionException)
        {
            return default;
        }
    }

    private static CliException Closed(string message, string hint) =>
        new(new CliError { Code = "console", ExitCode = ExitCodes.Error, Message = message, Hint = hint });
}
