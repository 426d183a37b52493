using ProxSharp.Operations.Plans;
using ProxSharp.Pve;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Operations.Tests;

/// <summary>Notes are after an undo what they were before the change, to the last line end.</summary>
public sealed class NotesUndoTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","privileged"]}],"approval":{"disruptive":"none","privileged":"none"}}
        """;

    public static TheoryData<string, string?> Notes()
    {
        TheoryData<string, string?> all = [];
        foreach (string path in (string[])["/nodes/pve1/qemu/106/config", "/nodes/pve2/lxc/203/config", "/cluster/options", "/nodes/pve1/config"])
        {
            foreach (string? before in (string?[])[null, "old", "old\n", "first\nsecond\n"])
            {
                all.Add(path, before);
            }
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Notes))]
    public async Task Undo_OfNotes_LeavesThemAsTheyWere(string path, string? notes)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        await root.Raw.PutAsync("/access/acl", TextPlans.Parameters($"path=/ roles=Administrator users=demo@pve tokens={DefaultCluster.TokenId}"));
        await root.Raw.PutAsync(path, notes is null ? new() { { "delete", "description" } } : new() { { "description", notes } });
        string? before = (await root.Raw.GetAsync(path)).Data.Text("description");

        ApplyResult done = await cluster.Guard.ApplyAsync((await TextPlans.PlanAsync(cluster, "PUT", path, "description=new")).Id);
        Assert.True(done.IsComplete);
        Assert.Equal("new", (await root.Raw.GetAsync(path)).Data.Text("description")?.TrimEnd('\n'));
        Assert.True((await cluster.Guard.ApplyAsync((await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)).Id)).IsComplete);

        Assert.Equal(before, (await root.Raw.GetAsync(path)).Data.Text("description"));
    }
}
