using System.CommandLine;
using System.Text;
using ProxSharp.Backup;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Backups;

/// <summary>The options about encryption keys. Passphrases are referred to, never given.</summary>
internal sealed class KeyOptions
{
    // As ls shows it, without the suffix that it is stored with.
    private const string EncryptedKey = "rsa-encrypted.key";

    /// <summary>The key file.</summary>
    public Option<string> KeyFile { get; } = new("--keyfile")
    {
        Description = "The file with the encryption key [default: encryption-key.json in the configuration of the official client, if there is one]",
        HelpName = "file",
    };

    /// <summary>The number of an open file with the key.</summary>
    public Option<int?> KeyDescriptor { get; } = new("--keyfd")
    {
        Description = "The number of an open file with the encryption key, instead of --keyfile",
        HelpName = "n",
    };

    /// <summary>The number of an open file with the master key.</summary>
    public Option<int?> MasterDescriptor { get; } = new("--master-pubkey-fd")
    {
        Description = "The number of an open file with the master key, instead of --master-pubkey-file",
        HelpName = "n",
    };

    /// <summary>Where the passphrase is.</summary>
    public Option<string> Passphrase { get; } = new("--key-passphrase")
    {
        Description = "Where the passphrase of the key is: env:NAME, file:/path or 'exec:command' [default: PBS_ENCRYPTION_PASSWORD, else it is asked for]",
        HelpName = "reference",
    };

    /// <summary>What the key is for.</summary>
    public Option<string> CryptMode { get; } = new("--crypt-mode")
    {
        Description = "encrypt, sign-only or none [default: encrypt with a key, none without]",
        HelpName = "mode",
    };

    /// <summary>The master key.</summary>
    public Option<string> MasterKey { get; } = new("--master-pubkey-file")
    {
        Description = "Also store the key in the backup, encrypted for this master key [default: master-public.pem of the official client]",
        HelpName = "file",
    };

    /// <summary>Takes what has lost its signature.</summary>
    public Option<bool> AllowUnsigned { get; } = new("--allow-unsigned")
    {
        Description = "With a key, read also a snapshot whose signature is missing although a key was used: anybody may have changed it",
    };

    /// <summary>Refuses what was never signed, too.</summary>
    public Option<bool> RequireSignature { get; } = new("--require-signature")
    {
        Description = "Refuse a snapshot without a signature of the key, also one that was made without a key",
    };

    public KeyOptions() => CryptMode.AcceptOnlyFromAmong("none", "encrypt", "sign-only");

    /// <summary>Those for reading.</summary>
    public IReadOnlyList<Option> ForReading => [KeyFile, KeyDescriptor, Passphrase, AllowUnsigned, RequireSignature];

    /// <summary>Those for verbs that encrypt a file, and read no snapshot.</summary>
    public IReadOnlyList<Option> ForOneFile => [KeyFile, KeyDescriptor, Passphrase];

    /// <summary>Those for writing.</summary>
    public IReadOnlyList<Option> ForWriting => [KeyFile, KeyDescriptor, Passphrase, CryptMode, MasterKey, MasterDescriptor];

    /// <summary>Unlocks the key that is named, else the default one.</summary>
    /// <returns>Null if there is none.</returns>
    public async Task<CryptConfig?> UnlockAsync(VerbRun run, BackupEnvironment environment, CancellationToken cancellationToken) =>
        await FindAsync(run, environment, cancellationToken).ConfigureAwait(false) is var (file, name)
            ? await UnlockAsync(run, environment, file, name, cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>Reads the key that is named, else the default one, still locked.</summary>
    /// <returns>The key and what it is called; null if there is none.</returns>
    public async Task<FoundKey?> FindAsync(VerbRun run, BackupEnvironment environment, CancellationToken cancellationToken)
    {
        bool isNamed = run.IsGiven(KeyFile) || run.IsGiven(KeyDescriptor);
        if (run.IsGiven(KeyFile) && run.IsGiven(KeyDescriptor))
        {
            throw CliException.Usage("--keyfile and --keyfd name a key each", "Leave one of them out");
        }

        if (run.Value(CryptMode) == "none")
        {
            return isNamed ? throw CliException.Usage("A key and --crypt-mode none contradict each other", "Leave one of them out") : null;
        }

        if (await DescriptorFile.ReadAsync(run, KeyDescriptor, cancellationToken).ConfigureAwait(false) is { } content)
        {
            return new FoundKey(Parse(content, $"What {KeyDescriptor.Name} names"), "the key");
        }

        string? path = run.Value(KeyFile) is { } named ? run.Command.Services.Environment.AbsolutePath(named) : environment.KeyFilePath;
        if (path is null)
        {
            return null;
        }

        KeyFile file = await ReadAsync(path, cancellationToken).ConfigureAwait(false);
        if (file.Kind == KeyDerivationKind.None && !OperatingSystem.IsWindows()
            && (File.GetUnixFileMode(path) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite)) != 0)
        {
            run.Command.Warn($"The key {path} has no passphrase, and other users may get at it: run 'chmod 600 {path}'");
        }

        return new FoundKey(file, path);
    }

    /// <summary>
    /// Unlocks the key for reading a file of a snapshot, or all of it, and says what is done without a signature.
    /// What the master key recovers the key from is needed where the key is lost, so it takes none but
    /// one that is named.
    /// </summary>
    /// <returns>Null if there is none.</returns>
    public async Task<CryptConfig?> UnlockForAsync(VerbRun run, SnapshotPlace place, string? file, CancellationToken cancellationToken)
    {
        bool mustBeSigned = run.Value(RequireSignature);
        if (run.Value(AllowUnsigned) || mustBeSigned)
        {
            place.Reading = place.Reading with { RequireSignature = mustBeSigned };
        }

        if (mustBeSigned && run.Value(AllowUnsigned))
        {
            throw CliException.Usage("--require-signature and --allow-unsigned contradict each other", "Leave one of them out");
        }

        bool needsKey = mustBeSigned || file is not (EncryptedKey or ArchiveName.EncryptedKey) || run.IsGiven(KeyFile) || run.IsGiven(KeyDescriptor);
        if (needsKey)
        {
            CryptConfig? key = await UnlockAsync(run, place.Environment, cancellationToken).ConfigureAwait(false);
            return key is not null || !mustBeSigned ? key : throw CliException.Usage(
                "--require-signature needs the key that signatures are made with, and there is none", "Give it with --keyfile FILE");
        }

        place.Reading = place.Reading with { AllowMissingKey = true };
        return null;
    }

    /// <summary>Checks that there is a key where something needs one.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public void Require(VerbRun run, CryptConfig? key)
    {
        string? needy = run.Value(CryptMode) is { } mode and not "none" ? $"--crypt-mode {mode}"
            : run.IsGiven(MasterKey) || run.IsGiven(MasterDescriptor) ? "A master key" : null;
        if (key is null && needy is not null)
        {
            throw CliException.Usage($"{needy} needs a key, and there is none", "Give it with --keyfile FILE, or make one: prox backup key create FILE");
        }
    }

    /// <summary>Reads a key file, still locked.</summary>
    /// <exception cref="CliException">There is no such file.</exception>
    public static async Task<KeyFile> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!Path.Exists(path))
        {
            throw new CliException(new CliError
            {
                Code = "not_found",
                ExitCode = ExitCodes.NotFound,
                Message = $"There is no key file {path}",
                Hint = "Name it with --keyfile, or make one: prox backup key create FILE",
            });
        }

        return Parse(await SmallFile.ReadAsync(path, SmallFile.LargestKey, cancellationToken).ConfigureAwait(false), path);
    }

    private static KeyFile Parse(byte[] content, string what)
    {
        try
        {
            return Backup.Formats.Crypto.KeyFile.Parse(content);
        }
        catch (ProxmoxProtocolException other)
        {
            throw NoKey($"{what} holds no key", other);
        }
    }

    /// <summary>Takes a key out of its file, or protects it anew.</summary>
    /// <exception cref="CliException">The file was changed: it is of another key than it says.</exception>
    public static T Open<T>(string name, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (ProxmoxProtocolException other)
        {
            throw NoKey($"{name} was changed or is damaged: {other.Message.TrimEnd('.')}", other);
        }
    }

    private static CliException NoKey(string message, ProxmoxProtocolException cause) => new(
        new CliError
        {
            Code = "file",
            ExitCode = ExitCodes.Error,
            Message = message,
            Hint = "Name a file that prox backup key create or the official client has made.",
        },
        cause);

    /// <summary>Unlocks a key that was read, with its passphrase if it has one.</summary>
    public async Task<CryptConfig> UnlockAsync(
        VerbRun run, BackupEnvironment environment, KeyFile file, string name, CancellationToken cancellationToken)
    {
        byte[] passphrase = file.Kind == KeyDerivationKind.None
            ? []
            : await PassphraseAsync(run, environment, $"Passphrase of {name}: ", cancellationToken).ConfigureAwait(false);
        return Open(name, () => file.Unlock(passphrase));
    }

    /// <summary>Fetches the passphrase of a key that exists.</summary>
    public async Task<byte[]> PassphraseAsync(VerbRun run, BackupEnvironment environment, string question, CancellationToken cancellationToken) =>
        await PassphraseAsync(run, run.Value(Passphrase), environment, question, cancellationToken).ConfigureAwait(false)
        ?? throw BackupSecrets.Missing(
            "The key has a passphrase, and nobody can be asked for it here", "Set PBS_ENCRYPTION_PASSWORD, or give --key-passphrase");

    /// <summary>Fetches a passphrase from where a reference points, else from the environment, else from the person at the terminal.</summary>
    /// <returns>Null if it is nowhere.</returns>
    public static async Task<byte[]?> PassphraseAsync(
        VerbRun run, string? reference, BackupEnvironment? environment, string question, CancellationToken cancellationToken)
    {
        CliEnvironment place = run.Command.Services.Environment;
        if (reference is not null)
        {
            SecretReference parsed = SecretReference.Parse(reference, place);
            return Encoding.UTF8.GetBytes(await run.Command.Services.Secrets.ReadAsync(parsed, run.Note, cancellationToken).ConfigureAwait(false));
        }

        if (environment?.EncryptionPassword is { } source)
        {
            return Encoding.UTF8.GetBytes(await BackupSecrets.ReadAsync(source, "the passphrase of the key", cancellationToken).ConfigureAwait(false));
        }

        Questions questions = new(run.Command, cancellationToken);
        return questions.CanAsk ? Encoding.UTF8.GetBytes(await questions.AskSecretAsync(question).ConfigureAwait(false)) : null;
    }

    /// <summary>Reads what the key is for.</summary>
    public CryptMode? ReadMode(VerbRun run) => run.Value(CryptMode) switch
    {
        "encrypt" => Backup.Formats.Manifests.CryptMode.Encrypt,
        "sign-only" => Backup.Formats.Manifests.CryptMode.SignOnly,
        _ => null,
    };

    /// <summary>Reads the master key that is named, else the default one.</summary>
    /// <returns>Null if there is none.</returns>
    public async Task<MasterPublicKey?> ReadMasterAsync(VerbRun run, BackupEnvironment environment, bool hasKey, CancellationToken cancellationToken)
    {
        if (run.IsGiven(MasterKey) && run.IsGiven(MasterDescriptor))
        {
            throw CliException.Usage("--master-pubkey-file and --master-pubkey-fd name a key each", "Leave one of them out");
        }

        if (await DescriptorFile.ReadAsync(run, MasterDescriptor, cancellationToken).ConfigureAwait(false) is { } content)
        {
            return MasterKeyText.ReadPublic(Encoding.UTF8.GetString(content), $"What {MasterDescriptor.Name} names");
        }

        string? path = run.Value(MasterKey) is { } named
            ? run.Command.Services.Environment.AbsolutePath(named)
            : hasKey && run.Value(CryptMode) != "sign-only" ? environment.MasterKeyPath : null;
        if (path is not null && !Path.Exists(path))
        {
            throw SnapshotPlace.NotFound(
                $"There is no master key {path}", "Name its public half, or make one: prox backup key create-master DIRECTORY", isCommand: false);
        }

        return path is null ? null : MasterKeyText.ReadPublic(await MasterKeyText.ReadFileAsync(path, cancellationToken).ConfigureAwait(false), path);
    }
}
