using System.Globalization;

namespace ProxSharp.Operations.Plans;

/// <summary>What a plan purges: the guest that another plan has retired.</summary>
/// <param name="PlanId">The name of the plan that has retired it.</param>
/// <param name="DueFrom">The first day on which it may go.</param>
internal sealed record PlanPurge(string PlanId, DateOnly DueFrom)
{
    private const string Format = "yyyy-MM-dd";

    /// <inheritdoc/>
    public override string ToString() => $"{PlanId} {DueFrom.ToString(Format, CultureInfo.InvariantCulture)}";

    /// <summary>Says it to people.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"Purges what plan {PlanId[..12]} has retired, to be kept until {DueFrom:yyyy-MM-dd}: its protection is lifted, and it is destroyed with its disks.");

    /// <summary>Reads what <see cref="ToString"/> returns.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static PlanPurge Parse(string text) => text.Split(' ') is [var id, var day] && PlanStore.IsId(id)
        && DateOnly.TryParseExact(day, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly due)
            ? new PlanPurge(id, due)
            : throw new InvalidDataException("what it purges is no plan with a day");
}
