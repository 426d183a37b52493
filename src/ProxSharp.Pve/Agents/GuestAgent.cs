using ProxSharp.Api;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Agents;

/// <summary>
/// The guest agent of a virtual machine: a service inside the guest that carries out calls from outside. Every method throws
/// <see cref="GuestAgentUnavailableException"/> if it does not answer, which takes the server up to 3 s to find out.
/// </summary>
/// <example>
/// <code>
/// AgentExecResult result = await vm.Agent.ExecAsync(["systemctl", "is-active", "nginx"]);
/// IPAddress address = await vm.Agent.WaitForAddressAsync();
/// </code>
/// </example>
public sealed partial class GuestAgent
{
    private readonly Vm _vm;

    internal GuestAgent(Vm vm) => _vm = vm;

    private NodesQemuAgentApi Agent => _vm.Client.Api.Nodes.Qemu.Agent;

    private int Id => _vm.Id.Value;

    private TimeProvider Time => _vm.Client.Options.TimeProvider;

    /// <summary>Asks the agent for a sign of life.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>POST /nodes/{node}/qemu/{vmid}/agent/ping</c>. Needs <c>VM.GuestAgent.Audit</c> or <c>VM.GuestAgent.Unrestricted</c> on
    /// <c>/vms/{vmid}</c>.</remarks>
    public Task PingAsync(CancellationToken cancellationToken = default) =>
        CallAsync(node => Agent.PingAsync(node, Id, cancellationToken: cancellationToken), cancellationToken);

    /// <inheritdoc cref="PingAsync"/>
    public void Ping(CancellationToken cancellationToken = default) =>
        Call(node => Agent.Ping(node, Id, cancellationToken: cancellationToken), cancellationToken);

    /// <summary>Gets the version of the agent and the commands it knows.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/qemu/{vmid}/agent/info</c>. Needs <c>VM.GuestAgent.Audit</c> or <c>VM.GuestAgent.Unrestricted</c> on
    /// <c>/vms/{vmid}</c>.</remarks>
    public async Task<AgentInfo> GetInfoAsync(CancellationToken cancellationToken = default) =>
        AgentReader.Read(await CallAsync(node => Agent.GetInfoAsync(node, Id, cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="GetInfoAsync"/>
    public AgentInfo GetInfo(CancellationToken cancellationToken = default) =>
        AgentReader.Read(Call(node => Agent.GetInfo(node, Id, cancellationToken: cancellationToken), cancellationToken));

    /// <summary>Gets the operating system of the guest.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/qemu/{vmid}/agent/get-osinfo</c>. Needs <c>VM.GuestAgent.Audit</c> or <c>VM.GuestAgent.Unrestricted</c> on
    /// <c>/vms/{vmid}</c>.</remarks>
    public async Task<GuestOperatingSystem> GetOperatingSystemAsync(CancellationToken cancellationToken = default) =>
        AgentReader.Read(await CallAsync(node => Agent.GetOsInfoAsync(node, Id, cancellationToken: cancellationToken),
            cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="GetOperatingSystemAsync"/>
    public GuestOperatingSystem GetOperatingSystem(CancellationToken cancellationToken = default) =>
        AgentReader.Read(Call(node => Agent.GetOsInfo(node, Id, cancellationToken: cancellationToken), cancellationToken));

    /// <summary>Gets the host name of the guest.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/qemu/{vmid}/agent/get-host-name</c>. Needs <c>VM.GuestAgent.Audit</c> or <c>VM.GuestAgent.Unrestricted</c>
    /// on <c>/vms/{vmid}</c>.</remarks>
    public async Task<string> GetHostNameAsync(CancellationToken cancellationToken = default) =>
        (await CallAsync(node => Agent.GetHostNameAsync(node, Id, cancellationToken: cancellationToken),
            cancellationToken).ConfigureAwait(false)).Result.HostName;

    /// <inheritdoc cref="GetHostNameAsync"/>
    public string GetHostName(CancellationToken cancellationToken = default) =>
        (Call(node => Agent.GetHostName(node, Id, cancellationToken: cancellationToken), cancellationToken)).Result.HostName;

    /// <summary>Gets the time of the guest's clock.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/qemu/{vmid}/agent/get-time</c>. Needs <c>VM.GuestAgent.Audit</c> or <c>VM.GuestAgent.Unrestricted</c> on
    /// <c>/vms/{vmid}</c>.</remarks>
    public async Task<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken = default) =>
        AgentReader.ReadTime(await CallAsync(node => Agent.GetTimeAsync(node, Id, cancellationToken: cancellationToken),
            cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="GetTimeAsync"/>
    public DateTimeOffset GetTime(CancellationToken cancellationToken = default) =>
        AgentReader.ReadTime(Call(node => Agent.GetTime(node, Id, cancellationToken: cancellationToken), cancellationToken));

    /// <summary>Gets the time zone of the guest.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/qemu/{vmid}/agent/get-timezone</c>. Needs <c>VM.GuestAgent.Audit</c> or <c>VM.GuestAgent.Unrestricted</c> on
    /// <c>/vms/{vmid}</c>.</remarks>
    public async Task<GuestTimeZone> GetTimeZoneAsync(CancellationToken cancellationToken = default) =>
        AgentReader.Read(await CallAsync(node => Agent.GetTimezoneAsync(node, Id, cancellationToken: cancellationToken),
            cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="GetTimeZoneAsync"/>
    public GuestTimeZone GetTimeZone(CancellationToken cancellationToken = default) =>
        AgentReader.Read(Call(node => Agent.GetTimezone(node, Id, cancellationToken: cancellationToken), cancellationToken));

    /// <summary>Lists the users who are logged in inside the guest.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/qemu/{vmid}/agent/get-users</c>. Needs <c>VM.GuestAgent.Audit</c> or <c>VM.GuestAgent.Unrestricted</c> on
    /// <c>/vms/{vmid}</c>.</remarks>
    public async Task<IReadOnlyList<GuestUser>> ListUsersAsync(CancellationToken cancellationToken = default) =>
        AgentReader.Read(await CallAsync(node => Agent.GetUsersAsync(node, Id, cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="ListUsersAsync"/>
    public IReadOnlyList<GuestUser> ListUsers(CancellationToken cancellationToken = default) =>
        AgentReader.Read(Call(node => Agent.GetUsers(node, Id, cancellationToken: cancellationToken), cancellationToken));

    /// <summary>Lists the virtual processors as the guest sees them.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/qemu/{vmid}/agent/get-vcpus</c>. Needs <c>VM.GuestAgent.Audit</c> or <c>VM.GuestAgent.Unrestricted</c> on
    /// <c>/vms/{vmid}</c>.</remarks>
    public async Task<IReadOnlyList<GuestProcessor>> ListProcessorsAsync(CancellationToken cancellationToken = default) =>
        AgentReader.Read(await CallAsync(node => Agent.GetVcpusAsync(node, Id, cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="ListProcessorsAsync"/>
    public IReadOnlyList<GuestProcessor> ListProcessors(CancellationToken cancellationToken = default) =>
        AgentReader.Read(Call(node => Agent.GetVcpus(node, Id, cancellationToken: cancellationToken), cancellationToken));

    /// <summary>Lists the blocks of memory as the guest sees them.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/qemu/{vmid}/agent/get-memory-blocks</c>. Needs <c>VM.GuestAgent.Audit</c> or
    /// <c>VM.GuestAgent.Unrestricted</c> on <c>/vms/{vmid}</c>.</remarks>
    public async Task<IReadOnlyList<GuestMemoryBlock>> ListMemoryBlocksAsync(CancellationToken cancellationToken = default) =>
        AgentReader.Read(await CallAsync(node => Agent.GetMemoryBlocksAsync(node, Id, cancellationToken: cancellationToken),
            cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="ListMemoryBlocksAsync"/>
    public IReadOnlyList<GuestMemoryBlock> ListMemoryBlocks(CancellationToken cancellationToken = default) =>
        AgentReader.Read(Call(node => Agent.GetMemoryBlocks(node, Id, cancellationToken: cancellationToken), cancellationToken));

    /// <summary>Gets the size of a block of memory in bytes.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/qemu/{vmid}/agent/get-memory-block-info</c>. Needs <c>VM.GuestAgent.Audit</c> or
    /// <c>VM.GuestAgent.Unrestricted</c> on <c>/vms/{vmid}</c>.</remarks>
    public async Task<long> GetMemoryBlockSizeAsync(CancellationToken cancellationToken = default) =>
        (await CallAsync(node => Agent.GetMemoryBlockInfoAsync(node, Id, cancellationToken: cancellationToken),
            cancellationToken).ConfigureAwait(false)).Result.Size;

    /// <inheritdoc cref="GetMemoryBlockSizeAsync"/>
    public long GetMemoryBlockSize(CancellationToken cancellationToken = default) =>
        (Call(node => Agent.GetMemoryBlockInfo(node, Id, cancellationToken: cancellationToken), cancellationToken)).Result.Size;

    private async Task<T> CallAsync<T>(Func<string, Task<ApiResponse<T>>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await _vm.CallAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxApiException exception) when (AgentErrors.Absence(_vm.Id, exception) is { } absence)
        {
            throw absence;
        }
    }

    private async Task CallAsync(Func<string, Task> call, CancellationToken cancellationToken)
    {
        try
        {
            await _vm.CallAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxApiException exception) when (AgentErrors.Absence(_vm.Id, exception) is { } absence)
        {
            throw absence;
        }
    }

    private T Call<T>(Func<string, ApiResponse<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return _vm.Call(call, cancellationToken);
        }
        catch (ProxmoxApiException exception) when (AgentErrors.Absence(_vm.Id, exception) is { } absence)
        {
            throw absence;
        }
    }

    private void Call(Action<string> call, CancellationToken cancellationToken)
    {
        try
        {
            _vm.Call(call, cancellationToken);
        }
        catch (ProxmoxApiException exception) when (AgentErrors.Absence(_vm.Id, exception) is { } absence)
        {
            throw absence;
        }
    }
}
