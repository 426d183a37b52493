using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs.Sessions;

/// <summary>What the simulator gives to its sessions.</summary>
internal sealed record SessionServices(PbsState State, SessionServer Server, FaultInjector Faults, SimulatorTraffic Traffic, bool Delays);

/// <summary>What one session is about.</summary>
internal sealed record SessionContext(SessionServices Services, Datastore Store, SnapshotKey Snapshot, Principal Caller)
{
    public PbsState State => Services.State;
}
