using ProxSharp.Api;
using ProxSharp.Operations.Approvals;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Tests;

/// <summary>Approvals that others leave: they count by their signature alone.</summary>
public sealed class ApprovalTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task SecondPrincipal_SignedByAKeyOfThePolicy_IsEnough()
    {
        using ApprovalKey key = ApprovalKey.Create();
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy(key));
        Plan plan = await PlanDeletion(cluster);
        cluster.Guard.Approvals.Add(Approval.Parse(key.Approve(plan, "alice", s_now).ToJson()));
        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(result.IsComplete, string.Join('\n', result.Steps));
        Assert.Equal(0, cluster.Asked.Count);
        Assert.Equal("key alice", cluster.Guard.Ledger.Show(1)!.Facts.GetProperty("approval").GetString());
    }

    [Theory]
    [InlineData("no approval")]
    [InlineData("another key under the same name")]
    [InlineData("the right key under another name")]
    [InlineData("for another plan")]
    [InlineData("renamed to this plan")]
    [InlineData("a person at the agent's own terminal")]
    [InlineData("no JSON")]
    public async Task SecondPrincipal_MadeByTheAgentItself_IsRefused(string how)
    {
        using ApprovalKey key = ApprovalKey.Create();
        using ApprovalKey own = ApprovalKey.Create();
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy(key));
        Plan plan = await PlanDeletion(cluster);
        Plan other = await PlanDeletion(cluster);
        ApprovalStore store = cluster.Guard.Approvals;
        switch (how)
        {
            case "another key under the same name":
                store.Add(own.Approve(plan, "alice", s_now));
                break;
            case "the right key under another name":
                store.Add(key.Approve(plan, "mallory", s_now));
                break;
            case "for another plan":
                store.Add(key.Approve(other, "alice", s_now));
                break;
            case "renamed to this plan":
                store.Add(key.Approve(other, "alice", s_now) with { PlanId = plan.Id });
                break;
            case "a person at the agent's own terminal":
                store.AddPrompt(plan, "agent", s_now);
                break;
            case "no JSON":
                Directory.CreateDirectory(Path.Combine(cluster.Folder, "state", "approvals"));
                File.WriteAllText(Path.Combine(cluster.Folder, "state", "approvals", plan.Id + ".key.alice.json"), "yes");
                break;
            default:
                break;
        }

        Assert.Equal("approval", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    [Fact]
    public async Task Prompt_LeftByAPersonElsewhere_IsEnoughForPromptOnly()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""{"version":1,"allow":[{"classes":["destructive"]}]}""");
        await using OperationGuard alone = cluster.OpenGuard(canAsk: false);
        Plan plan = await alone.PlanAsync([new PlanRequest(ApiMethod.Delete, "/nodes/pve1/qemu/106")]);
        Assert.Equal("approval", await cluster.RefusedAsync(() => alone.ApplyAsync(plan.Id)));
        alone.Approvals.AddPrompt(plan, "me", s_now);
        Assert.True((await alone.ApplyAsync(plan.Id)).IsComplete);
    }

    [Fact]
    public async Task Approval_WithANameThatIsAPath_CannotBeLeft()
    {
        using ApprovalKey key = ApprovalKey.Create();
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy(key));
        Plan plan = await PlanDeletion(cluster);
        Assert.Throws<ArgumentException>(() => key.Approve(plan, "../../x", s_now));
        Assert.Throws<ArgumentException>(() => cluster.Guard.Approvals.Add(new Approval("../x", "key", "alice", s_now, "")));
    }

    [Fact]
    public void Key_ThroughItsText_StaysTheSame()
    {
        using ApprovalKey key = ApprovalKey.Create();
        using ApprovalKey again = ApprovalKey.Parse(key.ToPem());
        Assert.Equal(key.PublicKey, again.PublicKey);
        Assert.Throws<FormatException>(() => ApprovalKey.Parse("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"));
        Assert.Throws<FormatException>(() => Approval.Parse("{}"));
    }

    [Theory]
    [InlineData("""[{"name":"alice"}]""", "'approvers.key'")]
    [InlineData("""[{"name":"alice","key":"AAAA"}]""", "'approvers.key'")]
    [InlineData("""[{"name":"a/b","key":"AAAA"}]""", "'approvers.name'")]
    [InlineData("""[{"name":"alice","keys":"AAAA"}]""", "'approvers.keys'")]
    public void Policy_WithAnApproverThatIsNone_RefusesEverything(string approvers, string expected)
    {
        GuardRefusedException refusal = Assert.Throws<GuardRefusedException>(() => GuardPolicy.Parse($$"""{"version":1,"approvers":{{approvers}}}"""));
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    private static string Policy(ApprovalKey key) => $$"""
        {"version":1,"allow":[{"classes":["destructive"]}],"approval":{"destructive":"second-principal"},
         "approvers":[{"name":"alice","key":"{{key.PublicKey}}"}]}
        """;

    private static Task<Plan> PlanDeletion(GuardedCluster cluster) => cluster.PlanAsync(ApiMethod.Delete, "/nodes/pve1/qemu/106");
}
