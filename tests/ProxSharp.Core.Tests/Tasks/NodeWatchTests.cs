using Microsoft.Extensions.Time.Testing;
using ProxSharp.Ids;
using ProxSharp.Tasks;

namespace ProxSharp.Core.Tests.Tasks;

/// <summary>When a node is looked at next.</summary>
[Trait("Acceptance", "7")]
public sealed class NodeWatchTests
{
    private static readonly Upid s_upid = Upid.Parse("UPID:pve1:00001000:00001234:6543210F:qmclone:9000:root@pam!ci:");

    [Theory]
    [InlineData(new long[] { 50, 80 }, 10, 50)]
    [InlineData(new long[] { 50, 80 }, 60, 60)]
    [InlineData(new long[] { 50, 80 }, 900, 80)]
    [InlineData(new long[0], 900, 20)]
    public void NextDue_OfTheTasks_IsTheFirstAfterTheNodesRest(long[] dues, long rest, long expected) =>
        Assert.Equal(expected, NodeWatch.NextDue([.. dues.Select(static due => Task(due))], 20, rest));

    [Fact]
    public void NextDue_WaitThatWasCancelled_DoesNotCount()
    {
        WatchedTask left = Task(1);
        left.Cancel(new CancellationToken(canceled: true));

        Assert.Equal(50, NodeWatch.NextDue([left, Task(50)], 20, 10));
        Assert.Equal(20, NodeWatch.NextDue([left], 20, 10));
    }

    private static WatchedTask Task(long due) => new(new TaskTracker(s_upid, TaskWaitOptions.Default, new FakeTimeProvider())) { Due = due };
}
