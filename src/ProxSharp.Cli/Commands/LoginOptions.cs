using System.CommandLine;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Tls;

namespace ProxSharp.Cli.Commands;

/// <summary>The options that say how to log in to a server and which certificate to accept.</summary>
internal sealed class LoginOptions(bool recursive)
{
    /// <summary>The product.</summary>
    public Option<string> Product { get; } = Make<string>(
        "--product", "pve or pbs [default: pbs for port 8007 or the realm pbs, else pve]", "product", recursive);

    /// <summary>An API token.</summary>
    public Option<string> TokenId { get; } = Make<string>("--token-id", "Log in with an API token, for example root@pam!ci", "id", recursive);

    /// <summary>A user.</summary>
    public Option<string> User { get; } = Make<string>("--user", "Log in with a user's password, for example root@pam", "user", recursive);

    /// <summary>Where the secret is.</summary>
    public Option<string> Secret { get; } = Make<string>(
        "--secret", "Where the token's secret or the password is: env:NAME, file:/path or 'exec:command arguments'", "reference", recursive);

    /// <summary>Pinned certificates.</summary>
    public Option<string[]> Fingerprints { get; } = Make<string[]>(
        "--fingerprint", "Accept the certificate with this SHA-256 fingerprint; repeat it for other nodes", "sha256", recursive);

    /// <summary>An authority.</summary>
    public Option<string> AuthorityFile { get; } = Make<string>("--ca-file", "Accept certificates signed by the authority in this PEM file", "file", recursive);

    /// <summary>No check at all.</summary>
    public Option<bool> Insecure { get; } = Make<bool>("--insecure", "Accept any certificate: anybody on the way can read the secret", null, recursive);

    /// <summary>All of them in the order of help.</summary>
    public IReadOnlyList<Option> All => [Product, TokenId, User, Secret, Fingerprints, AuthorityFile, Insecure];

    /// <summary>Returns the first of the options that was typed; null if none was.</summary>
    public Option? FirstGiven(CommandRun run) => All.FirstOrDefault(run.IsGiven);

    /// <summary>Returns the product if it was named.</summary>
    public ProxmoxProduct? NamedProduct(CommandRun run) => run.Value(Product) switch
    {
        null => null,
        "pve" or "pbs" => Products.Parse(run.Value(Product)!),
        { } other => throw CliException.Usage($"'{other}' is no product", "Write pve or pbs"),
    };

    /// <summary>Describes a server from the options.</summary>
    /// <param name="run">What was typed.</param>
    /// <param name="name">The name of the context; null if there is none.</param>
    /// <param name="urls">The addresses.</param>
    /// <exception cref="CliException">Something is missing or contradicts something else.</exception>
    public ServerContext Read(CommandRun run, string? name, IReadOnlyList<string> urls)
    {
        ProxmoxProduct product = NamedProduct(run) ?? Products.Guess(urls, run.Value(TokenId) ?? run.Value(User));
        ProxmoxEndpoint[] endpoints = [.. urls.Select(url => Products.ParseEndpoint(url, product))];
        (string? tokenId, string? user) = (run.Value(TokenId), run.Value(User));
        CheckIdentity(tokenId, user, product);
        return new ServerContext
        {
            Name = name,
            Product = product,
            Endpoints = endpoints,
            TokenId = tokenId,
            User = user,
            Secret = run.Value(Secret) is { } secret
                ? SecretReference.Parse(secret, run.Services.Environment)
                : throw CliException.Usage(
                    "--secret is missing", "Say where the token's secret or the password is: --secret env:NAME, file:/path or 'exec:command arguments'"),
            Trust = ReadTrust(run),
        };
    }

    private static void CheckIdentity(string? tokenId, string? user, ProxmoxProduct product)
    {
        string realm = product == ProxmoxProduct.BackupServer ? "pbs" : "pve";
        switch (tokenId, user)
        {
            case (null, null):
                throw CliException.Usage("Nobody is named to log in as", "Give --token-id (better for programs) or --user");
            case ({ }, { }):
                throw CliException.Usage("--token-id and --user exclude each other", "Give one of them");
            case ({ }, _) when !LoginNames.IsTokenId(tokenId):
                // The text is not repeated: whoever pastes a whole token pastes the secret too.
                throw CliException.Usage(
                    "The value of --token-id is no token id",
                    $"A token id names user, realm and token: someone@{realm}!name (quote it: shells treat ! specially). Its secret is named with --secret");
            case (_, { }) when !LoginNames.IsUser(user):
                throw CliException.Usage(
                    "The value of --user is no user", $"A user is written with its realm: root@pam or someone@{realm}. Its password is named with --secret");
            default:
                break;
        }
    }

    /// <summary>Reads which certificates are accepted.</summary>
    public TrustSettings ReadTrust(CommandRun run)
    {
        string[] fingerprints = run.Value(Fingerprints) ?? [];
        string? authority = run.Value(AuthorityFile);
        bool insecure = run.Value(Insecure);
        if ((fingerprints.Length > 0 ? 1 : 0) + (authority is not null ? 1 : 0) + (insecure ? 1 : 0) > 1)
        {
            throw CliException.Usage("--fingerprint, --ca-file and --insecure exclude each other", "Give one of them");
        }

        string? file = authority is null ? null : run.Services.Environment.AbsolutePath(authority);
        if (file is not null)
        {
            AuthorityCertificate.Load(file);
        }

        return new TrustSettings { Fingerprints = [.. fingerprints.Select(ReadFingerprint)], AuthorityFile = file, IsInsecure = insecure };
    }

    /// <summary>Reads a fingerprint.</summary>
    /// <exception cref="CliException">It is none.</exception>
    public static CertificateFingerprint ReadFingerprint(string text) => CertificateFingerprint.TryParse(text, out CertificateFingerprint fingerprint)
        ? fingerprint
        : throw CliException.Usage(
            $"'{text}' is no SHA-256 fingerprint",
            "It has 64 hexadecimal digits, with or without colons (on the server: pvenode cert info, proxmox-backup-manager cert info)");

    private static Option<T> Make<T>(string name, string description, string? helpName, bool recursive) =>
        new(name) { Description = description, HelpName = helpName, Recursive = recursive };
}
