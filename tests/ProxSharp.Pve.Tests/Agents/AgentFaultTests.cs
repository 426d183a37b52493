using ProxSharp.Pve.Agents;

namespace ProxSharp.Pve.Tests.Agents;

/// <summary>An agent that goes away, in the simulator.</summary>
public sealed class AgentFaultTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ListUsers_AgentStopped_IsUnavailableUntilItIsBack(bool sync)
    {
        GuestAgent agent = cluster.Pve.Nodes["pve1"].Vms[100].Agent;
        cluster.Simulator.Faults.StopAgent(100);
        GuestAgentUnavailableException exception =
            await Assert.ThrowsAsync<GuestAgentUnavailableException>(async () => _ = sync ? agent.ListUsers(Token) : await agent.ListUsersAsync(Token));
        Assert.True(exception.IsTransient);
        cluster.Simulator.Faults.StartAgent(100);
        Assert.NotNull(sync ? agent.ListUsers(Token) : await agent.ListUsersAsync(Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Waits_OptionsThatCannotWork_AreRefusedBeforeAnythingIsSent(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Data("null"));
        TimeSpan wrong = TimeSpan.FromSeconds(-5);
        (Action Call, Func<Task> CallAsync)[] rows =
        [
            (() => stub.Vm.Agent.Exec(["true"], new() { Timeout = wrong }), () => stub.Vm.Agent.ExecAsync(["true"], new() { Timeout = wrong })),
            (() => stub.Vm.Agent.Exec(["true"], new() { MaxInterval = TimeSpan.Zero }), () => stub.Vm.Agent.ExecAsync(["true"], new() { MaxInterval = TimeSpan.Zero })),
            (() => stub.Vm.Agent.WaitForAddress(new() { Timeout = wrong }), () => stub.Vm.Agent.WaitForAddressAsync(new() { Timeout = wrong })),
            (() => stub.Container.WaitForAddress(new() { Interval = TimeSpan.MaxValue }), () => stub.Container.WaitForAddressAsync(new() { Interval = TimeSpan.MaxValue })),
            (() => stub.Vm.WaitForUnlock(new() { Timeout = wrong }), () => stub.Vm.WaitForUnlockAsync(new() { Timeout = wrong })),
        ];
        foreach ((Action call, Func<Task> callAsync) in rows)
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => sync ? Task.Run(call, Token) : callAsync());
        }

        Assert.Empty(stub.Handler.Calls);
    }
}
