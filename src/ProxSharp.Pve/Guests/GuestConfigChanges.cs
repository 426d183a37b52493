using System.Collections.Immutable;

namespace ProxSharp.Pve.Guests;

/// <summary>What an update of a configuration sends: options with new texts, and options that go back to their defaults or disappear.</summary>
public sealed record GuestConfigChanges
{
    /// <summary>The options to set, by wire name with their texts.</summary>
    public IReadOnlyDictionary<string, string> Set { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The wire names of the options to remove. A disk that is removed in this way is detached and becomes an unused volume.</summary>
    public IReadOnlyList<string> Deleted { get; init; } = [];

    /// <summary>True if there is nothing to send.</summary>
    public bool IsEmpty => Set.Count == 0 && Deleted.Count == 0;

    /// <summary>Finds what makes one set of options of another.</summary>
    /// <param name="before">The options as they are.</param>
    /// <param name="after">The options as they shall be.</param>
    public static GuestConfigChanges Between(GuestSettings before, GuestSettings after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        return new GuestConfigChanges
        {
            Set = after.Values.Where(pair => before.Values.GetValueOrDefault(pair.Key) != pair.Value).ToImmutableSortedDictionary(StringComparer.Ordinal),
            Deleted = [.. before.Values.Keys.Where(key => !after.Values.ContainsKey(key))],
        };
    }

    /// <summary>Lists the changes; passwords are masked.</summary>
    public override string ToString() =>
        string.Join(
            ", ", Set.Select(static pair => $"{pair.Key} = {GuestSettings.Shown(pair.Key, pair.Value)}").Concat(Deleted.Select(static key => $"-{key}")));
}
