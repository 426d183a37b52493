using System.CommandLine;
using ProxSharp.Api;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox api set</c>: changes something.</summary>
internal sealed class ApiSetCommand(CommandServices services, GlobalOptions globals, ConnectionOptions connection)
    : ApiCallCommand(services, globals, connection, ApiMethod.Put, "Change something that exists.")
{
    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("api set /nodes/pve1/qemu/100/config memory=4096 tags='web;prod'", "more memory and new tags"),
        new("api set /nodes/pve1/qemu/100/config delete=net1", "take a key out of a configuration"),
        new("api set /nodes/pve1/qemu/100/resize disk=scsi0 size=+8G --wait", "grow a disk and wait for it"),
        new("api set /nodes/pve1/qemu/100/config sshkeys=@id.pub", "a value from a file"),
    ];

    /// <inheritdoc/>
    public override string Details => TaskCalls.Details;

    /// <inheritdoc/>
    protected override Option<bool>? Wait { get; } = TaskCalls.Option();
}
