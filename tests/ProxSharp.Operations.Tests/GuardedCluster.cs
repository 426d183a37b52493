using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;
using ProxSharp.Pve;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Operations.Tests;

/// <summary>A simulated cluster with a guard, and somebody else who changes things behind its back.</summary>
public sealed class GuardedCluster : GuardedSite
{
    private readonly PveSimulator _simulator;
    private readonly ProxmoxClientOptions _options;

    private GuardedCluster(PveSimulator simulator, ProxmoxClientOptions options)
    {
        (_simulator, _options) = (simulator, options);
        Other = new PveClient(options);
        Guard = OpenGuard();
    }

    internal OperationGuard Guard { get; private set; }

    internal PveClient Other { get; }

    /// <summary>Somebody who may do everything.</summary>
    internal PveClient OpenRoot() =>
        new(_options with { Credentials = ProxmoxCredentials.Password("root@pam", DefaultCluster.RootPassword) });

    internal ShiftedTime Time { get; } = new();

    /// <summary>The clock of the server.</summary>
    internal ShiftedTime ServerTime { get; private init; } = new();

    internal Approver Asked { get; } = new();

    internal static async Task<GuardedCluster> StartAsync(
        string policy, Action<ClusterBuilder>? scenario = null, TimeSpan? taskDuration = null)
    {
        ShiftedTime serverTime = new();
        PveSimulator simulator = await PveSimulator.StartAsync(new PveSimulatorOptions
        {
            TimeProvider = serverTime,
            Delays = false,
            TaskDuration = taskDuration ?? TimeSpan.FromMilliseconds(20),
            Scenario = scenario ?? DefaultCluster.Build,
        });
        ProxmoxClientOptions options = new()
        {
            Endpoints = [ProxmoxEndpoint.Parse(simulator.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.ApiToken(DefaultCluster.TokenId, DefaultCluster.TokenSecret),
            Trust = ServerTrust.Pin(simulator.Fingerprint),
        };
        GuardedCluster cluster = new(simulator, options) { ServerTime = serverTime };
        cluster.Policy(policy);
        return cluster;
    }

    internal OperationGuard OpenGuard(string context = "lab", bool canAsk = true, bool isReadOnly = false, IReadOnlyList<string>? protectedTags = null) => OperationGuard.Create(
        ProxmoxProduct.VirtualEnvironment,
        _options with { TimeProvider = Time },
        Options(context) with { IsReadOnly = isReadOnly, ProtectedTags = protectedTags ?? [], Approvers = canAsk ? [Asked] : [] });

    /// <summary>Is told of every request at the moment it arrives.</summary>
    internal void When(Func<SimulatedRequest, bool> watch) => _simulator.Faults.When(watch, Fault.ConnectionRefused);

    /// <summary>Makes requests fail as if their node did not answer, however often they are repeated.</summary>
    internal void Fail(Func<SimulatedRequest, bool> which) => _simulator.Faults.When(which, Fault.ConnectionRefused, 100);

    /// <summary>Answers requests as a server does that is too old for them.</summary>
    internal void Lack(Func<SimulatedRequest, bool> which) => _simulator.Faults.When(which, Fault.Status(501, "Method not implemented"), 100);

    /// <summary>Lets something go wrong with the next request that fits.</summary>
    internal void When(Func<SimulatedRequest, bool> watch, Fault fault) => _simulator.Faults.When(watch, fault);

    /// <summary>Makes a task fail.</summary>
    internal void FailTask(TaskFault fault) => _simulator.Faults.FailTask(fault);

    /// <summary>How many requests have reached the server.</summary>
    internal int Requests => (int)_simulator.Traffic.RequestCount;

    internal override int Writes => _simulator.Traffic.Requests.Count(static request => request.Method != "GET");

    internal Task<Plan> PlanAsync(ApiMethod method, string path, ApiParameters? parameters = null) => Guard.PlanAsync([new PlanRequest(method, path, parameters)]);

    internal async Task<string?> ConfigAsync(int vmid, string name, string node = "pve1", string type = "qemu") =>
        (await Other.Raw.GetAsync($"/nodes/{node}/{type}/{vmid}/config")).Data.Text(name);

    internal async Task DoneAsync(ApiResponse<System.Text.Json.JsonElement> answer) =>
        await Other.Tasks[answer.Data.GetString()!].WaitForCompletionAsync(ProxSharp.Tasks.TaskWaitOptions.Default);

    private protected override async Task StopAsync()
    {
        await Guard.DisposeAsync();
        await Other.DisposeAsync();
        await _simulator.DisposeAsync();
    }

    /// <summary>The system's clock, moved on by hand.</summary>
    internal sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        /// <summary>How much longer than it really was those believe to have waited who measure it.</summary>
        public TimeSpan Waited { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;

        public override long GetTimestamp() => System.GetTimestamp() + (long)(Waited.TotalSeconds * TimestampFrequency);
    }

    internal sealed class Approver : IPlanApprover
    {
        public ApprovalKind Kind { get; set; } = ApprovalKind.Prompt;

        public Func<Plan, Task<bool>> Answer { get; set; } = static _ => Task.FromResult(true);

        public int Count { get; private set; }

        public Task<bool> ApproveAsync(Plan plan, CancellationToken cancellationToken)
        {
            Count++;
            return Answer(plan);
        }
    }
}
