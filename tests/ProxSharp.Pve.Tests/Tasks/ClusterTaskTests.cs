using ProxSharp.Authentication;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Tasks;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tasks;
using ProxSharp.Tls;

namespace ProxSharp.Pve.Tests.Tasks;

/// <summary>Tasks of a cluster, simulated.</summary>
public sealed class ClusterTaskTests
{
    private static readonly TaskWaitOptions s_fast = new() { MinInterval = TimeSpan.FromMilliseconds(10) };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_StartOfAMachine_Succeeds(bool sync)
    {
        await using PveSimulator simulator = await StartAsync();
        await using PveClient pve = Client(simulator);
        PveTask task = await StartAsync(pve, 106);
        TaskResult result = await WaitAsync(sync, task);
        Assert.Equal("OK", result.ExitStatus);
        Assert.Equal("demo@pve!ci", result.Upid.User);
        TaskInfo info = sync ? task.GetStatus() : await task.GetStatusAsync();
        Assert.False(info.IsRunning);
        Assert.Equal(TaskOutcome.Succeeded, info.Outcome);
        Assert.Contains((await pve.Tasks.ListAsync()).Concat(pve.Tasks.List()), listed => listed.Upid == task.Upid && listed.Ended is not null);
        PveTask again = pve.Tasks[task.Upid.ToString()];
        Assert.True((await WaitAsync(sync, again)).Succeeded);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "7")]
    public async Task Wait_StartOfARunningMachine_Fails(bool sync)
    {
        await using PveSimulator simulator = await StartAsync();
        await using PveClient pve = Client(simulator);
        ProxmoxTaskFailedException thrown = await Assert.ThrowsAsync<ProxmoxTaskFailedException>(async () => await WaitAsync(sync, await StartAsync(pve, 100)));
        Assert.Contains("already running", thrown.ExitStatus, StringComparison.Ordinal);
        Assert.StartsWith("TASK ERROR: ", thrown.LogTail[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "7")]
    public async Task Stop_RunningTask_EndsItWithAnError(bool sync)
    {
        await using PveSimulator simulator = await StartAsync(TimeSpan.FromHours(1));
        await using PveClient pve = Client(simulator);
        PveTask task = await StartAsync(pve, 106);
        List<TaskInfo> running = [.. pve.Nodes["pve1"].Tasks.List(PveTaskFilter.Running)];
        Assert.Equal(task.Upid, Assert.Single(running).Upid);
        if (sync)
        {
            task.Stop();
        }
        else
        {
            await task.StopAsync();
        }

        ProxmoxTaskFailedException thrown = await Assert.ThrowsAsync<ProxmoxTaskFailedException>(() => WaitAsync(sync, task));
        Assert.Equal("received interrupt", thrown.ExitStatus);
        List<TaskInfo> failed = [.. pve.Cluster.Tasks.List().Where(static listed => listed.Outcome == TaskOutcome.Failed)];
        Assert.Equal(task.Upid, Assert.Single(failed).Upid);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "7")]
    public async Task Wait_DropsAnd596AndExpiredTickets_AreSurvived(bool sync)
    {
        await using PveSimulator simulator = await StartAsync(TimeSpan.FromMilliseconds(400));
        ProxmoxClientOptions options = Options(simulator) with { Credentials = ProxmoxCredentials.Password(DefaultCluster.DemoUser, DefaultCluster.DemoPassword), Retry = ProxmoxRetryOptions.None };
        await using PveClient pve = new(options);
        PveTask task = await StartAsync(pve, 106);
        simulator.Faults.ExpireTickets();
        foreach (Fault fault in new[] { Fault.DropBeforeExecution, Fault.DropAfterExecution, Fault.ProxyTimeout, Fault.ConnectionRefused, Fault.TruncatedBody, Fault.HtmlGateway })
        {
            simulator.Faults.When(static request => request.Path.Contains("/tasks", StringComparison.Ordinal), fault);
        }

        Assert.True((await WaitAsync(sync, task)).Succeeded);
        Assert.True(simulator.Traffic.RequestCount >= 8);
    }

    [Fact]
    [Trait("Acceptance", "7")]
    public async Task Wait_ManyTasksUnderRandomFaults_LosesNone()
    {
        Random random = new(7);
        await using PveSimulator simulator = await StartAsync(TimeSpan.FromMilliseconds(200));
        await using PveClient pve = new(Options(simulator) with { Retry = ProxmoxRetryOptions.None });
        Fault[] faults = [Fault.DropBeforeExecution, Fault.DropAfterExecution, Fault.ProxyTimeout, Fault.ConnectionRefused, Fault.TruncatedBody, Fault.HtmlGateway];
        int[] running = [100, 101, 102, 103, 104];
        PveTask[] tasks = [await StartAsync(pve, 106), .. await Task.WhenAll(running.Select(vmid => StartAsync(pve, vmid)))];
        for (int n = 0; n < 25; n++)
        {
            int strike = random.Next(2);
            simulator.Faults.When(request => request.Path.Contains("/tasks", StringComparison.Ordinal) && strike-- <= 0, faults[random.Next(faults.Length)]);
        }

        TaskWaitOptions options = s_fast with { ThrowOnFailure = false, MaxInterval = TimeSpan.FromMilliseconds(50) };
        TaskResult[] results = await Task.WhenAll(tasks.Select(task => task.WaitForCompletionAsync(options)));
        Assert.Equal(TaskOutcome.Succeeded, results[0].Outcome);
        Assert.All(results[1..], static result => Assert.Equal(TaskOutcome.Failed, result.Outcome));
        Assert.Equal(tasks.Select(static task => task.Upid), results.Select(static result => result.Upid));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_SomebodyElsesTasksWithoutTheRight_IsRefused(bool sync)
    {
        await using PveSimulator simulator = await StartAsync(TimeSpan.FromHours(1), static cluster => cluster.AddUser("bob@pve", "bob-secret"));
        await using PveClient pve = Client(simulator);
        await using PveClient bob = new(Options(simulator) with { Credentials = ProxmoxCredentials.Password("bob@pve", "bob-secret") });
        PveTask first = await StartAsync(pve, 106);
        PveTask second = await StartAsync(pve, 100);
        Assert.Empty(bob.Nodes["pve1"].Tasks.List());
        ProxmoxTaskWaitException thrown = await Assert.ThrowsAsync<ProxmoxTaskWaitException>(() => WaitAsync(sync, bob.Tasks[first.Upid]));
        Assert.IsType<ProxmoxPermissionException>(thrown.InnerException);
        Task<TaskResult>[] both = [bob.Tasks[first.Upid].WaitForCompletionAsync(s_fast), bob.Tasks[second.Upid].WaitForCompletionAsync(s_fast)];
        foreach (Task<TaskResult> wait in both)
        {
            await Assert.ThrowsAsync<ProxmoxTaskWaitException>(() => wait);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadLog_Following_IsTheWholeLog(bool sync)
    {
        await using PveSimulator simulator = await StartAsync(TimeSpan.FromMilliseconds(300));
        await using PveClient pve = Client(simulator);
        NodesQemuCloneRequest clone = new() { NewId = 500, Full = true };
        PveTask task = pve.Tasks[(await pve.Api.Nodes.Qemu.CloneAsync("pve1", 106, clone)).Data];
        List<string> lines = [];
        if (sync)
        {
            lines.AddRange(task.ReadLog(follow: true).Select(static line => line.Text));
        }
        else
        {
            await foreach (TaskLogLine line in task.ReadLogAsync(follow: true))
            {
                lines.Add(line.Text);
            }
        }

        Assert.Equal("TASK OK", lines[^1]);
        Assert.Equal(await task.GetLogTailAsync(1000), lines);
        Assert.Contains(lines, static line => TaskProgress.TryParse(line, out _));
    }

    private static Task<PveSimulator> StartAsync(TimeSpan? duration = null, Action<ClusterBuilder>? more = null) => PveSimulator.StartAsync(new PveSimulatorOptions
    {
        Delays = false,
        TaskDuration = duration ?? TimeSpan.FromMilliseconds(20),
        Scenario = cluster =>
        {
            DefaultCluster.Build(cluster);
            more?.Invoke(cluster);
        },
    });

    private static ProxmoxClientOptions Options(PveSimulator simulator) => new()
    {
        Endpoints = [ProxmoxEndpoint.Parse(simulator.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
        Credentials = ProxmoxCredentials.ApiToken(DefaultCluster.TokenId, DefaultCluster.TokenSecret),
        Trust = ServerTrust.Pin(simulator.Fingerprint),
    };

    private static PveClient Client(PveSimulator simulator) => new(Options(simulator));

    private static async Task<PveTask> StartAsync(PveClient pve, int vmid)
    {
        string node = (await pve.Api.Cluster.ListResourcesAsync()).Data.First(resource => resource.VmId == vmid).Node!;
        return pve.Tasks[(await pve.Api.Nodes.Qemu.Status.StartAsync(node, vmid)).Data];
    }

    private static Task<TaskResult> WaitAsync(bool sync, PveTask task) => sync ? Task.Run(() => task.WaitForCompletion(s_fast)) : task.WaitForCompletionAsync(s_fast);
}
