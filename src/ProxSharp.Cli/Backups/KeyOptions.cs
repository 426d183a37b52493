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
    /// <summary>The key file.</summary>
    public Option<string> KeyFile { get; } = new("--keyfile")
    {
        Description = "The file with the encryption key [default: encryption-key.json in the configuration of the official client, if there is one]",
        HelpName = "file",
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

    public KeyOptions() => CryptMode.AcceptOnlyFromAmong("none", "encrypt", "sign-only");

    /// <summary>Those for reading.</summary>
    public IReadOnlyList<Option> ForReading => [KeyFile, Passphrase];

    /// <summary>Those for writing.</summary>
    public IReadOnlyList<Option> ForWriting => [KeyFile, Passphrase, CryptMode, MasterKey];

    /// <summary>Unlocks the key that is named, else the default one.</summary>
    /// <returns>Null if there is none.</returns>
    public async Task<CryptConfig?> UnlockAsync(VerbRun run, BackupEnvironment environment, CancellationToken cancellationToken)
    {
        string? path = run.Value(KeyFile) is { } named ? run.Command.Services.Environment.AbsolutePath(named) : environment.KeyFilePath;
        if (path is null || run.Value(CryptMode) == "none")
        {
            return run.IsGiven(KeyFile)
                ? throw CliException.Usage("--keyfile and --crypt-mode none contradict each other", "Leave one of them out")
                : null;
        }

        return await UnlockAsync(run, environment, path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Unlocks the key of a file.</summary>
    public async Task<CryptConfig> UnlockAsync(VerbRun run, BackupEnvironment environment, string path, CancellationToken cancellationToken)
    {
        KeyFile file = await ReadAsync(path, cancellationToken).ConfigureAwait(false);
        return file.Kind == KeyDerivationKind.None
            ? file.Unlock()
            : file.Unlock(await PassphraseAsync(run, environment, $"Passphrase of {path}: ", cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Reads a key file, still locked.</summary>
    /// <exception cref="CliException">There is no such file.</exception>
    public static async Task<KeyFile> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw new CliException(new CliError
            {
                Code = "not_found",
                ExitCode = ExitCodes.NotFound,
                Message = $"There is no key file {path}",
                Hint = "Name it with --keyfile, or make one: prox backup key create FILE",
            });
        }

        return Backup.Formats.Crypto.KeyFile.Parse(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false));
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
        string? path = run.Value(MasterKey) is { } named
            ? run.Command.Services.Environment.AbsolutePath(named)
            : hasKey && run.Value(CryptMode) != "sign-only" ? environment.MasterKeyPath : null;
        return path is null ? null : MasterPublicKey.Parse(await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false));
    }
}
