using System.Text;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// What a call has left where it set something: what it said, as the server writes it. A way back compares: what somebody else has set since is theirs, and so
/// is what was found right after the call and is not what it said.
/// </summary>
internal static class LeftValues
{
    /// <summary>The member of an outcome with what a call has left.</summary>
    public const string Member = "left";

    /// <summary>The member of an outcome with what was found right after a call, and is not what it said.</summary>
    public const string FoundMember = "found";

    /// <summary>Takes the values that a call has set from the configuration that it has left, for the ledger; those it may not hold are sealed.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="call">The call.</param>
    /// <param name="after">The configuration; undefined if it cannot be read.</param>
    public static IReadOnlyList<(string Name, string? Value, bool IsSealed)> Of(Ledger ledger, PlannedCall call, JsonElement after) =>
        after.ValueKind != JsonValueKind.Object ? [] : [.. UndoBuilder.Names(call)
            .Select(name => Of(ledger, call, name, SaidValues.Are(call, name, after) ? after.Said(name) : SaidValues.Of(call, name)))];

    /// <summary>Takes the values that somebody else has set right after a call, in place of what it has set.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="call">The call.</param>
    /// <param name="after">The configuration; undefined if it cannot be read.</param>
    public static IReadOnlyList<(string Name, string? Value, bool IsSealed)> Strange(Ledger ledger, PlannedCall call, JsonElement after) =>
        after.ValueKind != JsonValueKind.Object ? [] : [.. UndoBuilder.Names(call).Where(name => !SaidValues.Are(call, name, after))
            .Select(name => Of(ledger, call, name, after.Said(name)))];

    /// <summary>Writes them into the entry of an outcome.</summary>
    public static void Write(Utf8JsonWriter json, string member, IReadOnlyList<(string Name, string? Value, bool IsSealed)> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        json.WriteStartObject(member);
        foreach ((string name, string? value, bool isSealed) in values)
        {
            if (isSealed)
            {
                json.WriteStartObject(name);
                json.WriteString("seal", value);
                json.WriteEndObject();
            }
            else
            {
                json.WriteString(name, value);
            }
        }

        json.WriteEndObject();
    }

    /// <summary>The values on record of what a call has left, null for what is not set then; without those that are sealed.</summary>
    /// <param name="outcome">The outcome of the call.</param>
    public static IEnumerable<JsonProperty> Known(LedgerEntry outcome) =>
        outcome.Facts.TryGetProperty(Member, out JsonElement left) && left.ValueKind == JsonValueKind.Object
            ? left.EnumerateObject().Where(static value => value.Value.ValueKind is JsonValueKind.String or JsonValueKind.Null)
            : [];

    /// <summary>
    /// Says which values are neither what a call has left nor what its way back would set: somebody else has set them since. Where nobody knows what was left,
    /// nothing is said.
    /// </summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="outcome">The outcome of the call.</param>
    /// <param name="back">The way back from it.</param>
    /// <param name="now">The configuration as it is.</param>
    /// <param name="seen">The names that later calls have set, each behind its path; those of this call are added.</param>
    public static IEnumerable<string> Changed(Ledger ledger, LedgerEntry outcome, PlannedCall back, JsonElement now, HashSet<string> seen)
    {
        if (now.ValueKind != JsonValueKind.Object
            || !outcome.Facts.TryGetProperty(Member, out JsonElement left) || left.ValueKind != JsonValueKind.Object)
        {
            yield break;
        }

        foreach (JsonProperty value in left.EnumerateObject())
        {
            string? current = now.Said(value.Name);
            if (!seen.Add($"{GuestNames.PathOnAnyNode(back)} {value.Name}") || IsRestored(back, value.Name, now))
            {
                continue;
            }

            if (value.Value.ValueKind == JsonValueKind.Object)
            {
                if (value.Value.Text("seal") != Seal(ledger, value.Name, current))
                {
                    yield return $"{value.Name} of {back.ConcretePath} is not what it was set to";
                }
            }
            else if (left.Text(value.Name) != current)
            {
                yield return $"{value.Name} of {back.ConcretePath} was {Quote(left.Text(value.Name))} and is {Quote(current)}";
            }
        }
    }

    /// <summary>Tells whether all that a call has set is as its way back would set it; false where nobody knows what was set.</summary>
    /// <param name="outcome">The outcome of the call.</param>
    /// <param name="back">The way back from it.</param>
    /// <param name="now">The configuration as it is.</param>
    /// <param name="seen">The names that earlier calls had set, each behind its path; those of this call are added.</param>
    public static bool AreRestored(LedgerEntry outcome, PlannedCall back, JsonElement now, HashSet<string> seen) =>
        now.ValueKind == JsonValueKind.Object
        && outcome.Facts.TryGetProperty(Member, out JsonElement left) && left.ValueKind == JsonValueKind.Object
        && left.EnumerateObject().All(value => !seen.Add($"{GuestNames.PathOnAnyNode(back)} {value.Name}") || IsRestored(back, value.Name, now));

    private static (string Name, string? Value, bool IsSealed) Of(Ledger ledger, PlannedCall call, string name, string? value) =>
        value is null || ReviewedParameter.Record(call.Path, new ApiParameter(name, value, ApiParameterKind.Text, false)) == value
            ? (name, value, false)
            : (name, Seal(ledger, name, value), true);

    private static string Seal(Ledger ledger, string name, string? value) =>
        Convert.ToHexStringLower(ledger.Seal(Encoding.UTF8.GetBytes($"left\n{name}\n{value}")));

    private static bool IsRestored(PlannedCall back, string name, JsonElement now)
    {
        ApiParameter[] set = [.. back.Others.Where(parameter => parameter.Name == name)];
        return set.Length > 0
            ? set.All(parameter => Unneeded.Stands(now, parameter))
            : now.Text(name) is null or "" && UndoBuilder.Names(back).Contains(name);
    }

    private static string Quote(string? value) => value is null ? "not set" : UntrustedText.Quote(value.TrimEnd('\n'), 120);
}
