using ProxSharp.Schema;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.Consoles;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.State;

/// <summary>What both simulated products have. Everything in it is guarded by <see cref="Gate"/>.</summary>
internal abstract class ServerState
{
    protected ServerState(ApiSchema schema, TimeProvider time, TimeSpan taskDuration, int seed, AccessDirectory directory)
    {
        Random = new Random(seed);
        (Schema, Time, Directory) = (schema, time, directory);
        Tasks = new TaskStore(schema.Product, time, taskDuration);
        Permissions = new PermissionEvaluator(directory, PoolOf);
        Collections = new CollectionStore();
        Consoles = new ConsoleStore(time, new Random(seed + 1), schema.Product);
    }

    public Lock Gate { get; } = new();

    /// <summary>Makes unlike values from the same seed in every run, for MAC addresses, ids and keys.</summary>
    public Random Random { get; }

    public ApiSchema Schema { get; }

    public TimeProvider Time { get; }

    public AccessDirectory Directory { get; }

    public PermissionEvaluator Permissions { get; }

    public TaskStore Tasks { get; }

    /// <summary>Objects that no special rule governs: jobs, rules, endpoints, options.</summary>
    public CollectionStore Collections { get; }

    /// <summary>What is checked about these objects beyond what the schema says; null if nothing is.</summary>
    public ICollectionRules? CollectionRules { get; set; }

    /// <summary>The consoles that clients asked for.</summary>
    public ConsoleStore Consoles { get; }

    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>The node that answers when a call names none.</summary>
    public abstract string LocalNode { get; }

    /// <summary>The pool of the object behind a permission path; null if it is in none.</summary>
    protected abstract string? PoolOf(string path);
}
