using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Schema;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox version</c>: what this tool is and which API versions it knows.</summary>
internal sealed class VersionCommand : ProxCommand
{
    public VersionCommand(CommandServices services, GlobalOptions globals)
        : base("version", "Show the version of the tool and of the API schemas inside it.") =>
        Runs(services, globals, RunAsync);

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("version", "tool, schemas and platform"),
        new("version -o json", "the same as JSON, for scripts"),
        new("--version", "the tool's version alone, as fast as can be"),
    ];

    private static Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        run.WriteVersioned(JsonText.Build(static json =>
        {
            json.WriteStartObject();
            json.WriteString("version", ToolVersion.Text);
            if (ToolVersion.Commit is { } commit)
            {
                json.WriteString("commit", commit);
            }

            WriteSchema(json, "pve", SchemaSource.Embedded(ProxmoxProduct.VirtualEnvironment));
            WriteSchema(json, "pbs", SchemaSource.Embedded(ProxmoxProduct.BackupServer));
            json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
            json.WriteString("platform", RuntimeInformation.RuntimeIdentifier);
            json.WriteEndObject();
        }));
        return Task.FromResult(Errors.ExitCodes.Success);
    }

    private static void WriteSchema(Utf8JsonWriter json, string name, ApiSchema schema)
    {
        json.WriteString($"{name}Schema", schema.Version);
        json.WriteNumber($"{name}Endpoints", schema.Endpoints.Count);
    }
}
