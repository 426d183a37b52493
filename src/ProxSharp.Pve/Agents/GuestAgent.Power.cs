using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Agents;

public sealed partial class GuestAgent
{
    /// <summary>Asks the guest to shut down; the agent confirms nothing. <see cref="Vm"/> has a call of its own that waits for the end.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /nodes/{node}/qemu/{vmid}/agent/shutdown</c>. Needs <c>VM.PowerMgmt</c> or <c>VM.GuestAgent.Unrestricted</c> on
    /// <c>/vms/{vmid}</c>.</remarks>
    public Task ShutdownAsync(CancellationToken cancellationToken = default) =>
        CallAsync(node => Agent.ShutdownAsync(node, Id, cancellationToken: cancellationToken), cancellationToken);

    /// <inheritdoc cref="ShutdownAsync"/>
    public void Shutdown(CancellationToken cancellationToken = default) =>
        Call(node => Agent.Shutdown(node, Id, cancellationToken: cancellationToken), cancellationToken);

    /// <summary>Asks the guest to suspend itself; the agent confirms nothing.</summary>
    /// <param name="mode">Where to.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /nodes/{node}/qemu/{vmid}/agent/suspend-ram</c>, <c>suspend-disk</c> or <c>suspend-hybrid</c>. Needs <c>VM.PowerMgmt</c>
    /// or <c>VM.GuestAgent.Unrestricted</c> on <c>/vms/{vmid}</c>.</remarks>
    public Task SuspendAsync(SuspendMode mode, CancellationToken cancellationToken = default) => mode switch
    {
        SuspendMode.Ram => CallAsync(node => Agent.SuspendRamAsync(node, Id, cancellationToken: cancellationToken), cancellationToken),
        SuspendMode.Disk => CallAsync(node => Agent.SuspendDiskAsync(node, Id, cancellationToken: cancellationToken), cancellationToken),
        SuspendMode.Hybrid => CallAsync(node => Agent.SuspendHybridAsync(node, Id, cancellationToken: cancellationToken), cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, null),
    };

    /// <inheritdoc cref="SuspendAsync"/>
    public void Suspend(SuspendMode mode, CancellationToken cancellationToken = default) => _ = mode switch
    {
        SuspendMode.Ram => Call(node => Agent.SuspendRam(node, Id, cancellationToken: cancellationToken), cancellationToken),
        SuspendMode.Disk => Call(node => Agent.SuspendDisk(node, Id, cancellationToken: cancellationToken), cancellationToken),
        SuspendMode.Hybrid => Call(node => Agent.SuspendHybrid(node, Id, cancellationToken: cancellationToken), cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, null),
    };

    /// <summary>Sets the password of a user inside the guest.</summary>
    /// <param name="user">The name of the user inside the guest.</param>
    /// <param name="password">The new password, 5 to 1024 characters.</param>
    /// <param name="isHashed">Whether the password is already hashed in the form the guest keeps. Default: false.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /nodes/{node}/qemu/{vmid}/agent/set-user-password</c>. Needs <c>VM.GuestAgent.Unrestricted</c> on
    /// <c>/vms/{vmid}</c>.</remarks>
    public Task SetPasswordAsync(string user, string password, bool isHashed = false, CancellationToken cancellationToken = default)
    {
        NodesQemuAgentSetUserPasswordRequest request = new() { Username = user, Password = password, Crypted = isHashed ? true : null };
        return CallAsync(node => Agent.SetUserPasswordAsync(node, Id, request, cancellationToken: cancellationToken), cancellationToken);
    }

    /// <inheritdoc cref="SetPasswordAsync"/>
    public void SetPassword(string user, string password, bool isHashed = false, CancellationToken cancellationToken = default)
    {
        NodesQemuAgentSetUserPasswordRequest request = new() { Username = user, Password = password, Crypted = isHashed ? true : null };
        Call(node => Agent.SetUserPassword(node, Id, request, cancellationToken: cancellationToken), cancellationToken);
    }
}
