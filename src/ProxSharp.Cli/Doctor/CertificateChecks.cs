using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Verbs;
using ProxSharp.Tls;

namespace ProxSharp.Cli.Doctor;

/// <summary>The certificates of backup servers: what one shows itself, and what the storages of a cluster expect of theirs.</summary>
internal static class CertificateChecks
{
    private const int UsualPort = 8007;
    private const int SoonDays = 30;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Shows the certificate of a backup server, which clusters need as the fingerprint of their storage.</summary>
    public static async IAsyncEnumerable<Finding> OfBackupServerAsync(
        VerbRun run, ServerSession session, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (JsonElement list, Finding? trouble) = await Checks.ReadAsync(
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

            DateTimeOffset until = DateTimeOffset.FromUnixTimeSeconds(seconds);
            double days = (until - run.Command.Services.Time.GetUtcNow()).TotalDays;
            string text = string.Create(CultureInfo.InvariantCulture, $"good until {until:yyyy-MM-dd}, fingerprint {fingerprint}");
            yield return days switch
            {
                < 0 => new Finding("certificate", FindingState.Failure, $"not {text}", "On the server: proxmox-backup-manager cert update --force"),
                < SoonDays => new Finding("certificate", FindingState.Warning, text, "On the server: proxmox-backup-manager cert update --force"),
                _ => new Finding("certificate", FindingState.Ok, text),
            };
        }
    }

    /// <summary>Compares the fingerprints that storages expect with what the backup servers show.</summary>
    public static async IAsyncEnumerable<Finding> OfStoragesAsync(ServerSession session, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (JsonElement storages, Finding? trouble) = await Checks.ReadAsync(session, "storage", "/storage", cancellationToken).ConfigureAwait(false);
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

    private static async Task<Finding> OfStorageAsync(JsonElement storage, CancellationToken cancellationToken)
    {
        string name = Text(storage, "storage");
        string server = Text(storage, "server");
        int port = int.TryParse(Text(storage, "port"), CultureInfo.InvariantCulture, out int given) ? given : UsualPort;
        (CertificateFingerprint? shown, bool isTrusted, string problem) = await LookAsync(server, port, cancellationToken).ConfigureAwait(false);
        if (shown is null)
        {
            return new Finding(
                "fingerprint", FindingState.Info, $"{name}: {server} cannot be reached from here ({problem}), so its certificate was not compared");
        }

        string expected = Text(storage, "fingerprint");
        string mend = $"If the server's certificate was renewed: pvesm set {name} --fingerprint {shown}";
        return CertificateFingerprint.TryParse(expected, out CertificateFingerprint pinned)
            ? pinned == shown
                ? new Finding("fingerprint", FindingState.Ok, $"{name}: {server} shows the certificate that the storage expects")
                : new Finding("fingerprint", FindingState.Failure, $"{name}: {server} shows {shown}, and the storage expects {pinned}: backups fail", mend)
            : isTrusted
                ? new Finding("fingerprint", FindingState.Ok, $"{name}: the certificate of {server} is signed by an authority that is trusted here")
                : new Finding("fingerprint", FindingState.Warning, $"{name}: no fingerprint is set, and the certificate of {server} is self-signed", mend);
    }

    // Nothing is sent but the greeting of TLS: the certificate is only looked at.
    private static async Task<(CertificateFingerprint? Shown, bool IsTrusted, string Problem)> LookAsync(
        string server, int port, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        (CertificateFingerprint? shown, bool isTrusted) = (null, false);
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
                        (shown, isTrusted) = (certificate is null ? null : CertificateFingerprint.Of(certificate), errors == SslPolicyErrors.None);
                        return true;
                    },
                };
#pragma warning restore CA5359
                await tls.AuthenticateAsClientAsync(options, patience.Token).ConfigureAwait(false);
            }

            return (shown, isTrusted, "");
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException)
        {
            return (shown, isTrusted, e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (shown, isTrusted, "no answer in time");
        }
    }

    private static string Text(JsonElement item, string name) => item.TryGetProperty(name, out JsonElement value) ? value.ToString() : "";
}
