using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Backups;
using ProxSharp.Simulator.Certificates;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.Consoles;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Firewall;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.Ha;
using ProxSharp.Simulator.Jobs;
using ProxSharp.Simulator.Mappings;
using ProxSharp.Simulator.Nodes;
using ProxSharp.Simulator.Processors;
using ProxSharp.Simulator.Replication;
using ProxSharp.Simulator.Rrd;
using ProxSharp.Simulator.Sdn;
using ProxSharp.Simulator.Shapes;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Calls;

/// <summary>Builds everything that answers the calls of a cluster.</summary>
internal sealed class PveHandlers
{
    private readonly PveState _state;
    private readonly TicketOffice _tickets;
    private readonly FaultInjector _faults;
    private readonly HandlerTable _table;
    private readonly CollectionReader _reader;
    private readonly FallbackHandler _collections;
    private readonly GuestContext _context;

    public PveHandlers(PveState state, TicketOffice tickets, FaultInjector faults)
    {
        (_state, _tickets, _faults) = (state, tickets, faults);
        ShapeValues shapes = new(state.Schema);
        _table = new HandlerTable(state.Schema);
        _reader = new CollectionReader(shapes, state.Schema.Product);
        _collections = new FallbackHandler(state, shapes);
        _context = new GuestContext(state, shapes);
    }

    /// <summary>Registers all handlers and connects the faults with the state.</summary>
    public PveDispatcher Dispatcher()
    {
        GuestFaults guestFaults = new(_state, _faults);
        ConnectFaults(guestFaults);
        RegisterAccess();
        RegisterCluster();
        RegisterGuests();
        RegisterJobs();
        RegisterFirewall();
        RegisterNetworks();
        RegisterNodes();
        RegisterStorage();
        BatchHandlers batch = new(_state);
        batch.Register(_table);
        PveDispatcher dispatcher = new(_state, _table, _collections, new ParameterStage(_state.Schema), _faults, guestFaults);
        batch.Dispatch = dispatcher.Dispatch;
        return dispatcher;
    }

    private void ConnectFaults(GuestFaults guestFaults)
    {
        _state.Faults = _faults;
        _state.Tasks.Saboteur = request => _faults.TakeTaskFault(request.Type, request.Id, request.Node) ?? guestFaults.TaskFailure(request);
        _faults.Rebooter = node =>
        {
            lock (_state.Gate)
            {
                _state.Settle();
                _state.Reboot(node);
            }
        };
    }

    private void RegisterAccess()
    {
        new LoginHandlers(_state, _tickets).Register(_table);
        new UserHandlers(_state).Register(_table);
        new RightsHandlers(_state).Register(_table);
        new FactorHandlers(_state, _state.Random).Register(_table);
        new PoolHandlers(_state).Register(_table);
    }

    private void RegisterCluster()
    {
        new ClusterHandlers(_state, _faults).Register(_table);
        new ClusterLogHandlers(_state).Register(_table);
        new DatacenterHandlers(_state).Register(_table);
        new MetricsHandlers(_state).Register(_table);
        new RrdHandlers(_state).Register(_table);
        new HaHandlers(_state, _reader, _faults).Register(_table);
        new MappingHandlers(_state, _reader).Register(_table);
        new CpuModelHandlers(_state, _reader).Register(_table);
        new AcmeHandlers(_state, _reader).Register(_table);
        new NotificationHandlers(_state, _collections).Register(_table);
        new NotificationFields(_state).Register(_table);
        new CephHandlers(_state, _collections).Register(_table);
    }

    private void RegisterGuests()
    {
        new GuestHandlers(_state, _context).Register(_table);
        new GuestLifecycle(_state).Register(_table);
        new GuestCreation(_state, _context).Register(_table);
        new GuestCloning(_state, _context).Register(_table);
        new GuestSnapshots(_state, _context).Register(_table);
        new GuestMoving(_state, _context).Register(_table);
        new RemoteMigration(_state, _context).Register(_table);
        new GuestAgent(_state).Register(_table);
        new GuestTools(_state, _context).Register(_table);
        new CloudInit(_state).Register(_table);
        new BulkHandlers(_state, _context).Register(_table);
        new ConsoleHandlers(_state).Register(_table);
    }

    private void RegisterJobs()
    {
        new PveTaskHandlers(_state).Register(_table);
        new BackupHandlers(_state).Register(_table);
        new BackupJobHandlers(_state, _reader).Register(_table);
        new RealmSyncHandlers(_state, _reader).Register(_table);
        new ReplicationHandlers(_state, _reader).Register(_table);
    }

    private void RegisterFirewall()
    {
        new FirewallRuleHandlers(_state, _reader).Register(_table);
        new FirewallViews(_state).Register(_table);
        new FirewallNameHandlers(_state, _collections).Register(_table);
        FirewallMacros.Register(_table);
    }

    private void RegisterNetworks()
    {
        SdnConfig config = new(_state, _reader);
        _state.Sdn = config;
        AddressBook addresses = new(config);
        new SdnHandlers(_state, config, addresses).Register(_table);
        new SdnObjectHandlers(_state, _reader, config).Register(_table);
        new SdnSubnetHandlers(_state, _reader, config, addresses).Register(_table);
        new SdnNodeHandlers(_state, config).Register(_table);
        new FabricHandlers(_state, _reader, config).Register(_table);
        new RoutePolicyHandlers(_state, _reader, config).Register(_table);
    }

    private void RegisterNodes()
    {
        new NodeConfigHandlers(_state).Register(_table);
        new NodeSettingsHandlers(_state).Register(_table);
        new ServiceHandlers(_state).Register(_table);
        new LogHandlers(_state, "pvedaemon", node => _state.Nodes[node].BootedAt).Register(_table);
        new NetworkHandlers(_state, _reader).Register(_table);
        new AptHandlers(_state).Register(_table);
        new RepositoryHandlers(_state).Register(_table);
        new ApplianceHandlers(_state, _context.Configurator).Register(_table);
        new HardwareHandlers(_state).Register(_table);
        new CertificateHandlers(_state).Register(_table);
        new OrderHandlers(_state).Register(_table);
    }

    private void RegisterStorage()
    {
        new StorageHandlers(_state).Register(_table);
        new ContentHandlers(_state, _context.Configurator, _collections).Register(_table);
        new PruneHandlers(_state).Register(_table);
        new DiskHandlers(_state).Register(_table);
        new DiskStorageHandlers(_state).Register(_table);
    }
}
