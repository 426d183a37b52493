using ProxSharp.Ids;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs.Backups;

/// <summary>Reads from the log of a verification which snapshots were checked, and which did not pass and why. Pure.</summary>
internal sealed class VerificationLog(DatastoreName store)
{
    private const string Check = "verify ";
    private const string Group = "verify group ";
    private const string Skipped = "SKIPPED: verify ";
    private const string FailedHead = "Failed to verify the following";
    private const string Failed = " failed: ";
    private const string NoManifest = " - manifest load error: ";

    private readonly string _prefix = $"{store}:";
    private readonly Dictionary<string, List<string>> _reasons = new(StringComparer.Ordinal);
    private readonly List<string> _failed = [];
    private bool _isList;
    private int _checked;
    private int _skipped;

    /// <summary>Takes the next line.</summary>
    public void Take(string line)
    {
        if (_isList && line.StartsWith('\t'))
        {
            _failed.Add(line.Trim());
            return;
        }

        _isList = line.StartsWith(FailedHead, StringComparison.Ordinal);
        if (line.StartsWith(Skipped, StringComparison.Ordinal))
        {
            _skipped++;
        }
        else if (line.StartsWith(Check, StringComparison.Ordinal) && !line.StartsWith(Group, StringComparison.Ordinal))
        {
            TakeCheck(line.AsSpan(Check.Length));
        }
    }

    /// <summary>Tells what the log said.</summary>
    public VerificationReport Report(TaskResult task) => new()
    {
        Task = task,
        CheckedCount = _checked,
        SkippedCount = _skipped,
        Failures = [.. _failed.Select(Failure)],
    };

    // "store1:vm/100/TIME", "store1:vm/100/TIME/FILE failed: WHY" or "store1:vm/100/TIME - manifest load error: WHY".
    private void TakeCheck(ReadOnlySpan<char> rest)
    {
        if (!rest.StartsWith(_prefix, StringComparison.Ordinal))
        {
            return;
        }

        rest = rest[_prefix.Length..];
        if (rest.IndexOf(Failed, StringComparison.Ordinal) is >= 0 and int failed)
        {
            int slash = rest[..failed].LastIndexOf('/');
            Note(rest[..Math.Max(slash, 0)], $"{rest[(slash + 1)..failed]}: {rest[(failed + Failed.Length)..]}");
        }
        else if (rest.IndexOf(NoManifest, StringComparison.Ordinal) is >= 0 and int missing)
        {
            _checked++;
            Note(rest[..missing], rest[(missing + NoManifest.Length)..].ToString());
        }
        else
        {
            _checked++;
        }
    }

    private void Note(ReadOnlySpan<char> name, string reason)
    {
        string key = name.ToString();
        if (!_reasons.TryGetValue(key, out List<string>? reasons))
        {
            _reasons[key] = reasons = [];
        }

        reasons.Add(reason);
    }

    private VerificationFailure Failure(string name)
    {
        (BackupNamespace ns, BackupSnapshotPath? snapshot) = SnapshotText.Read(name);
        return new VerificationFailure(name, ns, snapshot, _reasons.GetValueOrDefault(name) ?? []);
    }
}
