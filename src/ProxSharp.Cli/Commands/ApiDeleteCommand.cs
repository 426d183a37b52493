using System.CommandLine;
using ProxSharp.Api;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox api delete</c>: removes something.</summary>
internal sealed class ApiDeleteCommand(CommandServices services, GlobalOptions globals, ConnectionOptions connection)
    : ApiCallCommand(services, globals, connection, ApiMethod.Delete, "Remove something. What loses data is asked about first.")
{
    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("api delete /nodes/pve1/qemu/100/snapshot/before-upgrade --wait --yes", "a snapshot"),
        new("api delete /nodes/pve1/qemu/121 purge=1 --wait", "a virtual machine with its disks, and its entries in jobs"),
    ];

    /// <inheritdoc/>
    public override string Details => TaskCalls.Details;

    /// <inheritdoc/>
    protected override Option<bool>? Wait { get; } = TaskCalls.Option();
}
