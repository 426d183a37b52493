using System.Globalization;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
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
            return new CliException(new CliError
            {
                Code = "permission",
                ExitCode = ExitCodes.Authentication,
                Message = $"There is a guest {word}, and the user may not see it",
                Hint = $"It takes VM.Audit on /vms/{word}, for a token with privilege separation as well. {Doctor}",
                Privilege = "VM.Audit",
                PrivilegePath = $"/vms/{word}",
                Need = [$"VM.Audit on /vms/{word}"],
            }, missing);
        }

        return all.Count > 0 ? missing : new CliException(missing.Error with { Hint = $"The user sees no guest at all, which may be for want of rights (VM.Audit). {Doctor}" }, missing);
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
