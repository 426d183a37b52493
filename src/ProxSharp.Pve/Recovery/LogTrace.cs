using System.Text.RegularExpressions;
using ProxSharp.Http;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve.Recovery;

/// <summary>
/// What the log of a lost call's task must say where it repeats parameters of the call: two clients with the same token may start tasks of the same type
/// for the same guest in the same second. Pure.
/// </summary>
internal sealed class LogTrace
{
    private readonly List<(Regex Pattern, string Expected)> _words = [];

    private LogTrace(ProxmoxOutcomeUnknownException lost)
    {
        string? Value(string name) => lost.Parameters.FirstOrDefault(parameter => parameter.Name == name).Text;
        switch (lost.Operation.Path.Split('/')[^1])
        {
            case "migrate":
                Expect(MigrationTarget, Value("target"));
                break;
            case "vzdump":
                Expect(BackedUpGuests, Value("vmid"));
                Expect(BackupStorage, Value("storage"));
                Expect(BackupMode, Value("mode"));
                break;
            case "upload":
                Expect(TargetFile, Value("filename") is { } name ? ContentFileName.Normalize(name) : null);
                break;
            case "download-url":
                Expect(Address, Value("url"));
                break;
            case "move_disk":
                Expect(MovedDisk, Value("disk"));
                break;
        }
    }

    /// <summary>Finds what the log must say; null if it says nothing that the task's id does not.</summary>
    public static LogTrace? Of(ProxmoxOutcomeUnknownException lost) => new LogTrace(lost) is { _words.Count: > 0 } trace ? trace : null;

    /// <summary>Reads whose task a log belongs to.</summary>
    /// <returns>True if it is another call's, false if it may be this one's; null if the task has just begun and its log says nothing yet.</returns>
    public bool? IsOfAnother(IReadOnlyList<string> log)
    {
        bool? verdict = null;
        foreach ((Regex pattern, string expected) in _words)
        {
            if (log.Select(line => pattern.Match(line)).FirstOrDefault(static match => match.Success) is { } said)
            {
                if (Normalize(said.Groups[1].Value) != expected)
                {
                    return true;
                }

                verdict = false;
            }
        }

        return verdict;
    }

    // Proxmox: starting migration of VM 100 to node 'pve2' (192.0.2.2)
    private static Regex MigrationTarget => field ??= new("^(?:[0-9: -]+)?starting migration of .* to node '([^']+)'", RegexOptions.CultureInvariant);

    // Proxmox: INFO: starting new backup job: vzdump 100 102 --storage local --mode snapshot. The options come in any order.
    private static Regex BackedUpGuests => field ??= new("starting new backup job: vzdump ([0-9 ]+)", RegexOptions.CultureInvariant);

    private static Regex BackupStorage => field ??= new("starting new backup job: vzdump .*--storage '?([^' ]+)", RegexOptions.CultureInvariant);

    private static Regex BackupMode => field ??= new("starting new backup job: vzdump .*--mode ([a-z]+)", RegexOptions.CultureInvariant);

    private static Regex TargetFile => field ??= new("^target file: .*/([^/]+)$", RegexOptions.CultureInvariant);

    private static Regex Address => field ??= new("^downloading (\\S+) to ", RegexOptions.CultureInvariant);

    private static Regex MovedDisk => field ??= new("^create full clone of drive ([a-z0-9]+) ", RegexOptions.CultureInvariant);

    private static string Normalize(string value) => string.Join(' ', value.Split([' ', ',', ';'], StringSplitOptions.RemoveEmptyEntries));

    private void Expect(Regex pattern, string? value)
    {
        if (value is not null && !value.Contains(Secrets.Mask, StringComparison.Ordinal))
        {
            _words.Add((pattern, Normalize(value)));
        }
    }
}
