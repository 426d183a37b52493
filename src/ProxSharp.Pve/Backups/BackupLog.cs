using System.Globalization;
using System.Text.RegularExpressions;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Backups;

/// <summary>Reads the log of a backup.</summary>
internal static partial class BackupLog
{
    /// <summary>Finds what became of each guest.</summary>
    /// <param name="lines">The log.</param>
    /// <param name="storage">The storage the backups are on; null if that is not known: their volumes are then unknown too.</param>
    public static IReadOnlyList<GuestBackup> Read(IEnumerable<string> lines, StorageId? storage)
    {
        List<GuestBackup> guests = [];
        Dictionary<VmId, string> archives = [];
        foreach (string line in lines)
        {
            if (StartPattern.Match(line) is { Success: true } start && VmId.TryParse(start.Groups[1].Value, out VmId id))
            {
                guests.Add(new GuestBackup { Guest = id, Type = new GuestType(start.Groups[2].Value) });
            }
            else if (guests.Count > 0 && ArchivePattern.Match(line) is { Success: true } named)
            {
                archives[guests[^1].Guest] = named.Groups[2].Value;
            }
            else
            {
                End(guests, line, storage, archives);
            }
        }

        return guests;
    }

    private static void End(List<GuestBackup> guests, string line, StorageId? storage, Dictionary<VmId, string> archives)
    {
        Match failure = FailurePattern.Match(line);
        Match finish = FinishPattern.Match(line);
        Match end = failure.Success ? failure : finish;
        int index = end.Success ? guests.FindLastIndex(guest => guest.Guest.ToString() == end.Groups[1].Value) : -1;
        if (index < 0)
        {
            return;
        }

        GuestBackup ended = guests[index];
        VolumeId? volume = storage is { } id && archives.TryGetValue(ended.Guest, out string? archive) ? VolumeOf(id, archive) : null;
        guests[index] = failure.Success
            ? ended with { Error = failure.Groups[2].Value }
            : ended with { Duration = TimeOf(finish.Groups[2].Value), Volume = volume };
    }

    // Proxmox: archives on file storages are named with their path, those on a backup server by group and time.
    private static VolumeId VolumeOf(StorageId storage, string archive) =>
        new(storage, $"backup/{(archive.StartsWith('/') ? archive[(archive.LastIndexOf('/') + 1)..] : archive)}");

    private static TimeSpan TimeOf(string text)
    {
        TimeSpan time = TimeSpan.Zero;
        foreach (string part in text.Split(':'))
        {
            time = (time * 60) + TimeSpan.FromSeconds(int.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture));
        }

        return time;
    }

    private static Regex StartPattern => field ??= new(@"^INFO: Starting Backup of VM (\d+) \((\w+)\)", RegexOptions.CultureInvariant);

    private static Regex ArchivePattern => field ??= new("^INFO: creating (vzdump|Proxmox Backup Server) archive '([^']+)'", RegexOptions.CultureInvariant);

    private static Regex FinishPattern => field ??= new(@"^INFO: Finished Backup of VM (\d+) \((\d+(?::\d+)*)\)", RegexOptions.CultureInvariant);

    private static Regex FailurePattern => field ??= new(@"^ERROR: Backup of VM (\d+) failed - (.*)$", RegexOptions.CultureInvariant);
}
