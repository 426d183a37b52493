using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>What a guest has, and whether it runs, makes the same change better or worse.</summary>
public sealed class StateClassTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"approval":{"disruptive":"none","destructive":"none"}}
        """;

    [Theory]
    [InlineData("memory=256", true)]
    [InlineData("swap=0", true)]
    [InlineData("delete=memory", true)]
    [InlineData("memory=4096", false)]
    [InlineData("description=new", false)]
    public async Task Container_ThatRuns_IsDisturbedByLessMemory(string change, bool isDisturbed)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        const string container = "/nodes/pve2/lxc/203";
        await cluster.Other.Raw.PutAsync($"{container}/config", TextPlans.Parameters("memory=1024 swap=512"));
        Assert.Equal(OperationClass.Reversible, (await TextPlans.PlanAsync(cluster, "PUT", $"{container}/config", change)).Class);
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync($"{container}/status/start"));
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", $"{container}/config", change);
        Assert.Equal(isDisturbed ? OperationClass.Disruptive : OperationClass.Reversible, plan.Class);
        Assert.Equal(isDisturbed, plan.Describe()[1].EndsWith(ShrunkMemory.Why, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Upload_WithoutItsFile_IsRefusedWithWhatToDo()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(
            () => cluster.PlanAsync(Api.ApiMethod.Post, "/nodes/pve1/storage/local/upload", TextPlans.Parameters("content=iso filename=a.iso")));
        Assert.Contains("it sends a file, and none is given", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nodes/pve1/qemu/106/config", "memory=4096")]
    [InlineData("/nodes/pve1/qemu/106/firewall/rules/0", "comment=new")]
    public async Task Digest_ThatIsOldAlready_IsRefusedWithThePlan(string path, string change)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.Other.Raw.PostAsync("/nodes/pve1/qemu/106/firewall/rules", TextPlans.Parameters("type=in action=ACCEPT"));
        Assert.Equal("drift", await cluster.RefusedAsync(() => TextPlans.PlanAsync(cluster, "PUT", path, $"{change} digest={new string('0', 40)}")));
        string digest = (await cluster.Other.Raw.GetAsync(path)).Data.Text("digest")!;
        Assert.EndsWith($"digest={digest}", (await TextPlans.PlanAsync(cluster, "PUT", path, $"digest={digest} {change}")).Calls[0].ToString()
            .Replace(" comment=new", "", StringComparison.Ordinal).Replace(" memory=4096", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FreeText_OfACall_StandsBehindItsOtherParameters()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", "/nodes/pve1/qemu/106/config", "description=theirs memory=4096");
        Assert.Matches("^PUT /nodes/pve1/qemu/106/config memory=4096 digest=[0-9a-f]+ description=theirs$", plan.Calls[0].ToString());
    }
}
