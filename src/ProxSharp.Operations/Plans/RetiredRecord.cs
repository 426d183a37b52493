using System.Globalization;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>A retirement that the ledger knows of and that nobody has taken back.</summary>
/// <param name="Entry">The entry that says how the guest was left.</param>
/// <param name="Left">The guest as it was left.</param>
/// <param name="Plan">The plan that has retired it.</param>
/// <param name="Release">What that plan has put on it.</param>
/// <param name="Due">The first day on which it may go.</param>
internal sealed record RetiredRecord(LedgerEntry Entry, PlanTarget Left, Plan Plan, PlanRelease Release, DateOnly Due)
{
    /// <summary>The number of the guest.</summary>
    public string Vmid => Left.Key["guest ".Length..];

    /// <summary>True if the day has come.</summary>
    public bool IsTime(DateTimeOffset now) => DateOnly.FromDateTime(now.UtcDateTime) >= Due;

    /// <summary>Says that the day has not come.</summary>
    public string NotYet() => string.Create(
        CultureInfo.InvariantCulture, $"{Left.Key} is not purged: it was retired to be kept until {Due:yyyy-MM-dd}, and nothing shortens that.");

    /// <summary>Says why the guest is not the one that was retired, or not as it was left; null if it is both.</summary>
    public string? Change(PlanTarget now)
    {
        string[] differs = [.. Left.Identity.Keys.Union(now.Identity.Keys).Where(key => Left.IsOther(now, key))];
        return differs is ["name"] ? $"its name was {Quote(Left)} and is {Quote(now)}"
            : differs.Length > 0 ? $"it is another guest than the one that was retired: {string.Join(", ", differs)} differ"
            : !Retirement.IsTagged(now) ? "the tag of its retirement was taken away"
            : now.Facts.GetValueOrDefault("protection") != "yes" ? "the protection that its retirement has set was taken away"
            : now.Facts.GetValueOrDefault("power") is var power && power != "stopped"
                ? $"{(Left.Facts.GetValueOrDefault("power") == "stopped" ? "it was started again" : "its retirement has not stopped it")}: its power is {power}"
            : Left.State != now.State ? "its configuration was changed since it was retired"
            : Hindrance(now);
    }

    // Proxmox: a guest that jobs or high availability name is not destroyed, and then it would stand there without its protection.
    private static string? Hindrance(PlanTarget now) => now.Facts.GetValueOrDefault("high availability") == "yes"
        ? "high availability manages it: take it out there first"
        : now.Facts.GetValueOrDefault("replication") is { Length: > 0 } job && job != GuestReader.Hidden ? $"it is replicated ({job}): remove that job first"
        : null;

    private static string Quote(PlanTarget guest) => UntrustedText.Quote(guest.Identity.GetValueOrDefault("name", ""), 80);
}
