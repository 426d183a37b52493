using System.CommandLine;
using System.Globalization;
using ProxSharp.Backup;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Backups;

/// <summary><c>prox backup key</c>: the files with encryption keys.</summary>
internal static class KeyNoun
{
    private static readonly ResultShape s_shape = BackupJson.Shape("path", "path", "fingerprint", "kdf", "created", "modified", "hint");

    /// <summary>Builds it.</summary>
    public static Noun Build() => new Noun("key", "Encryption keys of backups: key files and master keys. No server is needed.").Add(
        Create(), ChangePassphrase(), Info(), Fingerprint(), Paper(), MasterKeyVerbs.Create(), MasterKeyVerbs.Import(), MasterKeyVerbs.Recover());

    /// <summary>Writes a file that only its owner may read; never over another one.</summary>
    /// <exception cref="CliException">It exists.</exception>
    public static async Task WriteNewAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        RequireNew(path);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        FileStream file = new(path, options);
        try
        {
            await using (file.ConfigureAwait(false))
            {
                await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                await file.FlushAsync(cancellationToken).ConfigureAwait(false);
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }
        }
        catch
        {
            // A part of a key is none, and would be in the way of the next try.
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Checks that a key can be written to a path, before anybody is asked for its passphrase.</summary>
    /// <exception cref="CliException">There is something.</exception>
    public static void RequireNew(string path)
    {
        if (Directory.Exists(path))
        {
            throw CliException.Usage($"{path} is a folder, and a key is a file", "Name a file in it");
        }

        if (Path.Exists(path))
        {
            throw new CliException(new CliError
            {
                Code = "conflict",
                ExitCode = ExitCodes.Conflict,
                Message = $"{path} exists already: a key that is written over may be the only one for backups",
                Hint = "Name another file",
            });
        }
    }

    /// <summary>Shows a key file, without what is secret.</summary>
    public static void Write(VerbRun run, string path, KeyFile file) => run.Write(
        JsonText.Build(json =>
        {
            json.WriteStartObject();
            json.WriteString("path", path);
            json.WriteString("fingerprint", file.Fingerprint?.ToString());
            json.WriteString("kdf", file.Kind.ToString().ToLowerInvariant());
            json.WriteString("created", file.Created.ToString("yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture));
            json.WriteString("modified", file.Modified.ToString("yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture));
            json.WriteString("hint", file.Hint);
            json.WriteEndObject();
        }),
        s_shape);

    /// <summary>The argument for a file.</summary>
    public static Argument<string> FileArgument(string description) => new("file") { Description = description };

    /// <summary>Names a file below the configuration of the official client.</summary>
    public static string ConfigurationFile(VerbRun run, string name)
    {
        CliEnvironment environment = run.Command.Services.Environment;
        return Path.Combine(environment.Variable("XDG_CONFIG_HOME") ?? Path.Combine(environment.HomeDirectory, ".config"), "proxmox-backup", name);
    }

    private static Argument<string?> KeyArgument(string description) => new("file")
    {
        Description = $"{description} [default: encryption-key.json in the configuration of the official client]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static string KeyPath(VerbRun run, Argument<string?> argument) => run.Value(argument) is { } typed
        ? run.Command.Services.Environment.AbsolutePath(typed)
        : RepositoryOptions.ReadEnvironment(run.Command).KeyFilePath ?? ConfigurationFile(run, "encryption-key.json");

    /// <summary>The option for how a key is protected.</summary>
    public static Option<string> DerivationOption()
    {
        Option<string> option = new("--kdf")
        {
            Description = "How the passphrase protects the key: scrypt, pbkdf2, or none [default: scrypt]",
            HelpName = "kind",
        };

        option.AcceptOnlyFromAmong("scrypt", "pbkdf2", "none");
        return option;
    }

    /// <summary>Reads how a key is protected.</summary>
    /// <exception cref="CliException">A new passphrase was given, and the key gets none.</exception>
    public static KeyDerivationKind Derivation(VerbRun run, Option<string> kind, Option<string> passphrase) => run.Value(kind) switch
    {
        "none" when run.IsGiven(passphrase) => throw CliException.Usage(
            "--new-passphrase and --kdf none contradict each other", "Leave one of them out: with --kdf none the key is not protected"),
        "none" => KeyDerivationKind.None,
        "pbkdf2" => KeyDerivationKind.Pbkdf2,
        _ => KeyDerivationKind.Scrypt,
    };

    /// <summary>The option for a new passphrase.</summary>
    public static Option<string> NewPassphraseOption() => new("--new-passphrase")
    {
        Description = "Where the new passphrase is: env:NAME, file:/path or 'exec:command' [default: it is asked for]",
        HelpName = "reference",
    };

    /// <summary>Fetches a new passphrase; from a person twice.</summary>
    /// <exception cref="CliException">There is none, it is too short, or it was typed differently the second time.</exception>
    /// <param name="run">The run.</param>
    /// <param name="reference">Where it is; null to ask for it.</param>
    /// <param name="unattended">Where it comes from if nobody can be asked; null for nowhere.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<byte[]> NewPassphraseAsync(
        VerbRun run, string? reference, BackupEnvironment? unattended, CancellationToken cancellationToken)
    {
        BackupEnvironment? environment = reference is null && !new Questions(run.Command, cancellationToken).CanAsk ? unattended : null;
        byte[] passphrase = await KeyOptions.PassphraseAsync(run, reference, environment, "New passphrase: ", cancellationToken).ConfigureAwait(false)
            ?? throw BackupSecrets.Missing(
                "A new passphrase is needed, and nobody can be asked for it here", "Give --new-passphrase, or --kdf none where the command has it");
        if (passphrase.Length < KeyFile.ShortestPassphrase)
        {
            throw CliException.Usage("The passphrase is too short", "It needs 5 characters at least");
        }

        byte[]? again = reference is null && environment?.EncryptionPassword is null
            ? await KeyOptions.PassphraseAsync(run, null, null, "The same again: ", cancellationToken).ConfigureAwait(false)
            : passphrase;
        return again is not null && passphrase.AsSpan().SequenceEqual(again)
            ? passphrase
            : throw CliException.Usage("The two passphrases differ", "Nothing was written: try again");
    }

    // The new file takes the place of the old one in one step: a key must never be half written.
    private static void Replace(VerbRun run, string path, ReadOnlySpan<byte> content)
    {
        try
        {
            int others = SmallFile.Replace(path, content);
            if (others > 0)
            {
                run.Command.Warn(
                    $"{path} has {others} other name{(others > 1 ? "s" : "")} (hard links): what is there is as it was, and opens with the old passphrase");
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            string reason = FileErrors.Reason(failure);
            throw new CliException(
                new CliError
                {
                    Code = "file",
                    ExitCode = ExitCodes.Error,
                    Message = $"{path} cannot be changed: {reason}",
                    Hint = "The key file is as it was, with its old passphrase. It is replaced by a new file beside it: see to room and rights there",
                },
                failure);
        }
    }

    private static Verb Create()
    {
        Argument<string?> path = KeyArgument("The file to write; it must not exist");
        Option<string> kind = DerivationOption();
        Option<string> passphrase = NewPassphraseOption();
        Option<string> hint = new("--hint")
        {
            Description = "What helps to remember the passphrase; anybody can read it in the file",
            HelpName = "text",
        };

        return new Verb("create", "Make a new key, and write it to a file.", VerbClass.Read, async (run, token) =>
        {
            string file = KeyPath(run, path);
            RequireNew(file);
            KeyDerivationKind derivation = Derivation(run, kind, passphrase);
            byte[] secret = derivation == KeyDerivationKind.None
                ? []
                : await NewPassphraseAsync(run, run.Value(passphrase), RepositoryOptions.ReadEnvironment(run.Command), token).ConfigureAwait(false);
            using CryptConfig key = CryptConfig.CreateRandom();
            KeyFile made = KeyFile.Create(key, derivation, secret, run.Command.Services.Time.GetLocalNow(), run.Value(hint));
            if (run.Value(path) is null)
            {
                PrivateFolder.Create(Path.GetDirectoryName(file)!);
            }

            await WriteNewAsync(file, made.ToJson(), token).ConfigureAwait(false);
            Write(run, file, made);
            run.Note("Without this key the backups made with it are lost: keep a copy elsewhere (prox backup key paper).");
            return ExitCodes.Success;
        })
        {
            Details = "Where nobody can be asked, the passphrase comes from PBS_ENCRYPTION_PASSWORD (also _FILE, _CMD, _FD), as with the official client.",
            Arguments = [path],
            Options = [kind, passphrase, hint],
            Examples =
            [
                new("backup key create key.json", "the passphrase is asked for"),
                new("backup key create key.json --new-passphrase file:passphrase.txt", "for a script"),
            ],
        };
    }

    private static Verb ChangePassphrase()
    {
        Argument<string?> path = KeyArgument("The key file");
        KeyOptions keys = new();
        Option<string> kind = DerivationOption();
        Option<string> passphrase = NewPassphraseOption();
        Option<string> hint = new("--hint") { Description = "What helps to remember the new passphrase", HelpName = "text" };
        return new Verb("change-passphrase", "Protect a key with another passphrase. The key stays the same.", VerbClass.Read, async (run, token) =>
        {
            string file = KeyPath(run, path);
            KeyFile old = await KeyOptions.ReadAsync(file, token).ConfigureAwait(false);
            byte[] present = old.Kind == KeyDerivationKind.None
                ? []
                : await keys.PassphraseAsync(run, RepositoryOptions.ReadEnvironment(run.Command), "Present passphrase: ", token).ConfigureAwait(false);
            KeyDerivationKind derivation = Derivation(run, kind, passphrase);
            byte[] secret = derivation == KeyDerivationKind.None ? [] : await NewPassphraseAsync(run, run.Value(passphrase), null, token).ConfigureAwait(false);
            KeyFile changed = KeyOptions.Open(
                file, () => old.ChangePassphrase(present, derivation, secret, run.Command.Services.Time.GetLocalNow(), run.Value(hint)));
            Replace(run, file, changed.ToJson());
            Write(run, file, changed);
            return ExitCodes.Success;
        })
        {
            Arguments = [path],
            Details = "The file is replaced in one step; owner, mode and symbolic links stay. Other names that it has (hard links) keep the old file, with a warning.",
            Options = [keys.Passphrase, kind, passphrase, hint],
            Examples =
            [
                new("backup key change-passphrase key.json", "both passphrases are asked for"),
                new("backup key change-passphrase key.json --key-passphrase env:OLD --new-passphrase env:NEW", "for a script"),
            ],
        };
    }

    private static Verb Info()
    {
        Argument<string?> path = KeyArgument("The key file");
        return new Verb("info", "Show a key file, without what is secret.", VerbClass.Read, async (run, token) =>
        {
            string file = KeyPath(run, path);
            Write(run, file, await KeyOptions.ReadAsync(file, token).ConfigureAwait(false));
            return ExitCodes.Success;
        })
        {
            Aliases = ["show"],
            Arguments = [path],
            Examples = [new("backup key info key.json", "fingerprint, protection, times"), new("backup key info key.json -o json", "the same as JSON, for scripts")],
        };
    }

    private static Verb Fingerprint()
    {
        Argument<string?> path = KeyArgument("The key file");
        return new Verb("show-fingerprint", "Print the fingerprint of a key, as backups name it.", VerbClass.Read, async (run, token) =>
        {
            string file = KeyPath(run, path);
            KeyFile key = await KeyOptions.ReadAsync(file, token).ConfigureAwait(false);
            string fingerprint = key.Fingerprint?.ToString() ?? throw new BackupKeyException($"The key file {file} is so old that it names no fingerprint.");
            run.Command.Services.Console.Out.WriteLine(fingerprint);
            return ExitCodes.Success;
        })
        {
            Arguments = [path],
            Examples =
            [
                new("backup key show-fingerprint key.json", "compare it with the one of a backup"),
                new("backup key show-fingerprint /etc/pve/priv/storage/backup.enc", "that of a storage of Proxmox VE"),
            ],
        };
    }

    private static Verb Paper()
    {
        Argument<string?> path = KeyArgument("The key file, or the private master key");
        Option<string> subject = new("--subject") { Description = "A title", HelpName = "text" };
        Option<string> format = new("--format") { Description = "The form: text (default), or html for a browser that prints it", HelpName = "form" };
        format.AcceptOnlyFromAmong("text", "html");
        return new Verb("paper", "Print a key to keep on paper. A passphrase protects it there, too.", VerbClass.Read, async (run, token) =>
        {
            (string[] lines, bool isMaster) = await PaperKey.ReadAsync(KeyPath(run, path), token).ConfigureAwait(false);
            string page = run.Value(format) == "html"
                ? await PaperKey.HtmlAsync(lines, isMaster, run.Value(subject), token).ConfigureAwait(false)
                : await PaperKey.TextAsync(lines, isMaster, run.Value(subject), token).ConfigureAwait(false);
            await run.Command.Services.Console.Out.WriteAsync(page).ConfigureAwait(false);
            if (!await PaperKey.HasPicturesAsync(token).ConfigureAwait(false))
            {
                run.Note("Without QR codes: the program qrencode, which makes them, is not installed. The key is complete without them.");
            }

            return ExitCodes.Success;
        })
        {
            Aliases = ["paperkey"],
            Arguments = [path],
            Options = [subject, format],
            Details = "Where the program qrencode is installed, QR codes of the lines stand below them, to scan the key again instead of typing it. With the "
                + "official client's name for it (paperkey) the form is html, as there.",
            Examples =
            [
                new("backup key paper key.json > key.txt", "print the file, and keep it in a safe"),
                new("backup key paper key.json --format html --subject 'Backups of web1' > key.html", "a page for a browser, with a title"),
            ],
        };
    }
}
