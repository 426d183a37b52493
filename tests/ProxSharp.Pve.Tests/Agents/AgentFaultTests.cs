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
}
