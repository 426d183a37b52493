using System.Globalization;
using ProxSharp.Authentication;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Pve.Tests.Chaos;

/// <summary>
/// Two hundred random operations while connections break before and after the work was done, proxies give up, tickets expire, and nodes die and come back:
/// no guest is made twice, no task is lost, every failure has a type, and in the end the cluster is as the model says.
/// </summary>
public sealed class ChaosTests
{
    private const int Steps = 200;

    /// <summary>Three seeds, or as many as <c>PROXSHARP_TEST_CHAOS</c> says.</summary>
    public static TheoryData<int> Seeds() =>
        [.. Enumerable.Range(1, int.TryParse(Environment.GetEnvironmentVariable("PROXSHARP_TEST_CHAOS"), CultureInfo.InvariantCulture, out int count) ? count : 3)];

    [Theory(Timeout = 300_000)]
    [MemberData(nameof(Seeds))]
    [Trait("Acceptance", "6")]
    public async Task Operations_UnderRandomFaults_LeaveTheClusterAsTheModelSays(int seed)
    {
        Random random = new(seed);
        SimulatedClock clock = new();
        await using PveSimulator simulator = await PveSimulator.StartAsync(
            new PveSimulatorOptions { Delays = false, TimeProvider = clock, TaskDuration = TimeSpan.FromSeconds(2) }, TestContext.Current.CancellationToken);
        await using PveClient pve = new(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(simulator.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.Password(DefaultCluster.DemoUser, DefaultCluster.DemoPassword),
            Trust = ServerTrust.Pin(simulator.Fingerprint),
            TimeProvider = new PumpedClock(clock),
        });
        ChaosFaults faults = new(simulator, random);
        ChaosRun run = new(pve, clock, faults, random, TestContext.Current.CancellationToken);

        for (int step = 0; step < Steps; step++)
        {
            try
            {
                await run.StepAsync();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Step {step} of seed {seed}: {exception.Message}\n{string.Join('\n', run.Story.TakeLast(30))}", exception);
            }
        }

        faults.Calm();
        await AssertTasksAsync(pve, run);
        await AssertGuestsAsync(pve, run);
        TestContext.Current.TestOutputHelper?.WriteLine($"{run.Tasks.Count} tasks, {run.Model.Count} guests left, {run.Counts}, {string.Join(", ", faults.Counts)}");
        Assert.True(run.Tasks.Count > 50 && run.Counts is { Happened: > 5, DidNotHappen: > 5, Failed: > 5 }, "Too little happened to prove anything.");
    }

    // Nothing ran that the client does not know of, and nothing that it knows of is gone.
    private static async Task AssertTasksAsync(PveClient pve, ChaosRun run)
    {
        HashSet<string> present = [];
        foreach (string node in new[] { "pve1", "pve2", "pve3" })
        {
            IReadOnlyList<NodesTasksItem> tasks = (await pve.Api.Nodes.Tasks.ListAsync(node, new NodesTasksListRequest { Source = TaskSource.All, Limit = 1000 })).Data;
            present.UnionWith(tasks.Where(static task => task.User == DefaultCluster.DemoUser).Select(static task => task.Upid));
        }

        Assert.True(present.SetEquals(run.Tasks), Difference(present, run.Tasks) + "\n" + string.Join('\n', run.Story));
    }

    private static async Task AssertGuestsAsync(PveClient pve, ChaosRun run)
    {
        List<string> found = [];
        IReadOnlyList<GuestSummary> guests = [.. (await pve.Guests.ListAsync()).Where(static guest => guest.Name?.StartsWith("chaos-", StringComparison.Ordinal) == true)];
        Assert.Equal(guests.Count, guests.Select(static guest => guest.Name).Distinct().Count());
        foreach (GuestSummary guest in guests)
        {
            Vm vm = pve.Vms[guest.Id];
            VmConfig config = await vm.Config.GetAsync();
            found.Add(new ModelGuest(guest.Id, guest.Name!, guest.Node)
            {
                IsRunning = guest.IsRunning,
                Description = config.Description?.TrimEnd() ?? "",
                Snapshots = [.. (await vm.Snapshots.ListAsync()).Select(static snapshot => snapshot.Name)],
            }.ToString());
        }

        string[] expected = [.. run.Model.Values.Select(static guest => guest.ToString())];
        Assert.True(expected.SequenceEqual(found), Difference([.. found], [.. expected]) + "\n" + string.Join('\n', run.Story));
    }

    private static string Difference(HashSet<string> found, HashSet<string> expected) => string.Create(
        CultureInfo.InvariantCulture,
        $"Not expected: {string.Join(" | ", found.Except(expected))}\nMissing: {string.Join(" | ", expected.Except(found))}");
}
