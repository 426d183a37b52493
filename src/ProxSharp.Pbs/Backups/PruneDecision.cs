using System.Globalization;
using System.Text.Json;
using ProxSharp.Ids;
using ProxSharp.Json;

namespace ProxSharp.Pbs.Backups;

/// <summary>What pruning does with a snapshot.</summary>
/// <param name="Namespace">The namespace that the snapshot is in.</param>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Keep">True if it is kept.</param>
/// <param name="IsProtected">True if it is kept because it is protected, whatever the policy says.</param>
public sealed record PruneDecision(BackupNamespace Namespace, BackupSnapshotPath Snapshot, bool Keep, bool IsProtected)
{
    /// <summary>
    /// Why it is kept or removed: the rule of the policy that keeps it. The server does not tell; days and weeks are those of
    /// <see cref="RetentionPolicy.TimeZone"/>, and where they do not lead to the server's decisions the reason is <see cref="PruneReason.Unknown"/>.
    /// </summary>
    public PruneReason Reason { get; init; }

    /// <summary>Reads the answer of a call that prunes a group without a task, newest snapshot first.</summary>
    /// <exception cref="ProxmoxProtocolException">The answer is no list of decisions.</exception>
    internal static IReadOnlyList<PruneDecision> ReadAll(JsonElement answer, GroupTarget group, RetentionPolicy policy)
    {
        if (answer.ValueKind != JsonValueKind.Array)
        {
            throw Unreadable(answer);
        }

        List<PruneDecision> decisions = [.. answer.EnumerateArray().Select(entry => Read(entry, group))];
        decisions.Sort(static (one, other) => other.Snapshot.Time.CompareTo(one.Snapshot.Time));
        return PruneReasons.Explain(decisions, policy);
    }

    /// <summary>Returns the snapshot and what becomes of it, with the rule that keeps it: <c>keep vm/100/2026-01-05T02:00:00Z (daily)</c>.</summary>
    public override string ToString() => $"{(Keep ? "keep" : "remove")} {Snapshot}{Rule()}";

    private string Rule() => (IsProtected ? PruneReason.Protected : Reason) switch
    {
        PruneReason.Protected => " (protected)",
        PruneReason.KeepLast => " (last)",
        PruneReason.KeepHourly => " (hourly)",
        PruneReason.KeepDaily => " (daily)",
        PruneReason.KeepWeekly => " (weekly)",
        PruneReason.KeepMonthly => " (monthly)",
        PruneReason.KeepYearly => " (yearly)",
        _ => "",
    };

    private static PruneDecision Read(JsonElement entry, GroupTarget group) =>
        entry.ValueKind == JsonValueKind.Object
        && WireTime.ReadSnapshot(Number(entry, "backup-time")) is { } time
        && Flag(entry, "keep") is { } keep
            ? new PruneDecision(group.Namespace, new(group.Path, time), keep, Flag(entry, "protected") ?? false)
            : throw Unreadable(entry);

    private static long? Number(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out JsonElement number)
        && long.TryParse(Text(number), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? value
            : null;

    private static bool? Flag(JsonElement entry, string name) =>
        !entry.TryGetProperty(name, out JsonElement flag) ? null
            : flag.ValueKind is JsonValueKind.True or JsonValueKind.False ? flag.GetBoolean()
            : Text(flag) switch
            {
                "1" => true,
                "0" => false,
                _ => null,
            };

    private static string? Text(JsonElement scalar) => scalar.ValueKind switch
    {
        JsonValueKind.String => scalar.GetString(),
        JsonValueKind.Number => scalar.GetRawText(),
        _ => null,
    };

    private static ProxmoxProtocolException Unreadable(JsonElement answer) =>
        new($"The server was to tell which snapshots it keeps and answered {answer.ValueKind}.");
}
