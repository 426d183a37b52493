using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Guarding;
using ProxSharp.Operations;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Cli.Completion;

/// <summary>Names of users and what belongs to them, and what the guard keeps on this machine.</summary>
internal sealed partial class LiveNames
{
    private const int MostEntries = 100;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Candidate>> NamesAsync(string list, string member, CancellationToken cancellationToken) =>
    [
        .. (context is null ? [] : await ReadAsync(context.Product, list, null, cancellationToken).ConfigureAwait(false))
            .Where(item => Text(item, member) is not null)
            .Select(item => new Candidate(Text(item, member)!, OneLine(Text(item, "comment")))),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<Candidate> Plans(bool openOnly)
    {
        if (context is null)
        {
            return [];
        }

        try
        {
            PlanStore store = new(Path.Combine(GuardPlaces.Find(run.Services, context).StateFolder, "plans"));
            DateTimeOffset now = run.Services.Time.GetUtcNow();
            return
            [
                .. store.List().Where(plan => !openOnly || store.StateOf(plan, now) == PlanState.Open).Select(
                    static plan => new Candidate(PlanText.ShortId(plan.Id), string.Join("; ", plan.Calls))),
            ];
        }
        catch (Exception e) when (e is GuardRefusedException or IOException or UnauthorizedAccessException)
        {
            // Somebody who presses Tab wants no errors.
            return [];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<Candidate> Applied()
    {
        if (context is null)
        {
            return [];
        }

        try
        {
            Ledger ledger = new(GuardPlaces.Find(run.Services, context).StateFolder, run.Services.Time);
            return
            [
                .. ledger.List().Where(static entry => entry.Kind == "outcome" && Is(entry.Facts, "succeeded")).Reverse().Take(MostEntries).Select(
                    static entry => new Candidate(entry.Number.ToString(CultureInfo.InvariantCulture), Text(entry.Facts, "call") ?? "")),
            ];
        }
        catch (Exception e) when (e is GuardRefusedException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool Is(JsonElement facts, string name) => facts.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;
}
