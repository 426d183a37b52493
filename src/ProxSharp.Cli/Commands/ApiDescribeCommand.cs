using System.CommandLine;
using ProxSharp.Api;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Schema;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox api describe</c>: what a call takes and returns.</summary>
internal sealed class ApiDescribeCommand : ProxCommand
{
    private readonly ConnectionOptions _connection;
    private readonly Argument<string> _path = new("path") { Description = "A path such as /nodes/pve1/qemu/100/config or /nodes/{node}/qemu" };
    private readonly Option<string> _method = new("--method", "-m") { Description = "Only this verb: get, create, set or delete", HelpName = "verb" };
    private readonly Option<string> _parameter =
        new("--parameter", "-p") { Description = "Only this parameter, with the keys of a property string", HelpName = "name" };

    public ApiDescribeCommand(CommandServices services, GlobalOptions globals, ConnectionOptions connection)
        : base("describe", "Show the parameters, the required privileges and the result of a call.")
    {
        _connection = connection;
        Add(_path);
        Add(_method);
        Add(_parameter);
        Runs(services, globals, RunAsync);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("api describe /nodes/pve1/qemu/100/status/start", "what starting a virtual machine takes"),
        new("api describe /nodes/{node}/qemu --method create", "the parameters of a new virtual machine"),
        new("api describe /nodes/{node}/qemu -m create -p net0", "how a network device is written"),
        new("api describe /version -o json", "the same as JSON, for scripts"),
    ];

    /// <inheritdoc/>
    public override string Details =>
        "It comes from the schema inside the tool and needs no server. With --from-server it comes from the server, and has descriptions.";

    private async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        string path = ApiPath.Normalize(run.Value(_path)!);
        ApiSchema schema = await _connection.SchemaAsync(run, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<ApiEndpoint> endpoints = Select(new SchemaPaths(schema).EndpointsOf(path), path, run.Value(_method));
        EndpointDescription[] descriptions = [.. endpoints.Select(endpoint => new EndpointDescription(endpoint, schema))];
        if (run.Value(_parameter) is { } name)
        {
            descriptions = Only(descriptions, name, path);
        }

        if (run.Output.Format == OutputFormat.Table)
        {
            new EndpointText(run.Services.Console.Out, run.Output).Write(descriptions);
        }
        else
        {
            run.Write(JsonText.Build(json =>
            {
                json.WriteStartArray();
                foreach (EndpointDescription description in descriptions)
                {
                    description.Write(json);
                }

                json.WriteEndArray();
            }));
        }

        return ExitCodes.Success;
    }

    private static IReadOnlyList<ApiEndpoint> Select(IReadOnlyList<ApiEndpoint> endpoints, string path, string? verb)
    {
        if (verb is null)
        {
            return endpoints;
        }

        string present = string.Join(", ", endpoints.Select(static endpoint => ApiVerbs.Word(endpoint.Method)));
        if (!ApiVerbs.TryParse(verb, out ApiMethod method))
        {
            throw CliException.Usage($"'{verb}' is no verb", $"{path} has: {present}");
        }

        ApiEndpoint? found = endpoints.FirstOrDefault(endpoint => endpoint.Method == method);
        return found is null ? throw CliException.Usage($"{path} has no {ApiVerbs.Word(method)}", $"It has: {present}") : [found];
    }

    private static EndpointDescription[] Only(EndpointDescription[] descriptions, string name, string path)
    {
        EndpointDescription[] having = [.. descriptions.Select(description => description.Only(name)).OfType<EndpointDescription>()];
        return having.Length > 0 ? having : throw CliException.Usage($"{path} has no parameter '{name}'", $"See them all: {PrintedCommands.Of("api", "describe", path)}");
    }
}
