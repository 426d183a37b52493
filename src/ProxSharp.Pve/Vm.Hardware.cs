using ProxSharp.Pve.Api;

namespace ProxSharp.Pve;

public sealed partial class Vm
{
    /// <summary>Sends a key press to the VM.</summary>
    /// <param name="key">The key or combination in QEMU's notation, for example <c>ctrl-alt-delete</c>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>PUT .../sendkey</c>. Needs <c>VM.Console</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task SendKeyAsync(string key, CancellationToken cancellationToken = default) => CallAsync(
        "send a key to",
        (node, call) => Api.SendKeyAsync(node, Id.Value, new NodesQemuSendKeyRequest { Key = key }, call, cancellationToken),
        cancellationToken);

    /// <inheritdoc cref="SendKeyAsync"/>
    public void SendKey(string key, CancellationToken cancellationToken = default) => Call(
        "send a key to", (node, call) => Api.SendKey(node, Id.Value, new NodesQemuSendKeyRequest { Key = key }, call, cancellationToken), cancellationToken);

    /// <summary>Runs a command in the monitor of QEMU. Dangerous: it can change or end the VM behind the server's back.</summary>
    /// <param name="command">The command line, for example <c>info status</c>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What the monitor printed.</returns>
    /// <remarks>
    /// <c>POST .../monitor</c>. Needs <c>Sys.Audit</c> on <c>/</c> for harmless commands, <c>Sys.Modify</c> for most, <c>root@pam</c> for some.
    /// </remarks>
    public Task<string> MonitorAsync(string command, CancellationToken cancellationToken = default) => CallAsync(
        "use the monitor of",
        (node, call) => Api.MonitorAsync(node, Id.Value, new NodesQemuMonitorRequest { Command = command }, call, cancellationToken),
        cancellationToken);

    /// <inheritdoc cref="MonitorAsync"/>
    public string Monitor(string command, CancellationToken cancellationToken = default) => Call(
        "use the monitor of",
        (node, call) => Api.Monitor(node, Id.Value, new NodesQemuMonitorRequest { Command = command }, call, cancellationToken),
        cancellationToken);
}
