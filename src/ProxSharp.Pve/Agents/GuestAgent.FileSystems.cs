namespace ProxSharp.Pve.Agents;

public sealed partial class GuestAgent
{
    /// <summary>Lists the mounted file systems of the guest.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/qemu/{vmid}/agent/get-fsinfo</c>. Needs <c>VM.GuestAgent.Audit</c> or <c>VM.GuestAgent.Unrestricted</c> on
    /// <c>/vms/{vmid}</c>.</remarks>
    public async Task<IReadOnlyList<GuestFileSystem>> ListFileSystemsAsync(CancellationToken cancellationToken = default) =>
        AgentReader.Read(await CallAsync(node => Agent.GetFsInfoAsync(node, Id, cancellationToken: cancellationToken),
            cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="ListFileSystemsAsync"/>
    public IReadOnlyList<GuestFileSystem> ListFileSystems(CancellationToken cancellationToken = default) =>
        AgentReader.Read(Call(node => Agent.GetFsInfo(node, Id, cancellationToken: cancellationToken), cancellationToken));

    /// <summary>
    /// Freezes the file systems of the guest, so that they are consistent on disk; all writing waits until <see cref="ThawAsync"/>. Returns how
    /// many were frozen.
    /// </summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-freeze</c>. Needs <c>VM.GuestAgent.FileSystemMgmt</c> or
    /// <c>VM.GuestAgent.Unrestricted</c> on <c>/vms/{vmid}</c>.</remarks>
    public async Task<int> FreezeAsync(CancellationToken cancellationToken = default) =>
        (int)(await CallAsync(node => Agent.FsFreezeFreezeAsync(node, Id, cancellationToken: cancellationToken),
            cancellationToken).ConfigureAwait(false)).Result;

    /// <inheritdoc cref="FreezeAsync"/>
    public int Freeze(CancellationToken cancellationToken = default) =>
        (int)(Call(node => Agent.FsFreezeFreeze(node, Id, cancellationToken: cancellationToken), cancellationToken)).Result;

    /// <summary>Thaws the file systems of the guest. Returns how many were thawed.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-thaw</c>. Needs <c>VM.GuestAgent.FileSystemMgmt</c> or
    /// <c>VM.GuestAgent.Unrestricted</c> on <c>/vms/{vmid}</c>.</remarks>
    public async Task<int> ThawAsync(CancellationToken cancellationToken = default) =>
        (int)(await CallAsync(node => Agent.FsFreezeThawAsync(node, Id, cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false)).Result;

    /// <inheritdoc cref="ThawAsync"/>
    public int Thaw(CancellationToken cancellationToken = default) =>
        (int)(Call(node => Agent.FsFreezeThaw(node, Id, cancellationToken: cancellationToken), cancellationToken)).Result;

    /// <summary>Tells whether the file systems of the guest are frozen.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-status</c>. Needs <c>VM.GuestAgent.Audit</c>,
    /// <c>VM.GuestAgent.FileSystemMgmt</c> or <c>VM.GuestAgent.Unrestricted</c> on <c>/vms/{vmid}</c>.</remarks>
    public async Task<FreezeStatus> GetFreezeStatusAsync(CancellationToken cancellationToken = default) =>
        AgentReader.Read(await CallAsync(node => Agent.FsFreezeStatusAsync(node, Id, cancellationToken: cancellationToken),
            cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="GetFreezeStatusAsync"/>
    public FreezeStatus GetFreezeStatus(CancellationToken cancellationToken = default) =>
        AgentReader.Read(Call(node => Agent.FsFreezeStatus(node, Id, cancellationToken: cancellationToken), cancellationToken));

    /// <summary>Discards the free blocks of the guest's file systems, so that thin storages get the room back.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /nodes/{node}/qemu/{vmid}/agent/fstrim</c>. Needs <c>VM.GuestAgent.FileSystemMgmt</c> or
    /// <c>VM.GuestAgent.Unrestricted</c> on <c>/vms/{vmid}</c>.</remarks>
    public async Task<IReadOnlyList<GuestTrim>> TrimAsync(CancellationToken cancellationToken = default) =>
        AgentReader.Read(await CallAsync(node => Agent.FsTrimAsync(node, Id, cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="TrimAsync"/>
    public IReadOnlyList<GuestTrim> Trim(CancellationToken cancellationToken = default) =>
        AgentReader.Read(Call(node => Agent.FsTrim(node, Id, cancellationToken: cancellationToken), cancellationToken));
}
