using System.Globalization;

namespace ProxSharp.Tasks;

/// <summary>Reads the texts with which servers say how a task ended.</summary>
internal static class ExitText
{
    private const string WarningsPrefix = "WARNINGS:";

    /// <summary>Tells the outcome.</summary>
    /// <param name="text">The exit status; null or empty if the server does not tell.</param>
    public static TaskOutcome Outcome(string? text) => text?.Trim() switch
    {
        null or "" => TaskOutcome.Unknown,
        "OK" => TaskOutcome.Succeeded,
        string said when said.StartsWith(WarningsPrefix, StringComparison.Ordinal) => TaskOutcome.Warnings,
        // Proxmox: both stand for a worker that was killed before it could write its last line; the backup server says "unknown".
        "unexpected status" or "unknown" => TaskOutcome.Unknown,
        string said when said.StartsWith("unable to get last line", StringComparison.Ordinal) => TaskOutcome.Unknown,
        _ => TaskOutcome.Failed,
    };

    /// <summary>The number in <c>WARNINGS: n</c>; 0 for other texts, 1 if the number cannot be read.</summary>
    public static int Warnings(string? text)
    {
        if (Outcome(text) != TaskOutcome.Warnings)
        {
            return 0;
        }

        ReadOnlySpan<char> number = text.AsSpan().Trim()[WarningsPrefix.Length..].Trim();
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : 1;
    }
}
