using System.Globalization;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Simulator.Pbs.Storage;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Decides what a retention setting keeps of a group, and removes the rest.</summary>
internal static class Pruner
{
    /// <summary>What becomes of one snapshot.</summary>
    public sealed record Verdict(SnapshotKey Key, bool IsKept, bool IsProtected)
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
        string[] given = [.. Retention.Options.Where(rule => keep(rule) is not null)
            .Select(rule => string.Create(CultureInfo.InvariantCulture, $"--{rule} {keep(rule)}"))];
        return given.Length == 0 ? null : string.Join(' ', given);
    }

    /// <summary>Judges the snapshots of a group, oldest first. Without rules all are kept.</summary>
    public static IReadOnlyList<Verdict> Judge(Datastore store, GroupKey group, Func<string, long?> keep, TimeZoneInfo zone)
    {
        IReadOnlyList<SnapshotKey> all = store.Snapshots(group);
        if (!Retention.HasRule(keep))
        {
            return [.. all.Select(key => new Verdict(key, true, store.IsProtected(key)))];
        }

        // Proxmox: protected snapshots stay and count for no rule; of unfinished ones only the newest stays.
        SnapshotKey[] candidates = [.. all.Where(key => !store.IsProtected(key) && IsFinished(store, key))];
        HashSet<SnapshotKey> kept = Retention.Keep(candidates, static key => key.Time, keep, zone);
        if (all.Count > 0 && !IsFinished(store, all[^1]))
        {
            kept.Add(all[^1]);
        }

        return [.. all.Select(key => new Verdict(key, kept.Contains(key) || store.IsProtected(key), store.IsProtected(key)))];
    }

    private static bool IsFinished(Datastore store, SnapshotKey key) => store.Read(key, ArchiveName.Manifest) is not null;

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
