using System.Security.Cryptography;
using System.Text;
using ProxSharp.Backup;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Backups;

/// <summary>Reads master keys that were named on the command line, and says what to name instead where they are none.</summary>
internal static class MasterKeyText
{
    /// <summary>Reads a file with a master key.</summary>
    /// <exception cref="IOException">It cannot be read, is no file, or is much too long to be a key.</exception>
    public static async Task<string> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        byte[] content = await SmallFile.ReadAsync(path, SmallFile.LargestKey, cancellationToken).ConfigureAwait(false);
        if (IsBinary(content))
        {
            throw Unfit(
                $"{path} holds a key in DER form, and not in PEM form",
                "Convert it: openssl pkey -inform der -in FILE -out NEW; a public half with -pubin and -pubout, too");
        }

        using StreamReader text = new(new MemoryStream(content));
        return await text.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a public half.</summary>
    /// <param name="pem">The text.</param>
    /// <param name="name">Where it comes from.</param>
    /// <exception cref="CliException">It is none, or too short to be one.</exception>
    public static MasterPublicKey ReadPublic(string pem, string name)
    {
        MasterPublicKey key;
        try
        {
            key = MasterPublicKey.Parse(pem);
        }
        catch (BackupKeyException other)
        {
            throw Unfit(Words(name, other), Advice(other, "Name the public half, master-public.pem"), other);
        }

        if (key.Size < MasterPublicKey.ShortestSize)
        {
            key.Dispose();
            throw Unfit(
                FormattableString.Invariant($"{name}: the master key has {key.Size} bits; ")
                + FormattableString.Invariant($"to hold the key of a backup it needs {MasterPublicKey.ShortestSize} at least"),
                "Make another one: prox backup key create-master DIRECTORY");
        }

        return key;
    }

    /// <summary>Reads a private half; its passphrase is fetched if it has one.</summary>
    /// <param name="run">The run.</param>
    /// <param name="keys">The options that say where the passphrase is.</param>
    /// <param name="pem">The text.</param>
    /// <param name="name">Where it comes from.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">It is none, or the passphrase is missing or wrong.</exception>
    public static async Task<MasterPrivateKey> ReadPrivateAsync(VerbRun run, KeyOptions keys, string pem, string name, CancellationToken cancellationToken)
    {
        byte[] passphrase = MasterPrivateKey.IsProtected(pem)
            ? await keys.PassphraseAsync(run, RepositoryOptions.ReadEnvironment(run.Command), "Passphrase of the master key: ", cancellationToken)
                .ConfigureAwait(false)
            : [];
        try
        {
            return MasterPrivateKey.Parse(pem, Encoding.UTF8.GetString(passphrase));
        }
        catch (BackupKeyException wrong) when (wrong.InnerException is CryptographicException && MasterPrivateKey.IsProtected(pem))
        {
            throw new CliException(
                new CliError
                {
                    Code = "key",
                    ExitCode = ExitCodes.Authentication,
                    Message = $"The passphrase does not open the master key {name}, or it is no RSA key",
                    Hint = "Give its own passphrase, not that of the backup's key: --key-passphrase, or PBS_ENCRYPTION_PASSWORD",
                },
                wrong);
        }
        catch (BackupKeyException other)
        {
            throw Unfit(Words(name, other), Advice(other, "Name the private half, master-private.pem"), other);
        }
    }

    /// <summary>Opens a key that was encrypted for a master key.</summary>
    /// <param name="master">The private half.</param>
    /// <param name="encrypted">The encrypted key.</param>
    /// <exception cref="CliException">It was encrypted for another one, or is no encrypted key.</exception>
    public static KeyFile Open(MasterPrivateKey master, byte[] encrypted)
    {
        try
        {
            return master.Decrypt(encrypted);
        }
        catch (BackupKeyException other)
        {
            throw Unfit(
                other.Message.TrimEnd('.'),
                "Name the private half of the master key that the backup was made with, and the file that "
                + "prox backup restore SNAPSHOT rsa-encrypted.key FILE writes",
                other);
        }
    }

    // A sequence of more than 127 bytes; no text begins so.
    private static bool IsBinary(ReadOnlySpan<byte> content) => content is [0x30, >= 0x81 and <= 0x84, ..];

    // The library does not know what the text is called.
    private static string Words(string name, BackupKeyException problem)
    {
        const string Unnamed = "The text ";
        string words = problem.Message.TrimEnd('.');
        return words.StartsWith(Unnamed, StringComparison.Ordinal) ? $"{name} {words[Unnamed.Length..]}" : $"{name}: {words}";
    }

    private static string Advice(BackupKeyException problem, string usual) =>
        problem.Message.Contains(": openssl ", StringComparison.Ordinal) ? "Name the file that openssl writes" : usual;

    private static CliException Unfit(string message, string hint, Exception? cause = null) => new(CliError.Usage(message, hint), cause);
}
