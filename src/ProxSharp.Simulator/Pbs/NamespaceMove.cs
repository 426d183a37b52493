using System.Globalization;
using ProxSharp.Ids;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Moves the groups of a namespace and of those below it to another place in the datastore.</summary>
internal sealed class NamespaceMove(Datastore store, BackupNamespace from, BackupNamespace to, int depth)
{
    /// <summary>True if groups that exist at the target take the snapshots over.</summary>
    public required bool Merges { get; init; }

    /// <summary>True if the emptied namespaces are removed.</summary>
    public required bool DeletesSource { get; init; }

    /// <summary>Fails if something cannot be moved now.</summary>
    /// <exception cref="ApiFault">A group cannot, or a namespace would lie too deep.</exception>
    public void Check()
    {
        foreach ((_, GroupMove move) in Moves())
        {
            move.Check();
        }
    }

    /// <summary>Moves everything.</summary>
    /// <exception cref="ApiFault">Something cannot be moved; nothing is.</exception>
    public void Run(SimulatedTask task)
    {
        Check();
        string[] targets = [.. store.Namespaces(from, depth).Select(source => Place(source).StorePath)];
        foreach ((GroupKey group, GroupMove move) in Moves())
        {
            task.Write(string.Create(CultureInfo.InvariantCulture, $"moved group '{group.Folder}' ({move.Run()} snapshots)"));
        }

        foreach (string target in targets.Where(static target => target.Length > 0))
        {
            store.Files.MakeFolder(target);
        }

        if (DeletesSource && !NamespaceHandlers.RemoveEmpty(store, from))
        {
            task.Write($"namespace '{from}' is not empty and stays");
        }
    }

    private BackupNamespace Place(BackupNamespace source)
    {
        string below = source.ToString()[from.ToString().Length..];
        string place = to.IsRoot ? below.TrimStart('/') : to + below;
        return BackupNamespace.TryParse(place, out BackupNamespace target) ? target
            : throw new ApiFault(400, string.Create(CultureInfo.InvariantCulture, $"namespace to deep, {place.Split('/').Length - 1} > max 7"));
    }

    private PlannedMove[] Moves() =>
    [
        .. store.Namespaces(from, depth).SelectMany(source => store.Groups(source).Select(
            key => new PlannedMove(key, new GroupMove(store, key, Place(source)) { Merges = Merges }))),
    ];

    private sealed record PlannedMove(GroupKey Group, GroupMove Move);
}
