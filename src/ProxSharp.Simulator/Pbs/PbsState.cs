using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.PropertyStrings;
using ProxSharp.Schema;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Nodes;
using ProxSharp.Simulator.Pbs.Storage;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Pbs;

/// <summary>A simulated Proxmox Backup Server.</summary>
internal sealed class PbsState(ApiSchema schema, TimeProvider time, TimeSpan taskDuration)
    : ServerState(schema, time, taskDuration, Seed, new AccessDirectory(RoleCatalogue.Load("pbs-roles.json"), tokensAlwaysSeparate: true))
{
    public const string DatastoreConfig = "/config/datastore";

    private const int Seed = 20260202;

    /// <summary>Checks the parameters of the commands of sessions.</summary>
    public ParameterStage SessionParameters { get; } = new(schema);

    /// <summary>The version that the server says it is.</summary>
    public required Version Version { get; init; }

    /// <summary>Its certificate; null until it listens.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>True if the server tells what came with version 4.</summary>
    public bool IsModern => Version.Major >= 4;

    /// <summary>Its disks: one for the system, and empty ones.</summary>
    public NodeDisks Disks { get; } = new(
    [
        new NodeDisk("/dev/sda", PbsViewHandlers.Disk) { Use = "partitions", HasTable = true },
        new NodeDisk("/dev/sdb", 4L << 40),
        new NodeDisk("/dev/sdc", 4L << 40),
        new NodeDisk("/dev/sdd", 8L << 40),
    ]);

    /// <summary>Its tapes.</summary>
    public Tape.TapeState Tape => field ??= new Tape.TapeState(this);

    public string NodeName { get; set; } = "pbs";

    /// <summary>The folder that holds a folder for each datastore; null to keep everything in memory.</summary>
    public string? DatastoreDirectory { get; init; }

    public SortedDictionary<string, Datastore> Datastores { get; } = new(StringComparer.Ordinal);

    public override string LocalNode => NodeName;

    /// <summary>The settings of its clock, under whatever name the node was called.</summary>
    public JsonObject Clock => Collections.Settings("/nodes/localhost/time");

    /// <summary>The time zone that it is set to.</summary>
    public TimeZoneInfo Zone => NodeTimeZone.In(Clock);

    public Datastore GetDatastore(string name) => Datastores.GetValueOrDefault(name) ?? throw new ApiFault(400, $"no such datastore '{name}'");

    /// <summary>Makes a datastore, or opens what is in its folder.</summary>
    public Datastore MakeDatastore(string name, string? folder = null)
    {
        string? place = folder ?? (DatastoreDirectory is null ? null : Path.Combine(DatastoreDirectory, name));
        Datastore store = place is null ? Datastore.InMemory(name) : Datastore.OnDisk(name, place);
        Datastores[name] = store;
        return store;
    }

    /// <summary>Fails if the datastore is in a maintenance mode that forbids the operation.</summary>
    public void DemandOperation(Datastore store, bool isWrite)
    {
        if (Collections.Find(DatastoreConfig, store.Name)?["maintenance-mode"] is not JsonValue setting)
        {
            return;
        }

        string mode = "";
        string message = "";
        foreach (PropertyStringEntry entry in PropertyStringEntries.Parse(ApiCall.TextOf(setting)).Items)
        {
            (mode, message) = entry.Key is null or "type" ? (entry.Value, message) : entry.Key == "message" ? (mode, Unquoted(entry.Value)) : (mode, message);
        }

        if (mode != "read-only" || isWrite)
        {
            throw new ApiFault(400, $"datastore '{store.Name}' is in {mode} maintenance mode: {message}");
        }
    }

    /// <summary>What quotes hold, without the marks that stand before quotes, line ends and the mark itself.</summary>
    private static string Unquoted(string value)
    {
        if (value is not ['"', .. string inner, '"'])
        {
            return value;
        }

        StringBuilder text = new(inner.Length);
        for (int i = 0; i < inner.Length; i++)
        {
            bool isMarked = inner[i] == '\\' && i + 1 < inner.Length;
            i += isMarked ? 1 : 0;
            text.Append(isMarked && inner[i] == 'n' ? '\n' : inner[i]);
        }

        return text.ToString();
    }

    protected override string? PoolOf(string path) => null;
}
