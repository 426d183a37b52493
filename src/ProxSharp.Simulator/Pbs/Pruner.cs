using System.Globalization;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Decides what a retention setting keeps of a group, and removes the rest.</summary>
internal static class Pruner
{
    private static readonly string[] s_rules = ["keep-last", "keep-hourly", "keep-daily", "keep-weekly", "keep-monthly", "keep-yearly"];

    /// <summary>What becomes of one snapshot.</summary>
    public readonly record struct Verdict(SnapshotKey Key, bool IsKept, bool IsProtected)
    {
        /// <summary>The line about it in a log.</summary>
        public string Line => $"{(IsProtected ? "protected" : IsKept ? "keep" : "remove")} {Key.Snapshot}";
    }

    /// <summary>The line about the rules in a log.</summary>
    public static string RulesLine(Func<string, long?> keep) =>
        Describe(keep) is { } rules ? $"retention options: {rules}" : "No prune selection - keeping all files.";

    /// <summary>The rules as a log shows them; null if there are none.</summary>
    private static string? Describe(Func<string, long?> keep)
    {
        string[] given = [.. s_rules.Where(rule => keep(rule) is not null)
            .Select(rule => string.Create(CultureInfo.InvariantCulture, $"--{rule} {keep(rule)}"))];
        return given.Length == 0 ? null : string.Join(' ', given);
    }

    /// <summary>Judges the snapshots of a group, oldest first. Without rules all are kept.</summary>
    public static IReadOnlyList<Verdict> Judge(Datastore store, GroupKey group, Func<string, long?> keep)
    {
        IReadOnlyList<SnapshotKey> all = store.Snapshots(group);
        if (Describe(keep) is null)
        {
            return [.. all.Select(key => new Verdict(key, true, store.IsProtected(key)))];
        }

        // Proxmox: protected snapshots stay and count for no rule; of unfinished ones only the newest stays.
        SnapshotKey[] candidates = [.. all.Where(key => !store.IsProtected(key) && store.Manifest(key) is not null)];
        HashSet<SnapshotKey> kept = Retention.Keep(candidates, static key => key.Time, keep);
        if (all.Count > 0 && store.Manifest(all[^1]) is null)
        {
            kept.Add(all[^1]);
        }

        return [.. all.Select(key => new Verdict(key, kept.Contains(key) || store.IsProtected(key), store.IsProtected(key)))];
    }

    /// <summary>Removes what is not kept; what is in use stays.</summary>
    public static void Sweep(Datastore store, IEnumerable<Verdict> verdicts, Action<string> warn)
    {
        foreach (Verdict verdict in verdicts.Where(static verdict => !verdict.IsKept))
        {
            if (store.Locks.IsLocked(verdict.Key) || store.Locks.IsRunning(verdict.Key))
            {
                string folder = verdict.Key.Folder;
                warn($"failed to remove dir \"{folder}\": "
                    + $"unable to acquire lock on snapshot directory \"{store.PathOf(folder)}\" - possibly running or in use");
                continue;
            }

            store.Remove(verdict.Key);
        }
    }
}
