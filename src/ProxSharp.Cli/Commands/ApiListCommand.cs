using System.CommandLine;
using System.Text.Json;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Schema;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox api ls</c>: the paths of the API.</summary>
internal sealed class ApiListCommand : ProxCommand
{
    private static readonly ResultShape s_shape =
        new() { LeadingFields = ["path", "methods", "starts"], KnownFields = ["path", "methods", "starts"], WholeField = "path" };

    private readonly ConnectionOptions _connection;
    private readonly Argument<string> _path = new("path")
    {
        Description = "A path such as /nodes/pve1/qemu or /nodes/{node}/qemu [default: /]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _recursive = new("--recursive", "-r") { Description = "Everything below the path" };
    private readonly Option<string> _match = new("--match") { Description = "Only paths that contain this text, at any depth", HelpName = "text" };

    public ApiListCommand(CommandServices services, GlobalOptions globals, ConnectionOptions connection)
        : base("ls", "List the paths of the API and what can be done with them.")
    {
        _connection = connection;
        Add(_path);
        Add(_recursive);
        Add(_match);
        Runs(services, globals, RunAsync);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("api ls", "the top of the tree"),
        new("api ls /nodes/{node}/qemu/{vmid}", "what can be done with a virtual machine"),
        new("api ls --match snapshot", "all paths about snapshots"),
        new("api ls /admin/datastore --product pbs", "the paths of a backup server"),
    ];

    /// <inheritdoc/>
    public override string Details =>
        "The list comes from the schema inside the tool and needs no server, unless --from-server is given. "
        + "\"starts\" names the verbs that start a task instead of doing the work at once.";

    private async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        string path = ApiPath.Normalize(run.Value(_path) ?? "/");
        ApiSchema schema = await _connection.SchemaAsync(run, cancellationToken).ConfigureAwait(false);
        string? match = run.Value(_match);
        IEnumerable<(string Path, IReadOnlyList<ApiEndpoint> Endpoints)> rows = new SchemaPaths(schema).List(path, run.Value(_recursive) || match is not null);
        if (match is not null)
        {
            rows = rows.Where(row => row.Path.Contains(match, StringComparison.OrdinalIgnoreCase));
        }

        run.Write(JsonText.Build(json => WriteRows(json, rows)), s_shape);
        return Errors.ExitCodes.Success;
    }

    private static void WriteRows(Utf8JsonWriter json, IEnumerable<(string Path, IReadOnlyList<ApiEndpoint> Endpoints)> rows)
    {
        json.WriteStartArray();
        foreach ((string path, IReadOnlyList<ApiEndpoint> endpoints) in rows)
        {
            json.WriteStartObject();
            json.WriteString("path", path);
            WriteVerbs(json, "methods", endpoints);
            WriteVerbs(json, "starts", endpoints.Where(static endpoint => endpoint.Task != ApiTaskKind.None));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteVerbs(Utf8JsonWriter json, string name, IEnumerable<ApiEndpoint> endpoints)
    {
        json.WriteStartArray(name);
        foreach (ApiEndpoint endpoint in endpoints)
        {
            json.WriteStringValue(ApiVerbs.Word(endpoint.Method));
        }

        json.WriteEndArray();
    }
}
