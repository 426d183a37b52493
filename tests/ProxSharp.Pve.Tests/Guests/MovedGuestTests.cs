using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;
using ProxSharp.Simulator;
using ProxSharp.Tasks;

namespace ProxSharp.Pve.Tests.Guests;

/// <summary>Guests that are elsewhere than the handle believes, and numbers that belong to the other kind of guest.</summary>
public sealed class MovedGuestTests : IAsyncLifetime
{
    private readonly PveCluster _cluster = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(_cluster.IsLive, "Moves guests of the simulator.");
        return _cluster.InitializeAsync();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Theory]
    [InlineData("start", true)]
    [InlineData("start", false)]
    [InlineData("stop", true)]
    [InlineData("stop", false)]
    [InlineData("shutdown", true)]
    [InlineData("shutdown", false)]
    public async Task Power_GuestThatHasJustMoved_IsDoneWhereItIs(string verb, bool sync)
    {
        (Vm vm, string target) = await MoveBehindTheHandleAsync(runs: verb != "start");
        PveTask task = await PowerAsync(vm, verb, sync);
        Upid first = task.Upid;

        TaskResult result = sync ? task.WaitForCompletion(TestGuests.Fast, Token) : await task.WaitForCompletionAsync(TestGuests.Fast, Token);

        Assert.Equal((TaskOutcome.Succeeded, target), (result.Outcome, result.Upid.Node));
        Assert.NotEqual(target, first.Node);
        Assert.Equal(result.Upid, task.Upid);
        Assert.Equal(verb == "start" ? GuestStatus.Running : GuestStatus.Stopped, (await vm.GetStatusAsync(Token)).Status);
        Assert.Equal(2, Count("POST", $"/{vm.Id}/status/{verb}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Power_SeveralWhoWait_HaveItDoneOnce(bool sync)
    {
        (Vm vm, string target) = await MoveBehindTheHandleAsync(runs: false);
        PveTask task = await PowerAsync(vm, "start", sync);

        TaskResult[] results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => sync
            ? Task.Run(() => task.WaitForCompletion(TestGuests.Fast, Token), Token)
            : task.WaitForCompletionAsync(TestGuests.Fast, Token)));

        Assert.Equal(target, Assert.Single(results.Select(static result => result.Upid).Distinct()).Node);
        Assert.Equal(2, Count("POST", $"/{vm.Id}/status/start"));
        Assert.True((await task.WaitForCompletionAsync(Token)).Succeeded);
        Assert.True(task.WaitForCompletion(cancellationToken: Token).Succeeded);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Power_GuestThatIsThere_CostsNoLook(bool sync)
    {
        Vm vm = await _cluster.Pve.FindVmAsync(106, Token);
        long before = _cluster.Simulator.Traffic.RequestCount;

        PveTask task = await PowerAsync(vm, "start", sync);
        Assert.True((sync ? task.WaitForCompletion(TestGuests.Fast, Token) : await task.WaitForCompletionAsync(TestGuests.Fast, Token)).Succeeded);

        Assert.DoesNotContain(_cluster.Simulator.RequestsSince(before), static request => request.Path.EndsWith("/cluster/resources", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Power_FailureOfAnotherKind_IsNotRepeated(bool sync)
    {
        Vm vm = await _cluster.Pve.FindVmAsync(100, Token);
        PveTask task = await PowerAsync(vm, "start", sync);

        ProxmoxTaskFailedException thrown = await Assert.ThrowsAsync<ProxmoxTaskFailedException>(() => WaitAsync(task, TestGuests.Fast, sync));

        Assert.Contains("already running", thrown.ExitStatus, StringComparison.Ordinal);
        Assert.Equal(1, Count("POST", "/100/status/start"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Power_GuestThatIsNowhere_FailsAsTheServerSays(bool sync)
    {
        PveTask task = await PowerAsync(_cluster.Pve.Nodes["pve1"].Vms[987_654], "start", sync);

        ProxmoxTaskFailedException thrown = await Assert.ThrowsAsync<ProxmoxTaskFailedException>(() => WaitAsync(task, TestGuests.Fast, sync));
        TaskResult quiet = await WaitAsync(task, TestGuests.Fast with { ThrowOnFailure = false }, sync);

        Assert.Equal("Configuration file 'nodes/pve1/qemu-server/987654.conf' does not exist", thrown.ExitStatus);
        Assert.Equal(TaskOutcome.Failed, quiet.Outcome);
        Assert.Equal(1, Count("POST", "/987654/status/start"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Call_NumberOfTheOtherKind_NamesTheRightCollection(bool sync)
    {
        PveClient pve = _cluster.Pve;
        (Func<Task> Call, string Text)[] rows =
        [
            (() => StatusAsync(pve.Vms[200], sync), "Unable to find VM 200: guest 200 is a container: use Containers[200]."),
            (() => PowerAsync(pve.Vms[200], "start", sync), "Unable to find VM 200: guest 200 is a container: use Containers[200]."),
            (() => StatusAsync(pve.Containers[100], sync), "Unable to find container 100: guest 100 is a VM: use Vms[100]."),
            (() => StatusAsync(pve.Nodes["pve1"].Containers[100], sync), "Unable to find container 100: guest 100 is a VM: use Vms[100]."),
        ];
        foreach ((Func<Task> call, string text) in rows)
        {
            Assert.Equal(text, (await Assert.ThrowsAsync<ProxmoxNotFoundException>(call)).Message);
        }

        Assert.DoesNotContain(_cluster.Simulator.Traffic.Requests, static request => request.Path.Contains("/qemu/200", StringComparison.Ordinal));
    }

    private static Task<TaskResult> WaitAsync(PveTask task, TaskWaitOptions options, bool sync) =>
        sync ? Task.Run(() => task.WaitForCompletion(options, Token), Token) : task.WaitForCompletionAsync(options, Token);

    private static async Task StatusAsync(Guest guest, bool sync) => _ = sync ? guest.GetStatus(Token) : await guest.GetStatusAsync(Token);

    private static async Task<PveTask> PowerAsync(Vm vm, string verb, bool sync) => (verb, sync) switch
    {
        ("start", true) => vm.Start(Token),
        ("start", false) => await vm.StartAsync(Token),
        ("stop", true) => vm.Stop(Token),
        ("stop", false) => await vm.StopAsync(Token),
        (_, true) => vm.Shutdown(Token),
        _ => await vm.ShutdownAsync(Token),
    };

    // Somebody else moves a guest that the handle has just seen.
    private async Task<(Vm Vm, string Target)> MoveBehindTheHandleAsync(bool runs)
    {
        Vm vm = await TestGuests.NewVmAsync(_cluster);
        if (runs)
        {
            await vm.StartAsync(Token).WaitForCompletionAsync(TestGuests.Fast, Token);
        }

        string target = _cluster.Node == "pve2" ? "pve1" : "pve2";
        await using PveClient other = new(_cluster.Options);
        _ = await vm.GetStatusAsync(Token);
        GuestMigrateOptions options = new() { Online = runs, WithLocalDisks = runs };
        await other.Nodes[_cluster.Node].Vms[vm.Id].MigrateAsync(NodeName.Parse(target, null), options, Token).WaitForCompletionAsync(TestGuests.Fast, Token);
        return (vm, target);
    }

    private int Count(string method, string end) =>
        _cluster.Simulator.Traffic.Requests.Count(request => request.Method == method && request.Path.EndsWith(end, StringComparison.Ordinal));
}
