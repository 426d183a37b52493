using System.CommandLine;
using System.Text;
using ProxSharp.Backup;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Backups;

/// <summary>The verbs for master keys: with the public half backups carry their key, with the private half it is opened.</summary>
internal static class MasterKeyVerbs
{
    private const string PublicName = "master-public.pem";

    /// <summary>Makes <c>create-master</c>.</summary>
    public static Verb Create()
    {
        Argument<string?> folder = new("directory")
        {
            Description = "Where master-public.pem and master-private.pem are written; they must not exist [default: the working directory]",
            Arity = ArgumentArity.ZeroOrOne,
        };

        Option<string> passphrase = KeyNoun.NewPassphraseOption();
        return new Verb("create-master", "Make a master key: backups carry their key encrypted for it.", VerbClass.Read, async (run, token) =>
        {
            string path = run.Command.Services.Environment.AbsolutePath(run.Value(folder) ?? ".");
            string privateHalf = Path.Combine(path, "master-private.pem");
            string publicHalf = Path.Combine(path, PublicName);
            KeyNoun.RequireNew(privateHalf);
            KeyNoun.RequireNew(publicHalf);
            byte[] secret = await KeyNoun.NewPassphraseAsync(run, run.Value(passphrase), null, token).ConfigureAwait(false);
            using MasterPrivateKey master = MasterPrivateKey.Create();
            using MasterPublicKey half = master.GetPublicKey();
            string pem = master.ToPem(Encoding.UTF8.GetString(secret));
            await KeyNoun.WriteNewAsync(privateHalf, Encoding.ASCII.GetBytes(pem), token).ConfigureAwait(false);
            await KeyNoun.WriteNewAsync(publicHalf, Encoding.ASCII.GetBytes(half.ToPem()), token).ConfigureAwait(false);
            run.Note($"Keep master-private.pem off this machine. Import the public half with: prox backup key import-master {publicHalf}");
            return ExitCodes.Success;
        })
        {
            Aliases = ["create-master-key"],
            Arguments = [folder],
            Options = [passphrase],
            Examples =
            [
                new("backup key create-master .", "the passphrase of the private half is asked for"),
                new("backup key create-master keys --new-passphrase file:master-passphrase.txt", "for a script"),
            ],
        };
    }

    private static Task<string> ReadTextAsync(VerbRun run, string typed, CancellationToken cancellationToken) =>
        MasterKeyText.ReadFileAsync(Existing(run, typed), cancellationToken);

    private static string Existing(VerbRun run, string typed)
    {
        string path = run.Command.Services.Environment.AbsolutePath(typed);
        return Path.Exists(path) ? path : throw SnapshotPlace.NotFound($"There is no file {path}", "Check the path", isCommand: false);
    }

    /// <summary>Makes <c>import-master</c>.</summary>
    public static Verb Import()
    {
        Argument<string> path = KeyNoun.FileArgument("The public half, master-public.pem");
        return new Verb("import-master", "Use a master key for all backups of this user that have a key.", VerbClass.Read, async (run, token) =>
        {
            string pem = await ReadTextAsync(run, run.Value(path)!, token).ConfigureAwait(false);
            using MasterPublicKey key = MasterKeyText.ReadPublic(pem, run.Value(path)!);
            string target = KeyNoun.ConfigurationFile(run, PublicName);
            PrivateFolder.Create(Path.GetDirectoryName(target)!);
            await KeyNoun.WriteNewAsync(target, Encoding.ASCII.GetBytes(key.ToPem()), token).ConfigureAwait(false);
            run.Note($"Written to {target}.");
            return ExitCodes.Success;
        })
        {
            Aliases = ["import-master-pubkey"],
            Arguments = [path],
            Examples =
            [
                new("backup key import-master master-public.pem", "where the official client looks for it, too"),
                new("backup key import-master /mnt/usb/master-public.pem", "from elsewhere"),
            ],
        };
    }

    /// <summary>Makes <c>recover</c>.</summary>
    public static Verb Recover()
    {
        Argument<string> encrypted = new("encrypted-key")
        {
            Description = "The file rsa-encrypted.key of a backup (prox backup restore SNAPSHOT rsa-encrypted.key FILE)",
        };

        Argument<string> master = new("master-key") { Description = "The private half, master-private.pem" };
        Argument<string> target = new("file") { Description = "The key file to write; it must not exist" };
        KeyOptions keys = new();
        Option<string> kind = KeyNoun.DerivationOption();
        Option<string> passphrase = KeyNoun.NewPassphraseOption();
        return new Verb("recover", "Get the key of a backup back with the master key.", VerbClass.Read, async (run, token) =>
        {
            CliEnvironment place = run.Command.Services.Environment;
            string file = place.AbsolutePath(run.Value(target)!);
            KeyNoun.RequireNew(file);
            byte[] content = await SmallFile.ReadAsync(Existing(run, run.Value(encrypted)!), SmallFile.LargestKey, token).ConfigureAwait(false);
            string pem = await ReadTextAsync(run, run.Value(master)!, token).ConfigureAwait(false);
            using MasterPrivateKey opened = await MasterKeyText.ReadPrivateAsync(run, keys, pem, run.Value(master)!, token).ConfigureAwait(false);
            KeyFile found = MasterKeyText.Open(opened, content);
            KeyDerivationKind derivation = KeyNoun.Derivation(run, kind, passphrase);
            byte[] secret = derivation == KeyDerivationKind.None
                ? []
                : await KeyNoun.NewPassphraseAsync(run, run.Value(passphrase), null, token).ConfigureAwait(false);

            // The key is as old as the backup says; only the file is new.
            KeyFile made = found.ChangePassphrase([], derivation, secret, run.Command.Services.Time.GetLocalNow());
            await KeyNoun.WriteNewAsync(file, made.ToJson(), token).ConfigureAwait(false);
            KeyNoun.Write(run, file, made);
            return ExitCodes.Success;
        })
        {
            Aliases = ["import-with-master-key"],
            Arguments = [encrypted, master, target],
            Options = [keys.Passphrase, kind, passphrase],
            Examples =
            [
                new("backup key recover rsa-encrypted.key master-private.pem key.json", "passphrases are asked for"),
                new("backup key recover rsa-encrypted.key master-private.pem key.json --key-passphrase env:MASTER --kdf none", "for a script"),
            ],
        };
    }
}
