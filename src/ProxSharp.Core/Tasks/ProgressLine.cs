using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ProxSharp.Tasks;

/// <summary>Reads progress out of the lines that workers write. Lines may carry a time, a drive's name or a log level in front.</summary>
internal static partial class ProgressLine
{
    private const string Size = @"\d+(?:\.\d+)? ?(?:[KMGTPE]i?)?(?:B|bytes)?";
    private const string Percent = @"(?<percent>\d+(?:\.\d+)?) ?%";

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789.");

    // Made when the first line comes that may tell something.
    private static Regex[] Forms => field ??=
    [
        Transferred, Mirror, Memory, Backup, OldBackup, Restore, Download, Share, Copied, Total, Sent, Uploaded,
    ];

    /// <summary>Reads a line; null if it tells no progress.</summary>
    public static TaskProgress? Read(string line)
    {
        // Nearly all lines tell nothing; the forms all hold a percent sign or one of these words.
        if (!line.Contains('%', StringComparison.Ordinal) && !MayTellBytes.IsMatch(line))
        {
            return null;
        }

        foreach (Regex form in Forms)
        {
            if (form.Match(line) is { Success: true } match)
            {
                return Progress(match, line);
            }
        }

        return null;
    }

    private static TaskProgress Progress(Match match, string line)
    {
        long? done = Bytes(match.Groups["done"]);
        long? total = Bytes(match.Groups["total"]);
        double? fraction = null;
        if (match.Groups["percent"] is { Success: true } percent)
        {
            fraction = double.Parse(percent.ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) / 100;
        }
        else if (done is not null && total > 0)
        {
            fraction = (double)done / total;
        }

        // Memory that changes while it migrates is sent more than once, so more than all may be done.
        return new TaskProgress
        {
            Fraction = fraction is { } share ? Math.Clamp(share, 0, 1) : null,
            BytesDone = done,
            BytesTotal = total,
            Text = line.Trim(),
            LastLine = line.Trim(),
        };
    }

    private static long? Bytes(Group group)
    {
        if (!group.Success)
        {
            return null;
        }

        ReadOnlySpan<char> text = group.ValueSpan;
        int digits = text.IndexOfAnyExcept(s_digits);
        ReadOnlySpan<char> number = digits < 0 ? text : text[..digits];
        ReadOnlySpan<char> unit = digits < 0 ? "" : text[digits..].TrimStart();
        int power = unit.IsEmpty ? 0 : "KMGTPE".IndexOf(unit[0], StringComparison.Ordinal) + 1;
        double bytes = double.Parse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * Math.Pow(Base(unit), power);
        return bytes < long.MaxValue ? (long)Math.Round(bytes) : null;
    }

    // A lone letter is what zfs and wget write, and both mean powers of 1024.
    private static double Base(ReadOnlySpan<char> unit) => unit.Length == 2 && unit[1] == 'B' ? 1000 : 1024;

    private static Regex MayTellBytes => field ??= new("transferred|bytes|processed|@");

    // Clones, moves, imports and live migrations: "drive-scsi0: transferred 1.5 GiB of 32.0 GiB (4.69%) in 5s", and for memory
    // "migration active, transferred 256.0 MiB of 4.0 GiB VM-state, 112.5 MiB/s".
    private static Regex Transferred => field ??= new($@"transferred (?<done>{Size}) of (?<total>{Size})(?: \({Percent}\))?");

    // Servers before 6.3: "transferred: 4096 bytes remaining: 4096 bytes total: 8192 bytes progression: 50.00 %".
    private static Regex Mirror => field ??= new($@"transferred: (?<done>\d+ bytes) remaining: \d+ bytes total: (?<total>\d+ bytes) progression: {Percent}");

    // Servers before 6.3: "migration status: active (transferred 4096, remaining 4096), total 8192)".
    private static Regex Memory => field ??= new(@"migration status: \w+ \(transferred (?<done>\d+), remaining \d+\), total (?<total>\d+)");

    // Backups: "INFO:  12% (3.8 GiB of 32.0 GiB) in 12s, read: 324.3 MiB/s, write: 0 B/s".
    private static Regex Backup => field ??= new($@"{Percent} \((?<done>{Size}) of (?<total>{Size})\)");

    // Servers before 6.3: "INFO: status: 12% (4123168768/34359738368), sparse 0% (1234), duration 12, read/write 343/340 MB/s".
    private static Regex OldBackup => field ??= new($@"status: {Percent} \((?<done>\d+)/(?<total>\d+)\)");

    // Restores: "progress 12% (read 4123168768 bytes, duration 3 sec)", from a backup server with "zeroes = 50% (...)" in the middle.
    private static Regex Restore => field ??= new($@"progress {Percent} \(read (?<done>\d+ bytes)");

    // Downloads, as wget writes them: " 32768K ........ ........ ........ ........ 12% 98.3M 5s".
    private static Regex Download => field ??= new($@"^\s*(?<done>\d+K)[ .,]+{Percent}");

    // Ceph images ("Image copy: 25% complete..."), volumes that LVM moves, and the backup server's jobs ("percentage done: 12.50% (1/8 groups)").
    private static Regex Share => field ??= new($@"{Percent} complete|Moved: {Percent}|percentage done: {Percent}|\b(?:processed|marked) {Percent}");

    // Offline copies through dd: "4123168768 bytes (4.1 GB, 3.8 GiB) copied, 12 s, 343 MB/s".
    private static Regex Copied => field ??= new(@"^(?:.* )?(?<done>\d+ bytes) (?:\([^)]*\) )?copied");

    // Containers, as tar sums up: "Total bytes read: 2007040 (2.0MiB, 52MiB/s)".
    private static Regex Total => field ??= new(@"Total bytes (?:read|written): (?<done>\d+)");

    // Offline migration of zfs volumes: "12:00:01   1.23G   rpool/data/vm-100-disk-0@__migration__".
    private static Regex Sent => field ??= new(@"(?:^|\s)\d\d:\d\d:\d\d\s+(?<done>\d+(?:\.\d+)?[BKMGTP]?)\s+\S+@\S+\s*$");

    // Containers to a backup server: "processed 1.5 GiB in 1m, uploaded 600.0 MiB".
    private static Regex Uploaded => field ??= new($@"\bprocessed (?<done>{Size}) in \S+, uploaded");
}
