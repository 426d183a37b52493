using System.CommandLine;
using System.Globalization;
using ProxSharp.Backup;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs;
using ProxSharp.Ids;
using ProxSharp.Tls;

namespace ProxSharp.Cli.Backups;

/// <summary>The options that say which datastore is meant: a repository as the official client writes it, or a context and a datastore.</summary>
internal sealed class RepositoryOptions
{
    private const string NamespaceVariable = "PBS_NAMESPACE";

    /// <summary>The repository.</summary>
    public Option<string> Repository { get; } = new("--repository")
    {
        Description = "Server and datastore, user@realm!token@host:port:store; its secret is in PBS_PASSWORD [default: PBS_REPOSITORY]",
        HelpName = "repository",
    };

    /// <summary>The datastore of a context.</summary>
    public Option<string> Datastore { get; } = new("--datastore")
    {
        Description = "A datastore, instead of a repository: of --server or PBS_SERVER if one is named, else of the context [default: PBS_DATASTORE]",
        HelpName = "store",
    };

    /// <summary>The parts of a repository.</summary>
    public RepositoryParts Parts { get; } = new();

    /// <summary>The directory of a datastore.</summary>
    public Option<string> Directory { get; } = new("--store-directory")
    {
        Description = "The directory of a datastore on this machine, read without a server, instead of a repository",
        HelpName = "directory",
    };

    /// <summary>The namespace.</summary>
    public Option<string> Namespace { get; } = new("--ns")
    {
        Description = "The namespace, for example customers/acme [default: PBS_NAMESPACE, else the root]",
        HelpName = "namespace",
    };

    /// <summary>All of them in the order of help.</summary>
    public IReadOnlyList<Option> All => [Repository, Datastore, .. Parts.All, Namespace];

    /// <summary>All for verbs that only read snapshots.</summary>
    public IReadOnlyList<Option> ForReading => [Repository, Datastore, .. Parts.All, Directory, Namespace];

    /// <summary>
    /// Reads what the environment says: under the name <c>prox-ro</c> nothing, because its variables name programs that are run, and files whose first line is
    /// sent to the server they name.
    /// </summary>
    /// <exception cref="CliException">A variable has a value that it cannot have.</exception>
    public static BackupEnvironment ReadEnvironment(CommandRun run)
    {
        CliEnvironment environment = run.Services.Environment;
        try
        {
            return BackupEnvironment.Read(
                name => environment is { IsReadOnlyName: true } ? null
                    : environment.Variables.TryGetValue(name, out string? value) ? value
                    : name == "HOME" ? environment.HomeDirectory : null,
                run.Warn);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            throw CliException.Usage(e.Message.TrimEnd('.'), "Correct or unset the PBS_ variable");
        }
    }

    /// <summary>Reads the namespace.</summary>
    /// <exception cref="CliException">It is none.</exception>
    public BackupNamespace ReadNamespace(VerbRun run) => (run.Value(Namespace) ?? run.Command.Services.Environment.Variable(NamespaceVariable)) switch
    {
        null => BackupNamespace.Root,
        { } text when BackupNamespace.TryParse(text, out BackupNamespace parsed) => parsed,
        { } text => throw CliException.Usage($"'{text}' is no namespace", "Names with slashes between them, for example customers/acme"),
    };

    /// <summary>Opens what snapshots are read from: the directory that is named, else the server.</summary>
    /// <exception cref="CliException">Nothing is named, there is no such directory, or there is no secret.</exception>
    public async Task<SnapshotPlace> OpenForReadingAsync(VerbRun run, CancellationToken cancellationToken)
    {
        SnapshotOpenOptions reading = SnapshotOpenOptions.Default with
        {
            TimeProvider = run.Command.Services.Time,
            Warned = message => run.Command.Warn(Terminal.TextCells.Visible(message)),
        };
        if (run.Value(Directory) is not { } typed)
        {
            BackupPlace place = await OpenAsync(run, cancellationToken).ConfigureAwait(false);
            place.Reading = reading;
            return place;
        }

        if (run.IsGiven(Repository) || run.IsGiven(Datastore) || run.IsGiven(run.Standard.Connection.Context) || Parts.AreGiven(run))
        {
            throw CliException.Usage("--store-directory needs no server", "Leave out --repository, --server, --datastore and --context");
        }

        NoteNamespace(run);

        string path = run.Command.Services.Environment.AbsolutePath(typed);
        return HasChunks(path)
            ? new LocalPlace(ReadEnvironment(run.Command), new LocalDatastore(path), ReadNamespace(run)) { Reading = reading }
            : throw SnapshotPlace.NotFound(
                $"{path} is no directory of a datastore: it has no .chunks", "Name the directory that holds .chunks and the groups", isCommand: false);
    }

    // Looking for it says no only if it is not there; listing the folder fails where the rights to look are missing.
    private static bool HasChunks(string path) => System.IO.Directory.Exists(Path.Combine(path, ".chunks"))
        || (System.IO.Directory.Exists(path) && System.IO.Directory.EnumerateDirectories(path, ".chunks").Any());

    /// <summary>Connects. Nothing is sent before the first call.</summary>
    /// <exception cref="CliException">No datastore is named, or there is no secret.</exception>
    public async Task<BackupPlace> OpenAsync(VerbRun run, CancellationToken cancellationToken)
    {
        BackupNamespace folder = ReadNamespace(run);
        NoteNamespace(run);
        BackupEnvironment environment = ReadEnvironment(run.Command);
        if (FindRepository(run, environment) is { } repository)
        {
            ServerSession session = await ConnectAsync(run, environment, repository, cancellationToken).ConfigureAwait(false);
            return new BackupPlace(environment, session, repository.Datastore, folder);
        }

        string store = run.Value(Datastore) ?? throw (run.Command.Services.Environment.IsReadOnlyName ? Guarding.ReadOnlyName.FromRepository() : CliException.Usage(
            "No datastore is named", "Give --repository user@realm!token@host:store (or PBS_REPOSITORY), --server and --datastore, or --datastore for a context"));
        if (!DatastoreName.TryParse(store, null, out _))
        {
            throw CliException.Usage($"'{store}' is no name of a datastore", "See what there is: prox datastore list");
        }

        run.Expect(ProxmoxProduct.BackupServer);
        return new BackupPlace(environment, await run.SessionAsync(cancellationToken).ConfigureAwait(false), store, folder);
    }

    /// <summary>Connects to the server of a repository, for a verb that is about the server: the one that is typed, else that of the environment if no context
    /// is chosen.</summary>
    /// <exception cref="CliException">The text is no repository, a context is typed beside it, or there is no secret.</exception>
    public static async Task ConnectAloneAsync(VerbRun run, CancellationToken cancellationToken)
    {
        ConnectionOptions connection = run.Standard.Connection;
        string? text = run.Value(run.Standard.Repository);
        if (text is not null && (run.IsGiven(connection.Context) || run.IsGiven(connection.Url)))
        {
            throw CliException.Usage("--repository names the server already", "Leave out --context and --url");
        }

        if (text is null && connection.TryResolve(run.Command) is not null)
        {
            return;
        }

        BackupEnvironment environment = ReadEnvironment(run.Command);
        if ((text is null ? environment.Repository : Read(text)) is { } repository)
        {
            await ConnectAsync(run, environment, repository, cancellationToken).ConfigureAwait(false);
        }
    }

    // A namespace that nobody typed changes what is listed, and what is deleted.
    private void NoteNamespace(VerbRun run)
    {
        if (run.Value(Namespace) is null && run.Command.Services.Environment.Variable(NamespaceVariable) is { } name)
        {
            run.Note($"The namespace is {Terminal.TextCells.Visible(name)}, of {NamespaceVariable}.");
        }
    }

    // What was typed goes before all variables; of these the whole repository goes before its parts.
    private BackupRepository? FindRepository(VerbRun run, BackupEnvironment environment)
    {
        bool namesContext = run.IsGiven(run.Standard.Connection.Context);
        bool namesParts = Parts.AreGiven(run);
        string? text = run.Value(Repository);
        if (text is null)
        {
            return namesContext
                ? namesParts
                    ? throw CliException.Usage("--context names the server already", "Leave out --server, --port and --auth-id, or --context")
                    : null
                : namesParts || (run.IsGiven(Datastore) && RepositoryParts.AreSet(run)) ? Parts.Make(run, run.Value(Datastore))
                : run.IsGiven(Datastore) ? null
                : environment.Repository;
        }

        if (namesContext || namesParts || run.IsGiven(Datastore))
        {
            throw CliException.Usage("--repository names server and datastore already", "Leave out --context, --datastore, --server, --port and --auth-id");
        }

        return Read(text);
    }

    private static BackupRepository Read(string text) => BackupRepository.TryParse(text, out BackupRepository? repository)
        ? repository
        : throw CliException.Usage($"'{text}' is no repository", "Write user@realm!token@host:port:datastore; user and port may be left out");

    private static async Task<ServerSession> ConnectAsync(
        VerbRun run, BackupEnvironment environment, BackupRepository repository, CancellationToken cancellationToken)
    {
        if (run.Command.Services.Environment.IsReadOnlyName)
        {
            throw Guarding.ReadOnlyName.FromRepository();
        }

        string host = repository.Host.Contains(':', StringComparison.Ordinal) && repository.Host[0] != '[' ? $"[{repository.Host}]" : repository.Host;
        string url = string.Create(CultureInfo.InvariantCulture, $"https://{host}:{repository.Port}");
        bool isToken = repository.AuthId.Contains('!', StringComparison.Ordinal);
        ServerContext context = new()
        {
            Product = ProxmoxProduct.BackupServer,
            Endpoints = [Products.ParseEndpoint(url, ProxmoxProduct.BackupServer)],
            TokenId = isToken ? repository.AuthId : null,
            User = isToken ? null : repository.AuthId,
            Trust = environment.FindFingerprint(repository) is { } fingerprint
                ? new TrustSettings { Fingerprints = [ReadFingerprint(fingerprint)] }
                : TrustSettings.System,
            IsReadOnly = run.Command.Services.Environment.IsReadOnly,
        };
        run.CertificateHint = "Compare the fingerprint with the one the server shows (proxmox-backup-manager cert info); if it is the same, set "
            + "PBS_FINGERPRINT to it. (--fingerprint is for contexts.)";
        run.Hints = new RepositoryHints(repository.ToString(), isTyped: repository.ToString() != environment.Repository?.ToString());
        string secret = await SecretAsync(run, environment, repository, cancellationToken).ConfigureAwait(false);
        return run.Use(ServerSession.Open(run.Command, context, secret, cancellationToken));
    }

    private static CertificateFingerprint ReadFingerprint(string text) => CertificateFingerprint.TryParse(text, out CertificateFingerprint fingerprint)
        ? fingerprint
        : throw CliException.Usage($"PBS_FINGERPRINT is no SHA-256 fingerprint: '{text}'", "It has 64 hexadecimal digits, with or without colons");

    private static async Task<string> SecretAsync(
        VerbRun run, BackupEnvironment environment, BackupRepository repository, CancellationToken cancellationToken)
    {
        if (environment.Password is { } source)
        {
            return await BackupSecrets.ReadAsync(source, "the password of the repository", cancellationToken).ConfigureAwait(false);
        }

        Questions questions = new(run.Command, cancellationToken);
        return questions.CanAsk
            ? await questions.AskSecretAsync($"Password or token secret of {repository.AuthId}: ").ConfigureAwait(false)
            : throw BackupSecrets.Missing($"There is no secret for {repository.AuthId}", "Set PBS_PASSWORD, PBS_PASSWORD_FILE or PBS_PASSWORD_CMD");
    }
}
