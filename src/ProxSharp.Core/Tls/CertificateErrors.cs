using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace ProxSharp.Tls;

/// <summary>Words why a certificate is not accepted.</summary>
internal static class CertificateErrors
{
    private const string Compare = "Compare the fingerprint with what the server itself shows ('pvenode cert info' on Proxmox "
        + "VE, 'proxmox-backup-manager cert info' on Proxmox Backup Server)";

    public static ProxmoxConnectionException Missing(ProxmoxEndpoint endpoint)
        => New($"{endpoint} presented no certificate. Check that a Proxmox server listens there.");

    public static ProxmoxConnectionException NotTrusted(ProxmoxEndpoint endpoint, CertificateFingerprint shown, string problem)
        => New($"The certificate of {endpoint} is not trusted: {problem}. Its SHA-256 fingerprint is {shown}. "
            + $"{Compare}; then pin it ({nameof(ServerTrust)}.{nameof(ServerTrust.Pin)}), or trust the authority that signed "
                + $"it ({nameof(ServerTrust.WithCertificateAuthority)}).");

    public static ProxmoxConnectionException OtherThanPinned(
        ProxmoxEndpoint endpoint, CertificateFingerprint shown, ImmutableArray<CertificateFingerprint> expected)
        => New($"The certificate of {endpoint} is not the pinned one: its SHA-256 fingerprint is {shown}, expected was {string.Join(" or ", expected)}. "
            + $"If it was renewed: {Lower(Compare)} and change the pin. If not, somebody may be intercepting the connection.");

    public static ProxmoxConnectionException Changed(ProxmoxEndpoint endpoint, CertificateFingerprint shown, CertificateFingerprint remembered, string store)
        => New($"The certificate of {endpoint} has changed: its SHA-256 fingerprint is {shown}, expected was {remembered}, remembered in {store}. "
            + $"If it was renewed: {Lower(Compare)} and remove the server's line from that file. If not, somebody may be intercepting the connection.");

    public static ProxmoxConnectionException NotConfirmed(ProxmoxEndpoint endpoint, CertificateFingerprint shown, string problem, bool asked)
        => New($"The certificate of {endpoint} is not trusted: {problem}, and {(asked ? "it was not confirmed" : "nobody is there to confirm it")}. "
            + $"Its SHA-256 fingerprint is {shown}. {Compare}; then pin it ({nameof(ServerTrust)}.{nameof(ServerTrust.Pin)}), or confirm it at a terminal.");

    public static ProxmoxConnectionException Store(ProxmoxEndpoint endpoint, Exception exception)
        => New($"The certificate of {endpoint} cannot be checked against the remembered ones: {exception.Message}", exception);

    /// <summary>What the system found wrong, in words.</summary>
    public static string Problem(ProxmoxEndpoint endpoint, X509Chain? chain, SslPolicyErrors errors)
    {
        List<string> problems = [];
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            problems.Add($"it is not for the name {endpoint.Host}");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            problems.Add(ChainProblem(chain?.ChainStatus ?? []));
        }

        return string.Join(" and ", problems);
    }

    private static string ChainProblem(X509ChainStatus[] statuses)
    {
        X509ChainStatusFlags all = statuses.Aggregate(X509ChainStatusFlags.NoError, static (flags, status) => flags | status.Status);
        if (all.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            return "it has expired or is not valid yet";
        }

        return (all & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0 || all == X509ChainStatusFlags.NoError
            ? "no authority that the system trusts has signed it"
            : string.Join(", ", statuses.Select(static status => status.StatusInformation.TrimEnd('.', ' ', '\n', '\r')).Distinct());
    }

    private static string Lower(string text) => char.ToLowerInvariant(text[0]) + text[1..];

    private static ProxmoxConnectionException New(string message, Exception? exception = null) => new(message, exception) { IsCertificateProblem = true };
}
