using System.Globalization;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Backups;

/// <summary>Starts backup tasks, whether a call or a schedule asks for them.</summary>
internal sealed class BackupStarter(PveState state)
{
    private readonly BackupLog _log = new(state);

    /// <summary>The guests an order covers on a node.</summary>
    public Guest[] GuestsOf(BackupOrder order, string node) => [.. BackupSelection.GuestsOf(state, order.Selection(node))];

    /// <summary>The storage an order writes to.</summary>
    /// <exception cref="ApiFault">There is none, or it takes no backups.</exception>
    public StorageDefinition StorageOf(BackupOrder order)
    {
        StorageDefinition storage = state.GetStorage(order["storage"] ?? "local");
        return Refusal(storage) is { } reason ? throw ApiFault.Failed(reason) : storage;
    }

    /// <summary>Why a storage takes no backups; null if it does.</summary>
    public static string? Refusal(StorageDefinition storage) =>
        storage.IsDisabled ? $"could not activate storage '{storage.Id}': storage '{storage.Id}' is disabled"
        : storage.Content.Contains("backup") ? null
        : $"could not get storage information for '{storage.Id}': can't use storage '{storage.Id}' for backups - wrong content type";

    /// <summary>Starts the task.</summary>
    /// <param name="order">What it does.</param>
    /// <param name="node">The node it runs on.</param>
    /// <param name="storage">Where the archives go.</param>
    /// <param name="guests">The guests.</param>
    /// <param name="owner">Who starts it.</param>
    /// <param name="at">When it starts.</param>
    public SimulatedTask Start(BackupOrder order, string node, StorageDefinition storage, Guest[] guests, string owner, DateTimeOffset at)
    {
        IReadOnlyList<string> wanted = order.Items("vmid");
        BackupRun run = new(state, _log, storage, at)
        {
            Mode = order["mode"] ?? "snapshot",
            Suffix = Suffix(order["compress"]),
            NotesTemplate = order["notes-template"],
            IsProtected = order.IsSet("protected"),
            PruneRule = RuleOf(order, storage, node),
        };
        List<string> lines = [$"INFO: starting new backup job: vzdump {order.CommandLine()}"];
        lines.AddRange(wanted.Where(id => guests.All(guest => guest.VmId.ToString(CultureInfo.InvariantCulture) != id)).Select(static id => $"INFO: skip external VMs: {id}"));
        lines.AddRange(run.Begin(guests));
        return state.Tasks.Start(new TaskRequest(node, "vzdump", wanted.Count == 1 ? wanted[0] : "", owner)
        {
            StartsAt = at,
            Effort = 1 + (2 * Math.Min(guests.Length, 10)),
            Lines = lines,
            OnAbort = run.Abort,
            Work = run.Finish,
        });
    }

    // Proxmox: the call's own rule comes first, then that of the storage, then that of the node.
    private string? RuleOf(BackupOrder order, StorageDefinition storage, string node) => order["remove"] == "0" ? null
        : order["prune-backups"]
            ?? (storage.Options["prune-backups"] is { } rule ? ApiCall.TextOf(rule) : state.Nodes.GetValueOrDefault(node)?.BackupRule);

    private static string Suffix(string? compress) => compress switch
    {
        null or "0" => "",
        "1" or "lzo" => ".lzo",
        "gzip" => ".gz",
        _ => ".zst",
    };
}
