using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ProxSharp.Tls;

/// <summary>
/// Which server certificates a client accepts. The default is what the system trusts; a Proxmox installation usually needs more, because its
/// certificates are signed by an authority of its own. Immutable and safe for concurrent use.
/// </summary>
/// <example>
/// <code>
/// ServerTrust pinned = ServerTrust.Pin("5C:8F:...");
/// ServerTrust cluster = ServerTrust.System.WithCertificateAuthority("/etc/pve/pve-root-ca.pem");
/// </code>
/// </example>
public sealed class ServerTrust
{
    private readonly Lock _asking = new();

    private ServerTrust()
    {
    }

    /// <summary>Certificates that the system trusts, for the name in the address.</summary>
    public static ServerTrust System { get; } = new();

    /// <summary>
    /// Any certificate of anybody. Whoever can get between client and server reads passwords and acts in the user's name: for throw-away test
    /// servers only.
    /// </summary>
    public static ServerTrust Insecure { get; } = new() { AcceptsAnything = true };

    internal bool AcceptsAnything { get; private init; }

    internal ImmutableArray<X509Certificate2> Authorities { get; private init; } = [];

    internal ImmutableArray<CertificateFingerprint> Pins { get; private init; } = [];

    internal Dictionary<string, CertificateFingerprint> EndpointPins { get; private init; } = [];

    internal FingerprintStore? Store { get; private init; }

    internal Func<CertificatePrompt, bool>? Confirm { get; private init; }

    /// <summary>
    /// Only certificates with one of these fingerprints, whoever signed them, whatever name they are for, and expired or not. A certificate with
    /// another fingerprint is refused even if the system trusts it.
    /// </summary>
    /// <param name="fingerprints">SHA-256 fingerprints as hex, with or without colons, in either case.</param>
    /// <exception cref="FormatException">A text is not a fingerprint.</exception>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static ServerTrust Pin(params ReadOnlySpan<string> fingerprints)
    {
        if (fingerprints.IsEmpty)
        {
            throw new ArgumentException("Give at least one fingerprint.", nameof(fingerprints));
        }

        ImmutableArray<CertificateFingerprint>.Builder pins = ImmutableArray.CreateBuilder<CertificateFingerprint>();
        foreach (string fingerprint in fingerprints)
        {
            pins.Add(CertificateFingerprint.Parse(fingerprint, null));
        }

        return new ServerTrust { Pins = pins.ToImmutable() };
    }

    /// <summary>
    /// Certificates that the system trusts, those remembered in a store, and new ones that somebody confirms; these are remembered. A server
    /// that shows another certificate than the remembered one is refused without asking.
    /// </summary>
    /// <param name="store">Remembers what was confirmed.</param>
    /// <param name="confirm">
    /// Asks a person about a certificate; true to trust it from now on. Null when nobody is there to ask: an unknown certificate is then refused.
    /// It is called on the thread that sets up the connection, for one certificate at a time.
    /// </param>
    public static ServerTrust FirstUse(FingerprintStore store, Func<CertificatePrompt, bool>? confirm)
    {
        ArgumentNullException.ThrowIfNull(store);
        return new ServerTrust { Store = store, Confirm = confirm };
    }

    /// <summary>Accepts in addition certificates that the authorities in a file have signed, for the name in the address.</summary>
    /// <param name="pemFile">One or more certificates in PEM form, such as a cluster's <c>pve-root-ca.pem</c>.</param>
    /// <exception cref="ArgumentException">The file holds no certificate.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ServerTrust WithCertificateAuthority(string pemFile)
    {
        ArgumentException.ThrowIfNullOrEmpty(pemFile);
        X509Certificate2Collection found = [];
        try
        {
            found.ImportFromPem(File.ReadAllText(pemFile));
        }
        catch (CryptographicException exception)
        {
            throw new ArgumentException($"{pemFile} holds a certificate that cannot be read: {exception.Message}", nameof(pemFile), exception);
        }

        return found.Count == 0
            ? throw new ArgumentException($"{pemFile} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).", nameof(pemFile))
            : Copy(authorities: [.. Authorities, .. found]);
    }

    /// <summary>Accepts from one server exactly the certificate with this fingerprint; other servers are judged as before.</summary>
    /// <param name="endpoint">The server.</param>
    /// <param name="fingerprint">The SHA-256 fingerprint as hex, with or without colons, in either case.</param>
    /// <exception cref="FormatException">The text is not a fingerprint.</exception>
    public ServerTrust WithPin(ProxmoxEndpoint endpoint, string fingerprint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return WithPins([new(endpoint, CertificateFingerprint.Parse(fingerprint, null))]);
    }

    /// <summary>As <see cref="WithPin"/> for several servers, such as the nodes of a cluster.</summary>
    public ServerTrust WithPins(IEnumerable<KeyValuePair<ProxmoxEndpoint, CertificateFingerprint>> pins)
    {
        ArgumentNullException.ThrowIfNull(pins);
        Dictionary<string, CertificateFingerprint> all = new(EndpointPins, StringComparer.OrdinalIgnoreCase);
        foreach ((ProxmoxEndpoint endpoint, CertificateFingerprint fingerprint) in pins)
        {
            all[endpoint.Authority] = fingerprint;
        }

        return Copy(endpointPins: all);
    }

    /// <summary>Says what is accepted.</summary>
    public override string ToString()
    {
        string basis = AcceptsAnything ? "any certificate (insecure)" : Pins.Length > 0 ? "pinned certificates" : Store is not null ? "first use" : "system";
        return basis + (Authorities.Length > 0 ? " and own authorities" : "") + (EndpointPins.Count > 0 ? " and pins per server" : "");
    }

    /// <summary>True if the certificate of a server is accepted for its fingerprint, not for who signed it.</summary>
    internal bool JudgesByFingerprint(ProxmoxEndpoint endpoint) =>
        EndpointPins.ContainsKey(endpoint.Authority) || (!AcceptsAnything && (!Pins.IsEmpty || Store is not null));

    /// <summary>True if it does not matter who signed a server's certificate: its fingerprint alone decides, or nothing does.</summary>
    internal bool IgnoresSigners(ProxmoxEndpoint endpoint) => AcceptsAnything || !Pins.IsEmpty || EndpointPins.ContainsKey(endpoint.Authority);

    /// <summary>Judges a certificate during the handshake. Returns true; a refusal is an exception, so that its reason is not lost.</summary>
    /// <exception cref="ProxmoxConnectionException">It is not accepted; the text says what was shown, what was expected, and what to do.</exception>
    internal bool Accept(ProxmoxEndpoint endpoint, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (AcceptsAnything && !EndpointPins.ContainsKey(endpoint.Authority))
        {
            return true;
        }

        if (certificate is null)
        {
            throw CertificateErrors.Missing(endpoint);
        }

        CertificateFingerprint shown = CertificateFingerprint.Of(certificate);
        if (EndpointPins.TryGetValue(endpoint.Authority, out CertificateFingerprint pin))
        {
            ThrowUnless(shown == pin, endpoint, shown, [pin]);
        }
        else if (!Pins.IsEmpty)
        {
            ThrowUnless(Pins.Contains(shown), endpoint, shown, Pins);
        }
        else if (errors != SslPolicyErrors.None && !CertificateChains.LeadsTo(Authorities, certificate, chain, errors))
        {
            AskStore(endpoint, certificate, shown, CertificateErrors.Problem(endpoint, chain, errors));
        }

        return true;
    }

    private static void ThrowUnless(bool matches, ProxmoxEndpoint endpoint, CertificateFingerprint shown, ImmutableArray<CertificateFingerprint> expected)
    {
        if (!matches)
        {
            throw CertificateErrors.OtherThanPinned(endpoint, shown, expected);
        }
    }

    private void AskStore(ProxmoxEndpoint endpoint, X509Certificate certificate, CertificateFingerprint shown, string problem)
    {
        if (Store is null)
        {
            throw CertificateErrors.NotTrusted(endpoint, shown, problem);
        }

        // One question at a time: parallel connections to a new server wait for the first answer.
        lock (_asking)
        {
            CertificateFingerprint? known = Remembered(Store, endpoint);
            if (known is { } remembered)
            {
                if (remembered != shown)
                {
                    throw CertificateErrors.Changed(endpoint, shown, remembered, Store.Path);
                }

                return;
            }

            using X509Certificate2 copy = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
            if (Confirm is null || !Confirm(new CertificatePrompt(endpoint, copy, shown, problem)))
            {
                throw CertificateErrors.NotConfirmed(endpoint, shown, problem, asked: Confirm is not null);
            }

            Remember(Store, endpoint, shown);
        }
    }

    private static CertificateFingerprint? Remembered(FingerprintStore store, ProxmoxEndpoint endpoint)
    {
        try
        {
            return store.Find(endpoint);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw CertificateErrors.Store(endpoint, exception);
        }
    }

    private static void Remember(FingerprintStore store, ProxmoxEndpoint endpoint, CertificateFingerprint shown)
    {
        try
        {
            store.Set(endpoint, shown);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw CertificateErrors.Store(endpoint, exception);
        }
    }

    private ServerTrust Copy(ImmutableArray<X509Certificate2>? authorities = null, Dictionary<string, CertificateFingerprint>? endpointPins = null) =>
        new()
        {
            AcceptsAnything = AcceptsAnything,
            Authorities = authorities ?? Authorities,
            Pins = Pins,
            EndpointPins = endpointPins ?? EndpointPins,
            Store = Store,
            Confirm = Confirm,
        };
}
