using System.Globalization;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Declare;
using ProxSharp.Cli.Errors;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>
/// Tells guests that are not there from those that the user may not see: Proxmox lists only these, and to a token without rights none at all.
/// </summary>
internal static class UnseenGuests
{
    /// <summary>What to do where nothing is seen.</summary>
    public const string Doctor = "prox doctor tells what the user may do, and what grants the rest";

    /// <summary>Returns what is to be said about a word that fits no guest which is listed.</summary>
    /// <param name="missing">What is said if it is not there.</param>
    /// <param name="word">The word.</param>
    /// <param name="all">All guests that are listed.</param>
    /// <param name="session">The server.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    public static async Task<CliException> ExplainAsync(
        CliException missing, string word, IReadOnlyList<GuestSummary> all, ServerSession session, CancellationToken cancellationToken)
    {
        if (await IsTakenAsync(word, all, session, cancellationToken).ConfigureAwait(false))
        {
            return Unseen($"There is a guest {word}, and the user may not see it", $"VM.Audit on /vms/{word}", missing);
        }

        // A number is certainly free then; a name may belong to any guest.
        return all.Count > 0 || GuestPlace.IsId(word) || await StateSight.LackOfGuestAsync(session, word, cancellationToken).ConfigureAwait(false) is not { } lack
            ? missing
            : Unseen($"The user may see no guest at all, so nobody can tell whether '{word}' is there", lack, missing);
    }

    private static CliException Unseen(string message, string need, CliException missing)
    {
        string[] parts = need.Split(" on ");
        return new CliException(new CliError
        {
            Code = "permission",
            ExitCode = ExitCodes.Authentication,
            Message = message,
            Hint = $"It takes {need}, for a token with privilege separation as well. {Doctor}",
            Privilege = parts[0],
            PrivilegePath = parts[1],
            Need = [need],
        }, missing);
    }

    // Proxmox: anybody may ask whether a number is free.
    private static async Task<bool> IsTakenAsync(string word, IReadOnlyList<GuestSummary> all, ServerSession session, CancellationToken cancellationToken)
    {
        if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int vmid) || vmid < 100 || all.Any(guest => guest.Id.Value == vmid))
        {
            return false;
        }

        try
        {
            await session.GetAsync("/cluster/nextid", new ApiParameters { { "vmid", vmid } }, cancellationToken).ConfigureAwait(false);
            return false;
        }
        catch (ProxmoxApiException e) when (e.ParameterErrors.GetValueOrDefault("vmid")?.Contains("already exists", StringComparison.Ordinal) == true)
        {
            return true;
        }
    }
}
