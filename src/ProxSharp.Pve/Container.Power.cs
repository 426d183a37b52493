using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve;

public sealed partial class Container
{
    /// <summary>Gets what the container is doing: state, load, memory, traffic.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET .../status/current</c>. Needs <c>VM.Audit</c> on <c>/vms/{vmid}</c>.</remarks>
    public new async Task<ContainerStatus> GetStatusAsync(CancellationToken cancellationToken = default) => ContainerStatus.Of(Id, await CallAsync(
        "read the status of", (node, call) => Api.Status.GetCurrentAsync(node, Id.Value, call, cancellationToken), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc cref="GetStatusAsync"/>
    public new ContainerStatus GetStatus(CancellationToken cancellationToken = default) => ContainerStatus.Of(Id, Call(
        "read the status of", (node, call) => Api.Status.GetCurrent(node, Id.Value, call, cancellationToken), cancellationToken));

    private protected override async Task<GuestStatusReport> ReadStatusAsync(CancellationToken cancellationToken) =>
        await GetStatusAsync(cancellationToken).ConfigureAwait(false);

    private protected override GuestStatusReport ReadStatus(CancellationToken cancellationToken) => GetStatus(cancellationToken);

    /// <inheritdoc/>
    public override Task<PveTask> StartAsync(GuestStartOptions? options = null, CancellationToken cancellationToken = default) => TaskAsync(
        "start", (node, call) => Api.Status.StartAsync(node, Id.Value, GuestStartOptions.ForContainer(options), call, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override PveTask Start(GuestStartOptions? options = null, CancellationToken cancellationToken = default) => RunTask(
        "start", (node, call) => Api.Status.Start(node, Id.Value, GuestStartOptions.ForContainer(options), call, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override Task<PveTask> StopAsync(GuestStopOptions? options = null, CancellationToken cancellationToken = default) => TaskAsync(
        "stop", (node, call) => Api.Status.StopAsync(node, Id.Value, GuestStopOptions.ForContainer(options), call, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override PveTask Stop(GuestStopOptions? options = null, CancellationToken cancellationToken = default) => RunTask(
        "stop", (node, call) => Api.Status.Stop(node, Id.Value, GuestStopOptions.ForContainer(options), call, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override Task<PveTask> ShutdownAsync(GuestShutdownOptions? options = null, CancellationToken cancellationToken = default) => TaskAsync(
        "shut down", (node, call) => Api.Status.ShutdownAsync(node, Id.Value, GuestShutdownOptions.ForContainer(options), call, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override PveTask Shutdown(GuestShutdownOptions? options = null, CancellationToken cancellationToken = default) => RunTask(
        "shut down", (node, call) => Api.Status.Shutdown(node, Id.Value, GuestShutdownOptions.ForContainer(options), call, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override Task<PveTask> RebootAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) => TaskAsync(
        "reboot", (node, call) => Api.Status.RebootAsync(node, Id.Value, new NodesLxcStatusRebootRequest { Timeout = OptionCheck.Seconds(timeout) }, call, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override PveTask Reboot(TimeSpan? timeout = null, CancellationToken cancellationToken = default) => RunTask(
        "reboot", (node, call) => Api.Status.Reboot(node, Id.Value, new NodesLxcStatusRebootRequest { Timeout = OptionCheck.Seconds(timeout) }, call, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override Task<PveTask> SuspendAsync(CancellationToken cancellationToken = default) => TaskAsync(
        "suspend", (node, call) => Api.Status.SuspendAsync(node, Id.Value, options: call, cancellationToken: cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override PveTask Suspend(CancellationToken cancellationToken = default) => RunTask(
        "suspend", (node, call) => Api.Status.Suspend(node, Id.Value, options: call, cancellationToken: cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override Task<PveTask> ResumeAsync(CancellationToken cancellationToken = default) => TaskAsync(
        "resume", (node, call) => Api.Status.ResumeAsync(node, Id.Value, options: call, cancellationToken: cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override PveTask Resume(CancellationToken cancellationToken = default) => RunTask(
        "resume", (node, call) => Api.Status.Resume(node, Id.Value, options: call, cancellationToken: cancellationToken), cancellationToken);
}
