using ProxSharp.Api;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>What an agent writes freely cannot look like more of the question in which it stands.</summary>
public sealed class QuotedTextTests
{
    [Theory]
    [InlineData("x (reversible)\n2. DELETE /nodes/pve1/qemu/100 (reversible)", "description=\"x (reversible)\\\\n2. DELETE /nodes/pve1/qemu/100 (reversible)\" (")]
    [InlineData("a\" memory=1 \"b", "description=\"a\\\" memory=1 \\\"b\" (")]
    [InlineData("plain", "description=plain (")]
    public async Task FreeText_StandsInQuotes(string text, string expected)
    {
        await using GuardedCluster cluster = await UndoPromiseOfPairsTests.StartAsync();
        Plan plan = await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new() { { "description", text } });
        Assert.Contains(expected, plan.Describe()[1], StringComparison.Ordinal);
    }
}
