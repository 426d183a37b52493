using System.Globalization;
using System.Text;
using ProxSharp.Authentication;
using ProxSharp.Backup.Environments;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Pbs;
using ProxSharp.Tls;

namespace ProxSharp.Backup;

/// <summary>
/// What the environment says about backups, by the names that the official client uses: <c>PBS_REPOSITORY</c>, <c>PBS_PASSWORD</c>, <c>PBS_FINGERPRINT</c> and
/// <c>PBS_ENCRYPTION_PASSWORD</c>, each also as <c>..._FD</c>, <c>..._FILE</c>, <c>..._CMD</c> or as a credential of systemd, and the default keys below the
/// configuration directory. Secrets are read when they are needed. Where <c>PBS_REPOSITORY</c> is not set, <c>PBS_DATASTORE</c> with <c>PBS_SERVER</c>,
/// <c>PBS_PORT</c> and <c>PBS_AUTH_ID</c> names the repository.
/// </summary>
/// <example>
/// <code>
/// BackupEnvironment environment = BackupEnvironment.Read();
/// await using PbsClient pbs = environment.Connect();
/// BackupResult result = await pbs.Datastores[environment.Repository!.Datastore].BackupAsync(group, sources);
/// </code>
/// </example>
public sealed record BackupEnvironment
{
    /// <summary>The repository; null if none is set.</summary>
    public BackupRepository? Repository { get; init; }

    /// <summary>The password of the user, or the secret of the API token; null if none is set.</summary>
    public SecretSource? Password { get; init; }

    /// <summary>The SHA-256 fingerprint of the server's certificate; null if none is set.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>The passphrase of the key file; null if none is set.</summary>
    public SecretSource? EncryptionPassword { get; init; }

    /// <summary>The path of the default key file; null if there is none.</summary>
    public string? KeyFilePath { get; init; }

    /// <summary>The path of the default master key; null if there is none.</summary>
    public string? MasterKeyPath { get; init; }

    /// <summary>The fingerprints that were accepted before, by host.</summary>
    internal IReadOnlyDictionary<string, string> KnownFingerprints { get; init; } = new Dictionary<string, string>();

    /// <summary>Reads the environment of this process.</summary>
    /// <exception cref="FormatException">A variable has a value that it cannot have.</exception>
    /// <exception cref="InvalidOperationException">A file or command that a variable names cannot be read.</exception>
    public static BackupEnvironment Read() => Read(Environment.GetEnvironmentVariable);

    /// <summary>Reads an environment.</summary>
    /// <param name="variables">Tells the value of a variable; null if it is not set.</param>
    /// <exception cref="FormatException">A variable has a value that it cannot have.</exception>
    /// <exception cref="InvalidOperationException">A file or command that a variable names cannot be read.</exception>
    public static BackupEnvironment Read(Func<string, string?> variables) => Read(variables, static _ => { });

    /// <summary>Reads an environment.</summary>
    /// <param name="variables">Tells the value of a variable; null if it is not set.</param>
    /// <param name="warned">Is told of a file with a secret that other users may read, when it is read. The official client takes such files as well.</param>
    /// <exception cref="FormatException">A variable has a value that it cannot have.</exception>
    /// <exception cref="InvalidOperationException">A file or command that a variable names cannot be read.</exception>
    public static BackupEnvironment Read(Func<string, string?> variables, Action<string> warned)
    {
        ArgumentNullException.ThrowIfNull(variables);
        ArgumentNullException.ThrowIfNull(warned);
        ConfigDirectories directories = new(variables);
        SecretVariables secrets = new(variables, warned);
        return new BackupEnvironment
        {
            Repository = secrets.Find("PBS_REPOSITORY", "proxmox-backup-client.repository")?.Read() is { } repository
                ? BackupRepository.Parse(repository, CultureInfo.InvariantCulture)
                : FromParts(variables),
            Password = secrets.Find("PBS_PASSWORD", "proxmox-backup-client.password"),
            Fingerprint = secrets.Find("PBS_FINGERPRINT", "proxmox-backup-client.fingerprint")?.Read(),
            EncryptionPassword = secrets.Find("PBS_ENCRYPTION_PASSWORD", "proxmox-backup-client.encryption-password"),
            KeyFilePath = directories.Find("encryption-key.json"),
            MasterKeyPath = directories.Find("master-public.pem"),
            KnownFingerprints = directories.ReadFingerprints(),
        };
    }

    // The whole repository goes before its parts; of these the datastore alone has no default.
    private static BackupRepository? FromParts(Func<string, string?> variables)
    {
        string? Part(string name) => variables(name) is { Length: > 0 } value ? value : null;
        if (Part("PBS_DATASTORE") is not { } datastore)
        {
            return null;
        }

        int port = BackupRepository.DefaultPort;
        return Part("PBS_PORT") is { } text && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535)
            ? throw new FormatException($"PBS_PORT is \"{text}\": expected a number from 1 to 65535.")
            : BackupRepository.Create(datastore, Part("PBS_SERVER") ?? "localhost", port, Part("PBS_AUTH_ID") ?? BackupRepository.DefaultAuthId);
    }

    /// <summary>
    /// Tells which certificate a server must have: that of <see cref="Fingerprint"/>, else the one the official client has remembered for it.
    /// </summary>
    /// <param name="repository">The repository.</param>
    /// <returns>Null if neither is known.</returns>
    public string? FindFingerprint(BackupRepository repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return Fingerprint ?? KnownFingerprints.GetValueOrDefault(repository.Host);
    }

    /// <summary>Makes the options of a client for a repository.</summary>
    /// <param name="repository">The repository; null takes <see cref="Repository"/>.</param>
    /// <returns>
    /// Options with the credentials of the environment. The certificate must be the one of <see cref="Fingerprint"/>, else the one that the official client has
    /// remembered for the host, else one that the system trusts.
    /// </returns>
    /// <exception cref="InvalidOperationException">There is no repository or no password.</exception>
    public ProxmoxClientOptions CreateOptions(BackupRepository? repository = null)
    {
        repository ??= Repository ?? throw new InvalidOperationException("No repository is given: set PBS_REPOSITORY, for example to user@pbs@host:store.");
        SecretSource password = Password
            ?? throw new InvalidOperationException($"There is no password for {repository.AuthId}: set PBS_PASSWORD, PBS_PASSWORD_FILE or PBS_PASSWORD_CMD.");
        string host = repository.Host.Contains(':', StringComparison.Ordinal) && repository.Host[0] != '[' ? $"[{repository.Host}]" : repository.Host;
        string? fingerprint = FindFingerprint(repository);
        return new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(FormattableString.Invariant($"https://{host}:{repository.Port}"), ProxmoxProduct.BackupServer)],
            Credentials = repository.AuthId.Contains('!', StringComparison.Ordinal)
                ? ProxmoxCredentials.ApiToken(repository.AuthId, password)
                : ProxmoxCredentials.Password(repository.AuthId, password),
            Trust = fingerprint is null ? ServerTrust.System : ServerTrust.Pin(fingerprint),
        };
    }

    /// <summary>Makes a client for a repository. Nothing is sent until the first call.</summary>
    /// <param name="repository">The repository; null takes <see cref="Repository"/>.</param>
    /// <exception cref="InvalidOperationException">There is no repository or no password.</exception>
    public PbsClient Connect(BackupRepository? repository = null) => new(CreateOptions(repository));

    /// <summary>Reads a key file and unlocks it with <see cref="EncryptionPassword"/>.</summary>
    /// <param name="path">The key file; null takes <see cref="KeyFilePath"/>.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The key. Dispose of it after use.</returns>
    /// <exception cref="InvalidOperationException">There is no key file, or it has a passphrase and none is given.</exception>
    /// <exception cref="Formats.BackupKeyException">The passphrase is wrong.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async Task<CryptConfig> UnlockKeyAsync(string? path = null, CancellationToken cancellationToken = default)
    {
        path ??= KeyFilePath ?? throw new InvalidOperationException("There is no default key: give the path of a key file.");
        KeyFile file = KeyFile.Parse(await SmallFile.ReadAsync(path, SmallFile.LargestKey, cancellationToken).ConfigureAwait(false));
        if (file.Kind == KeyDerivationKind.None)
        {
            return file.Unlock();
        }

        SecretSource source = EncryptionPassword ?? throw new InvalidOperationException($"The key file {path} has a passphrase: set PBS_ENCRYPTION_PASSWORD.");
        return file.Unlock(Encoding.UTF8.GetBytes(await source.ReadAsync(cancellationToken).ConfigureAwait(false)));
    }

    /// <inheritdoc cref="UnlockKeyAsync"/>
    public CryptConfig UnlockKey(string? path = null, CancellationToken cancellationToken = default) =>
        Blocking.Run(() => UnlockKeyAsync(path, cancellationToken));
}
