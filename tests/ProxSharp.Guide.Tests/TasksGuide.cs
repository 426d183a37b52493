using ProxSharp.Ids;
using ProxSharp.Pve;
using ProxSharp.Pve.Tasks;
using ProxSharp.Simulator.Faults;
using ProxSharp.Tasks;

namespace ProxSharp.Guide.Tests;

public sealed class TasksGuide(GuideCluster cluster) : IClassFixture<GuideCluster>
{
    [Fact]
    public async Task Task_Started_CanBeWaitedFor()
    {
        PveClient pve = cluster.Pve;
        Vm vm = pve.Vms[105];

        #region wait
        PveTask task = await vm.StartAsync();                         // started
        TaskResult result = await task.WaitForCompletionAsync();      // done

        await vm.StopAsync().WaitForCompletionAsync();                // both in one line
        #endregion

        Assert.True(result.Succeeded);
    }

    [Fact]
    public async Task Task_Long_TellsProgressAndLog()
    {
        PveClient pve = cluster.Pve;
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        #region progress
        TaskWaitOptions options = new()
        {
            Timeout = TimeSpan.FromMinutes(30),
            Progress = new Progress<TaskProgress>(progress => Console.WriteLine($"{progress.Fraction:P0} {progress.LastLine}")),
            StopOnCancel = true,
        };
        Vm copy = await pve.Vms[9000].CloneAsync().WaitForCompletionAsync(options, cancellationToken);
        #endregion

        PveTask task = await copy.StartAsync(cancellationToken);

        #region log
        await foreach (TaskLogLine line in task.ReadLogAsync(follow: true, cancellationToken))
        {
            Console.WriteLine(line);
        }
        #endregion

        Assert.True((await task.WaitForCompletionAsync(cancellationToken)).Succeeded);
    }

    [Fact]
    public async Task Task_ByItsUpid_IsFoundAgain()
    {
        PveClient pve = cluster.Pve;
        string text = (await pve.Vms[106].StartAsync()).ToString();

        #region rehydrate
        PveTask task = pve.Tasks[text];
        TaskInfo info = await task.GetStatusAsync();
        if (info.IsRunning)
        {
            await task.StopAsync();
        }
        #endregion

        await task.WaitForCompletionAsync(new TaskWaitOptions { ThrowOnFailure = false });
        Assert.Equal("106", info.Id);

        #region list
        IReadOnlyList<TaskInfo> latest = await pve.Tasks.ListAsync();
        await foreach (TaskInfo failed in pve.Nodes["pve1"].Tasks.ListAsync(new PveTaskFilter { ErrorsOnly = true }))
        {
            Console.WriteLine($"{failed.Started:u} {failed.Type} {failed.Id}: {failed.ExitStatus}");
        }
        #endregion

        Assert.NotEmpty(latest);
    }

    [Fact]
    public async Task Task_Failed_SaysWhy()
    {
        PveClient pve = cluster.Pve;
        cluster.Simulator.Faults.FailTask(new TaskFault { Type = "qmclone", Text = "no space left on device" });

        #region failure
        try
        {
            await pve.Vms[9000].CloneAsync().WaitForCompletionAsync();
        }
        catch (ProxmoxTaskFailedException failure)
        {
            Console.WriteLine($"{failure.ExitStatus}: {string.Join(Environment.NewLine, failure.LogTail)}");
        }
        #endregion

        #region outcome
        TaskWaitOptions lenient = new() { ThrowOnFailure = false };
        TaskResult result = await pve.Vms[104].RebootAsync().WaitForCompletionAsync(lenient);
        if (result.Outcome == TaskOutcome.Warnings)
        {
            Console.WriteLine($"{result.Warnings} warnings");
        }
        #endregion

        Assert.True(result.Succeeded);
    }

    [Fact]
    public async Task Tasks_Many_AreWaitedForTogether()
    {
        PveClient pve = cluster.Pve;

        #region many
        IEnumerable<Task<TaskResult>> waits = new[] { 102, 103 }.Select(id => pve.Vms[id].RebootAsync().WaitForCompletionAsync());
        TaskResult[] results = await Task.WhenAll(waits);
        #endregion

        Assert.All(results, static result => Assert.True(result.Succeeded));
    }
}
