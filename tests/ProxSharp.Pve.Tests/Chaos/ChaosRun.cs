using System.Globalization;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;
using ProxSharp.Pve.Recovery;
using ProxSharp.Simulator;
using ProxSharp.Tasks;

namespace ProxSharp.Pve.Tests.Chaos;

/// <summary>Operates a cluster at random while things go wrong, and keeps a model of what the cluster must look like.</summary>
internal sealed class ChaosRun(PveClient pve, SimulatedClock clock, ChaosFaults faults, Random random, CancellationToken cancellationToken)
{
    private const int Template = 9000;

    private static readonly string[] s_nodes = ["pve1", "pve2", "pve3"];
    private static readonly TaskWaitOptions s_wait = new() { ThrowOnFailure = false };

    private readonly Lock _gate = new();
    private readonly SortedDictionary<VmId, ModelGuest> _model = [];
    private readonly Dictionary<VmId, Vm> _handles = [];
    private int _names;

    /// <summary>What happened, for the message of a failure.</summary>
    public List<string> Story { get; } = [];

    /// <summary>The tasks that the run knows it has started.</summary>
    public HashSet<string> Tasks { get; } = new(StringComparer.Ordinal);

    /// <summary>What the cluster must look like.</summary>
    public IReadOnlyDictionary<VmId, ModelGuest> Model => _model;

    /// <summary>How many changes were lost and found again, and how many failed with a typed exception.</summary>
    public (int Happened, int DidNotHappen, int Failed) Counts { get; private set; }

    public async Task StepAsync()
    {
        // Far enough apart for the trace of one change not to pass for that of another.
        clock.Advance(TimeSpan.FromSeconds(30));
        faults.Prepare();
        ModelGuest? guest = _model.Count == 0 || random.Next(7) == 0 ? null : _model.Values.ElementAt(random.Next(_model.Count));
        await (guest is not null ? OperateAsync(guest) : random.Next(4) == 0 ? MakeManyAsync() : MakeAsync());
    }

    private Task OperateAsync(ModelGuest guest) => random.Next(9) switch
    {
        0 => ChangeAsync("start", guest, vm => vm.StartAsync(cancellationToken), static guest => guest with { IsRunning = true }),
        1 => ChangeAsync("stop", guest, vm => vm.StopAsync(cancellationToken), static guest => guest with { IsRunning = false }),
        2 or 3 => SnapshotAsync(guest),
        4 or 5 => DescribeAsync(guest),
        6 or 7 => MigrateAsync(guest),
        _ => ChangeAsync("delete", guest, vm => vm.DeleteAsync(cancellationToken), static _ => null),
    };

    private async Task MakeAsync()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"chaos-{++_names}");
        if (random.Next(3) == 0)
        {
            Vm template = pve.Vms[Template];
            GuestCloneOptions options = new() { Name = name, Full = true, Storage = StorageId.Parse("ceph", null), IdRange = new VmIdRange(2000, 2999) };
            await FinishAsync($"clone {name}", async () => Made(await template.CloneAsync(options, cancellationToken)), static lost => Number(lost, "newid"), id => Add(id, name, "pve1"));
            return;
        }

        await EndAsync(await BeginCreateAsync(name, s_nodes[random.Next(s_nodes.Length)]));
    }

    // Nobody gets a number that somebody else has, also when answers are lost.
    private async Task MakeManyAsync()
    {
        List<Task<Begun?>> calls = [];
        for (int i = 0; i < 4; i++)
        {
            calls.Add(BeginCreateAsync(string.Create(CultureInfo.InvariantCulture, $"chaos-{++_names}"), s_nodes[random.Next(s_nodes.Length)]));
        }

        foreach (Begun? begun in await Task.WhenAll(calls))
        {
            await EndAsync(begun);
        }
    }

    private Task<Begun?> BeginCreateAsync(string name, string node)
    {
        NodeName home = NodeName.Parse(node, null);
        VmSpec spec = new() { Name = name, Memory = 64, IdRange = new VmIdRange(1000, 1999), Scsi = [new(0, VmSpec.NewDisk("ceph", DiskSize.FromGibibytes(1)))] };
        return BeginAsync($"create {name} on {node}", async () => Made(await pve.CreateVmAsync(home, spec, cancellationToken)), static lost => Number(lost, "vmid"), id => Add(id, name, node));
    }

    private static (PveTask Task, VmId Id) Made(GuestTask<Vm> made) => (made.Task, made.Guest.Id);

    private static VmId Number(ProxmoxOutcomeUnknownException lost, string parameter) => VmId.Parse(lost.Parameters.First(sent => sent.Name == parameter).Text, null);

    private void Add(VmId id, string name, string node) => _model.Add(id, new ModelGuest(id, name, node));

    private Task SnapshotAsync(ModelGuest guest)
    {
        if (guest.Snapshots.Count == 0 || random.Next(3) > 0)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"s{++_names}");
            return ChangeAsync($"snapshot {name}", guest, vm => vm.Snapshots.CreateAsync(name, cancellationToken: cancellationToken), guest => guest with { Snapshots = [.. guest.Snapshots, name] });
        }

        string old = guest.Snapshots[random.Next(guest.Snapshots.Count)];
        return ChangeAsync(
            $"delete snapshot {old}", guest, vm => vm.Snapshots.DeleteAsync(old, cancellationToken: cancellationToken), guest => guest with { Snapshots = [.. guest.Snapshots.Where(name => name != old)] });
    }

    private Task MigrateAsync(ModelGuest guest)
    {
        string target = s_nodes[random.Next(s_nodes.Length)];
        GuestMigrateOptions options = new() { Online = guest.IsRunning };
        return ChangeAsync($"migrate to {target}", guest, vm => vm.MigrateAsync(NodeName.Parse(target, null), options, cancellationToken), guest => guest with { Node = target });
    }

    private async Task DescribeAsync(ModelGuest guest)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"note {++_names}");
        bool isDone = false;
        try
        {
            await Handle(guest.Id).Config.UpdateAsync(config => config with { Description = text }, null, cancellationToken);
            isDone = true;
        }
        catch (ProxmoxOutcomeUnknownException lost)
        {
            isDone = (await RecoverAsync(lost)).Outcome == RecoveredOutcome.Happened;
        }
        catch (ProxmoxException exception)
        {
            Failed(exception);
        }

        Tell($"describe {guest.Id} as '{text}': {isDone}");
        if (isDone)
        {
            _model[guest.Id] = guest with { Description = text };
        }
    }

    private async Task ChangeAsync(string what, ModelGuest guest, Func<Vm, Task<PveTask>> call, Func<ModelGuest, ModelGuest?> effect)
    {
        VmId id = guest.Id;
        await FinishAsync($"{what} {guest}", async () => (await call(Handle(id)), id), _ => id, _ =>
        {
            if (effect(guest) is { } changed)
            {
                _model[id] = changed;
            }
            else
            {
                _model.Remove(id);
                _handles.Remove(id);
            }
        });
    }

    private async Task FinishAsync(string what, Func<Task<(PveTask Task, VmId Id)>> call, Func<ProxmoxOutcomeUnknownException, VmId> lostId, Action<VmId> effect) =>
        await EndAsync(await BeginAsync(what, call, lostId, effect));

    private async Task<Begun?> BeginAsync(string what, Func<Task<(PveTask Task, VmId Id)>> call, Func<ProxmoxOutcomeUnknownException, VmId> lostId, Action<VmId> effect)
    {
        try
        {
            (PveTask task, VmId id) = await call();
            return new Begun(what, task, () => effect(id));
        }
        catch (ProxmoxOutcomeUnknownException lost)
        {
            return (await RecoverAsync(lost)).Task is { } found ? new Begun(what, found, () => effect(lostId(lost))) : null;
        }
        catch (ProxmoxException exception)
        {
            Failed(exception);
            Tell($"{what}: {exception.GetType().Name} {exception.Message}");
            return null;
        }
    }

    private async Task EndAsync(Begun? begun)
    {
        if (begun is null)
        {
            return;
        }

        Assert.True(Tasks.Add(begun.Task.Upid.ToString()), $"{begun.What}: the task {begun.Task} was known before.");
        faults.Disturb();
        TaskResult result = await WaitAsync(begun.Task);
        Tell($"{begun.What}: {result}");
        if (result.Succeeded)
        {
            begun.Effect();
        }
    }

    private async Task<TaskResult> WaitAsync(PveTask task)
    {
        try
        {
            return await task.WaitForCompletionAsync(s_wait, cancellationToken);
        }
        catch (ProxmoxTaskWaitException)
        {
            // The node was away for too long. Its task is not lost: when the node is back, so is the task.
            faults.Calm();
            return await task.WaitForCompletionAsync(s_wait, cancellationToken);
        }
    }

    private async Task<RecoveryResult> RecoverAsync(ProxmoxOutcomeUnknownException lost)
    {
        RecoveryResult found;
        try
        {
            found = await pve.RecoverAsync(lost, null, cancellationToken);
        }
        catch (ProxmoxException exception)
        {
            Failed(exception);
            faults.Calm();
            found = await pve.RecoverAsync(lost, null, cancellationToken);
        }

        Tell($"lost {lost.Operation}: {found.Evidence}");
        Assert.True(found.Outcome != RecoveredOutcome.Undetermined, found.Evidence);
        lock (_gate)
        {
            Counts = found.Outcome == RecoveredOutcome.Happened ? Counts with { Happened = Counts.Happened + 1 } : Counts with { DidNotHappen = Counts.DidNotHappen + 1 };
        }

        return found;
    }

    private void Failed(ProxmoxException exception)
    {
        Assert.NotEmpty(exception.Message);
        lock (_gate)
        {
            Counts = Counts with { Failed = Counts.Failed + 1 };
        }
    }

    private void Tell(string line)
    {
        lock (_gate)
        {
            Story.Add(line);
        }
    }

    // An old handle must find its guest as well as a new one.
    private Vm Handle(VmId id)
    {
        if (random.Next(2) == 0 || !_handles.TryGetValue(id, out Vm? handle))
        {
            _handles[id] = handle = pve.Vms[id];
        }

        return handle;
    }

    private sealed record Begun(string What, PveTask Task, Action Effect);
}
