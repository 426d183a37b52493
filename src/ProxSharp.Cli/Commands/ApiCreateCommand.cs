using System.CommandLine;
using ProxSharp.Api;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox api create</c>: creates or starts something.</summary>
internal sealed class ApiCreateCommand(CommandServices services, GlobalOptions globals, ConnectionOptions connection)
    : ApiCallCommand(services, globals, connection, ApiMethod.Post, "Create or start something.")
{
    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("api create /nodes/pve1/qemu/100/status/start --wait", "start a virtual machine and follow the task's log"),
        new("api create /nodes/pve1/qemu vmid=120 name=web memory=2048 net0=virtio,bridge=vmbr0 scsi0=local-lvm:8", "a new virtual machine"),
        new("api create /nodes/pve1/qemu/9000/clone newid=121 name=app full=1 --wait", "a full clone of a template"),
        new("api create /nodes/pve1/storage/local/upload content=iso filename=@debian.iso --wait", "upload an image"),
        new("api create /access/users --data '{\"userid\": \"ann@pve\", \"groups\": [\"ops\"]}'", "parameters as JSON"),
    ];

    /// <inheritdoc/>
    public override string Details => TaskCalls.Details;

    /// <inheritdoc/>
    protected override Option<bool>? Wait { get; } = TaskCalls.Option();

    /// <inheritdoc/>
    protected override Option<string>? File { get; } = new("--file") { Description = "The file to send, for calls that take one", HelpName = "file" };
}
