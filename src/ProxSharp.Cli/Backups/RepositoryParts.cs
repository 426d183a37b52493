using System.CommandLine;
using System.Globalization;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Backups;

/// <summary>
/// The parts of a repository as options of their own, as newer releases of the official client have them: <c>--server</c>, <c>--port</c> and
/// <c>--auth-id</c> beside <c>--datastore</c>, each with a variable behind it.
/// </summary>
internal sealed class RepositoryParts
{
    private const string ServerVariable = "PBS_SERVER";
    private const string PortVariable = "PBS_PORT";
    private const string AuthIdVariable = "PBS_AUTH_ID";
    private const int HighestPort = 65535;

    private readonly Option<string> _server = new("--server")
    {
        Description = "The backup server, with --datastore instead of a repository [default: PBS_SERVER, else localhost]",
        HelpName = "host",
    };

    private readonly Option<int?> _port = new("--port") { Description = "Its port [default: PBS_PORT, else 8007]", HelpName = "number" };

    private readonly Option<string> _authId = new("--auth-id")
    {
        Description = "Who logs in there, user@realm or user@realm!token [default: PBS_AUTH_ID, else root@pam]",
        HelpName = "id",
    };

    /// <summary>All of them in the order of help.</summary>
    public IReadOnlyList<Option> All => [_server, _port, _authId];

    /// <summary>Tells whether one of them was typed.</summary>
    public bool AreGiven(VerbRun run) => All.Any(run.IsGiven);

    /// <summary>Tells whether a variable says on which server a datastore is that is named alone.</summary>
    public static bool AreSet(VerbRun run) => new[] { ServerVariable, PortVariable, AuthIdVariable }.Any(
        name => run.Command.Services.Environment.Variable(name) is not null);

    /// <summary>Makes the repository; what was not typed comes from the variables.</summary>
    /// <param name="run">What was typed.</param>
    /// <param name="datastore">The datastore that was typed; null if none was.</param>
    /// <exception cref="CliException">No datastore is named, or a part cannot be what it is.</exception>
    public BackupRepository Make(VerbRun run, string? datastore)
    {
        CliEnvironment environment = run.Command.Services.Environment;
        string store = datastore ?? environment.Variable("PBS_DATASTORE")
            ?? throw CliException.Usage("No datastore is named", "--server, --port and --auth-id need --datastore (or PBS_DATASTORE) beside them");
        string host = run.Value(_server) ?? environment.Variable(ServerVariable) ?? "localhost";
        string authId = run.Value(_authId) ?? environment.Variable(AuthIdVariable) ?? BackupRepository.DefaultAuthId;
        int port = run.Number(_port, HighestPort) ?? Port(environment.Variable(PortVariable));
        try
        {
            return BackupRepository.Create(store, host, port, authId);
        }
        catch (FormatException)
        {
            throw CliException.Usage(
                $"The server '{host}', the login '{authId}' and the datastore '{store}' make no repository",
                "Give --server HOST --auth-id user@realm!token --datastore NAME; none of them with a colon but IPv6 addresses");
        }
    }

    private static int Port(string? text) => text is null ? BackupRepository.DefaultPort
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is >= 1 and <= HighestPort ? port
        : throw CliException.Usage($"{PortVariable} is no port: '{text}'", "Give a number from 1 to 65535");
}
