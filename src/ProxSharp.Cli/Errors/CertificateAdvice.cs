using System.Text.RegularExpressions;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;
using ProxSharp.Tls;

namespace ProxSharp.Cli.Errors;

/// <summary>What helps when a server that is remembered shows another certificate than it should. Pure.</summary>
internal static partial class CertificateAdvice
{
    /// <summary>Maps the problem; the hint is a command that works.</summary>
    /// <param name="server">The server.</param>
    /// <param name="problem">The problem.</param>
    public static CliError Map(ServerContext? server, Exception problem)
    {
        CliError error = ErrorMapper.Map(problem);
        return server?.Name is { } name && problem is ProxmoxConnectionException { IsCertificateProblem: true }
            && Shown.Match(error.Message) is { Success: true } shown
            && CertificateFingerprint.TryParse(shown.Groups[1].Value, out CertificateFingerprint fingerprint)
            ? error with { Hint = Hint(name, server.Trust.Fingerprints, fingerprint) }
            : error;
    }

    // One pin is replaced; of several nobody knows here which one is out of date.
    private static string Hint(string name, IReadOnlyList<CertificateFingerprint> pinned, CertificateFingerprint shown)
    {
        IEnumerable<CertificateFingerprint> all = pinned.Count > 1 ? [.. pinned, shown] : [shown];
        string command = PrintedCommands.Of(["context", "trust", name, .. all.Select(static fingerprint => fingerprint.ToString())]);
        return "Compare the fingerprint with the one the server shows (pvenode cert info, proxmox-backup-manager cert info). If it is another one, somebody "
            + $"may be intercepting the connection; if it is the same: {command}";
    }

    private static Regex Shown => field ??= new("fingerprint is ([0-9A-F]{2}(?::[0-9A-F]{2}){31})", RegexOptions.CultureInvariant);
}
