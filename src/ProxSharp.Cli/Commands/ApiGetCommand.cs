using System.CommandLine;
using ProxSharp.Api;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox api get</c>: reads.</summary>
internal sealed class ApiGetCommand(CommandServices services, GlobalOptions globals, ConnectionOptions connection)
    : ApiCallCommand(services, globals, connection, ApiMethod.Get, "Read from the server. Nothing is changed.")
{
    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("api get /cluster/resources type=vm", "all guests of the cluster"),
        new("api get /cluster/resources type=vm --fields vmid,name,node,status -o csv", "some of their fields, as CSV"),
        new("api get /nodes/pve1/qemu/100/config -o json", "the configuration of a virtual machine"),
        new("api get /admin/datastore -c backup", "the datastores of a backup server"),
    ];

    /// <inheritdoc/>
    public override string Details =>
        "One call loses data although it is a GET: /tape/media/destroy of a backup server. It is asked about, as deletions are. "
        + "Machine formats (json, jsonl, yaml, csv) keep the server's keys and types; tables show sizes and times in readable units.";

    /// <inheritdoc/>
    protected override Option<bool>? Wait => null;

    /// <inheritdoc/>
    protected override Option<string>? OutputFile { get; } = new("--output-file")
    {
        Description = "Write the result, or the file that the call answers with, to this file",
        HelpName = "file",
    };
}
