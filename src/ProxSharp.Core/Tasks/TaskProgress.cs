using System.Diagnostics.CodeAnalysis;

namespace ProxSharp.Tasks;

/// <summary>How far a task is, as far as its log tells. Tasks with several disks count each one from 0 again.</summary>
public sealed record TaskProgress
{
    /// <summary>The share that is done, from 0 to 1; null if the log does not tell.</summary>
    public double? Fraction { get; init; }

    /// <summary>How many bytes are done; null if the log does not tell.</summary>
    public long? BytesDone { get; init; }

    /// <summary>How many bytes there are in all; null if the log does not tell.</summary>
    public long? BytesTotal { get; init; }

    /// <summary>The line that told it, without surrounding space.</summary>
    public string Text { get; init; } = "";

    /// <summary>The last line of the log so far.</summary>
    public string LastLine { get; init; } = "";

    /// <summary>Reads the progress that a line of a log tells: of clones, moves, migrations, backups, restores and downloads.</summary>
    /// <param name="line">The line.</param>
    /// <param name="progress">What it tells.</param>
    /// <returns>False if the line tells no progress.</returns>
    public static bool TryParse(string line, [NotNullWhen(true)] out TaskProgress? progress)
    {
        ArgumentNullException.ThrowIfNull(line);
        progress = ProgressLine.Read(line);
        return progress is not null;
    }
}
