using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Verbs;
using ProxSharp.Tls;

namespace ProxSharp.Cli.Doctor;

/// <summary>The certificates: what servers show themselves, and what the storages of a cluster expect of their backup servers.</summary>
internal static class CertificateChecks
{
    private const int UsualPort = 8007;
    private const int SoonDays = 30;

    private const string BackupServerMend = "On the server: proxmox-backup-manager cert update --force";
    private const string NodeMend = "On the node: pvecm updatecerts --force && systemctl restart pveproxy (with ACME: pvenode acme cert renew)";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Looks at the certificate that a node of a cluster shows.</summary>
    public static async Task<Finding> OfNodeAsync(VerbRun run, ProxmoxEndpoint endpoint, CancellationToken cancellationToken)
    {
        Look look = await LookAsync(endpoint.Host, endpoint.Port, cancellationToken).ConfigureAwait(false);
        return look.Shown is not null
            ? Of($"{endpoint.Authority}: {look.Subject}, ", look.End, "", run.Command.Services.Time.GetUtcNow(), NodeMend)
            : new Finding("certificate", FindingState.Info, $"{endpoint.Authority}: its certificate could not be looked at ({look.Problem})");
    }

    /// <summary>Shows the certificate of a backup server, which clusters need as the fingerprint of their storage.</summary>
    public static async IAsyncEnumerable<Finding> OfBackupServerAsync(
        VerbRun run, ServerSession session, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (JsonElement list, Finding? trouble) = await Checks.ReadListAsync(
            session, "certificate", "/nodes/localhost/certificates/info", cancellationToken).ConfigureAwait(false);
        if (trouble is not null)
        {
            yield return trouble;
            yield break;
        }

        foreach (JsonElement certificate in list.EnumerateArray())
        {
            string fingerprint = Text(certificate, "fingerprint").ToUpperInvariant();
            if (!certificate.TryGetProperty("notafter", out JsonElement end) || !end.TryGetInt64(out long seconds))
            {
                yield return new Finding("certificate", FindingState.Info, $"its fingerprint is {fingerprint}");
                continue;
            }

            yield return Of(
                Text(certificate, "subject") is { Length: > 0 } subject ? $"{subject}, " : "",
                DateTimeOffset.FromUnixTimeSeconds(seconds),
                $", fingerprint {fingerprint}",
                run.Command.Services.Time.GetUtcNow(),
                BackupServerMend);
        }
    }

    /// <summary>Compares the fingerprints that storages expect with what the backup servers show.</summary>
    public static async IAsyncEnumerable<Finding> OfStoragesAsync(ServerSession session, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (JsonElement storages, Finding? trouble) = await Checks.ReadListAsync(session, "storage", "/storage", cancellationToken).ConfigureAwait(false);
        if (trouble is not null)
        {
            yield return trouble;
            yield break;
        }

        foreach (JsonElement storage in storages.EnumerateArray().Where(static item => Text(item, "type") == "pbs"))
        {
            yield return await OfStorageAsync(storage, cancellationToken).ConfigureAwait(false);
        }
    }

    private static Finding Of(string lead, DateTimeOffset end, string tail, DateTimeOffset now, string mend)
    {
        (string period, FindingState state) = (end - now).TotalDays switch
        {
            <= 0 => ("ended on", FindingState.Failure),
            < SoonDays => ("ends on", FindingState.Warning),
            _ => ("good until", FindingState.Ok),
        };
        string text = string.Create(CultureInfo.InvariantCulture, $"{lead}{period} {end.UtcDateTime:yyyy-MM-dd}{tail}");
        return new Finding("certificate", state, text, state == FindingState.Ok ? "" : mend);
    }

    private static async Task<Finding> OfStorageAsync(JsonElement storage, CancellationToken cancellationToken)
    {
        string name = Text(storage, "storage");
        string server = Text(storage, "server");
        int port = int.TryParse(Text(storage, "port"), CultureInfo.InvariantCulture, out int given) ? given : UsualPort;
        Look look = await LookAsync(server, port, cancellationToken).ConfigureAwait(false);
        if (look.Shown is not { } shown)
        {
            return new Finding(
                "fingerprint", FindingState.Info, $"{name}: {server} cannot be reached from here ({look.Problem}), so its certificate was not compared");
        }

        string expected = Text(storage, "fingerprint");
        string mend = $"If the server's certificate was renewed: pvesm set {name} --fingerprint {shown}";
        return CertificateFingerprint.TryParse(expected, out CertificateFingerprint pinned)
            ? pinned == shown
                ? new Finding("fingerprint", FindingState.Ok, $"{name}: {server} shows the certificate that the storage expects")
                : new Finding("fingerprint", FindingState.Failure, $"{name}: {server} shows {shown}, and the storage expects {pinned}: backups fail", mend)
            : look.IsTrusted
                ? new Finding("fingerprint", FindingState.Ok, $"{name}: the certificate of {server} is signed by an authority that is trusted here")
                : new Finding("fingerprint", FindingState.Warning, $"{name}: no fingerprint is set, and the certificate of {server} is self-signed", mend);
    }

    // Nothing is sent but the greeting of TLS: the certificate is only looked at.
    private static async Task<Look> LookAsync(string server, int port, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        Look look = new(null, false, "", default, "it showed none");
        try
        {
            using TcpClient client = new();
            await client.ConnectAsync(server, port, patience.Token).ConfigureAwait(false);
            SslStream tls = new(client.GetStream(), leaveInnerStreamOpen: false);
            await using (tls.ConfigureAwait(false))
            {
#pragma warning disable CA5359 // The certificate is what is looked at; nothing is said over the connection.
                SslClientAuthenticationOptions options = new()
                {
                    TargetHost = server,
                    RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                    {
                        look = certificate is null ? look : See(certificate, errors == SslPolicyErrors.None);
                        return true;
                    },
                };
#pragma warning restore CA5359
                await tls.AuthenticateAsClientAsync(options, patience.Token).ConfigureAwait(false);
            }

            return look;
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException)
        {
            return look with { Problem = e.Message };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return look with { Problem = "no answer in time" };
        }
    }

    private static Look See(X509Certificate certificate, bool isTrusted)
    {
        using X509Certificate2 whole = new(certificate);
        return new Look(CertificateFingerprint.Of(whole), isTrusted, whole.Subject, new DateTimeOffset(whole.NotAfter.ToUniversalTime()), "");
    }

    private static string Text(JsonElement item, string name) => item.TryGetProperty(name, out JsonElement value) ? value.ToString() : "";

    // What was seen of a certificate; Shown is null if nothing was.
    private sealed record Look(CertificateFingerprint? Shown, bool IsTrusted, string Subject, DateTimeOffset End, string Problem);
}
