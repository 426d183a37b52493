using System.Diagnostics.CodeAnalysis;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve.Bulk;

/// <summary>
/// Chooses guests by words. Words stand next to each other with commas or spaces between them: <c>@all</c>, <c>@pool-production</c>, <c>@tag-web</c>,
/// <c>@node-pve1</c>, a number, a range <c>100:110</c>, or a name. Names, and what follows <c>@pool-</c>, <c>@tag-</c> and <c>@node-</c>, may hold
/// <c>*</c> and <c>?</c>; case does not matter, unless the pool, tag or node of a guest is what is written: then it means no other. A word with <c>-</c> in front takes guests out again. Conditions narrow what is left:
/// <c>status=running</c>, <c>type=qemu</c>, <c>template=yes</c>. Templates are chosen only by their number, by their name without wildcards, or with
/// <c>template=yes</c> or <c>template=any</c>. The order of the words does not matter.
/// </summary>
/// <example>
/// <code>
/// GuestSelector selector = GuestSelector.Parse("@tag-web 200:210 -web-9 status=stopped", null);
/// GuestSelection chosen = selector.Select(await pve.Guests.ListAsync());
/// </code>
/// </example>
public sealed class GuestSelector : IParsable<GuestSelector>
{
    private readonly IReadOnlyList<SelectorWord> _included;
    private readonly IReadOnlyList<SelectorWord> _excluded;
    private readonly IReadOnlyList<SelectorCondition> _conditions;
    private readonly string _text;

    private GuestSelector(string text, SelectorReader reader) =>
        (_text, _included, _excluded, _conditions) = (text, reader.Included, reader.Excluded, reader.Conditions);

    /// <summary>Reads a selection.</summary>
    /// <param name="s">The words.</param>
    /// <param name="provider">Not used.</param>
    /// <exception cref="FormatException">A word is wrong, or the words choose nothing; the message names the word and what would be right.</exception>
    public static GuestSelector Parse(string s, IFormatProvider? provider)
    {
        ArgumentNullException.ThrowIfNull(s);
        SelectorReader reader = new(s);
        return reader.Error is null ? new GuestSelector(s.Trim(), reader) : throw new FormatException($"The selection '{s.Trim()}' is wrong: {reader.Error}");
    }

    /// <inheritdoc cref="Parse(string, IFormatProvider?)"/>
    public static GuestSelector Parse(string s) => Parse(s, null);

    /// <summary>Reads a selection.</summary>
    /// <returns>False if the text is none.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, [NotNullWhen(true)] out GuestSelector? result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [NotNullWhen(true)] out GuestSelector? result)
    {
        SelectorReader? reader = s is null ? null : new SelectorReader(s);
        result = reader is { Error: null } ? new GuestSelector(s!.Trim(), reader) : null;
        return result is not null;
    }

    /// <summary>Chooses among guests.</summary>
    /// <param name="guests">All guests of the cluster.</param>
    /// <returns>Those chosen, in the order of the list, and the words that fit none; a state, kind or template that no guest has is not among them.</returns>
    public GuestSelection Select(IReadOnlyList<GuestSummary> guests)
    {
        ArgumentNullException.ThrowIfNull(guests);
        HashSet<string> used = new(StringComparer.Ordinal);
        LetterCases letters = new(guests, _included, _conditions);
        bool wantsTemplates = _conditions.Any(static condition => condition.IsAboutTemplates);
        List<GuestSummary> chosen = [];
        foreach (GuestSummary guest in guests)
        {
            // Every word is tried, so that each one that fits somewhere is known.
            bool isUsual = !guest.IsTemplate || wantsTemplates;
            bool isIn = Fits(_included, guest, used, letters.Of, word => isUsual || word.IsExact) || (_included.Count == 0 && isUsual);
            bool isOut = Fits(_excluded, guest, used, static _ => LetterCase.Any, static _ => true);
            bool isRight = Meets(guest, used, letters);
            if (isIn && !isOut && isRight)
            {
                chosen.Add(guest);
            }
        }

        IEnumerable<string> words = _included.Concat(_excluded).Select(static word => word.Text).Concat(_conditions.Where(static condition => condition.Names).Select(static condition => condition.Text));
        return new GuestSelection(chosen, [.. words.Where(word => !used.Contains(word)).Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>Returns the words.</summary>
    public override string ToString() => _text;

    /// <summary>Tells whether the list of the cluster is not enough, as its names and states may be those of a moment ago.</summary>
    /// <param name="guests">The guests as the cluster lists them.</param>
    /// <param name="onlyMissing">True if that matters only where a name fits nobody: what is read may be late, what is changed may not.</param>
    internal bool NeedsLiveList(IReadOnlyList<GuestSummary> guests, bool onlyMissing)
    {
        SelectorWord[] names = [.. _included.Concat(_excluded).Where(static word => word.IsName)];
        return names.Any(word => !guests.Any(guest => word.Fits(guest, LetterCase.Any)))
            || (!onlyMissing && (names.Any(static word => !word.IsExact) || _conditions.Any(static condition => condition.IsAboutStates)));
    }

    /// <summary>The guests that would not be chosen, or would be, if they had another name.</summary>
    /// <param name="guests">The guests as the cluster lists them.</param>
    internal IEnumerable<GuestSummary> ChosenByName(IReadOnlyList<GuestSummary> guests)
    {
        SelectorWord[] included = [.. _included.Where(static word => word.IsName)];
        SelectorWord[] excluded = [.. _excluded.Where(static word => word.IsName)];
        if (included.Length + excluded.Length == 0)
        {
            return [];
        }

        IEnumerable<GuestSummary> chosen = Select(guests).Guests.Where(
            guest => excluded.Length > 0 || included.Any(word => word.Fits(guest, LetterCase.Any)));
        return chosen.Concat(guests.Where(guest => excluded.Any(word => word.Fits(guest, LetterCase.Any))));
    }

    private static bool Fits(
        IReadOnlyList<SelectorWord> words, GuestSummary guest, HashSet<string> used, Func<SelectorWord, LetterCase> letters, Func<SelectorWord, bool> counts)
    {
        bool fits = false;
        foreach (SelectorWord word in words)
        {
            if (word.Fits(guest, letters(word)) && counts(word))
            {
                used.Add(word.Text);
                fits = true;
            }
        }

        return fits;
    }

    private bool Meets(GuestSummary guest, HashSet<string> used, LetterCases letters)
    {
        bool meets = true;
        foreach (SelectorCondition condition in _conditions)
        {
            if (condition.Fits(guest, letters.Of(condition)))
            {
                used.Add(condition.Text);
            }
            else
            {
                meets = false;
            }
        }

        return meets;
    }

    // A group that some guest is in as it is written is meant so, and no other. What takes guests out takes out all that it may mean.
    private sealed class LetterCases(IReadOnlyList<GuestSummary> guests, IReadOnlyList<SelectorWord> words, IReadOnlyList<SelectorCondition> conditions)
    {
        private readonly HashSet<object> _asWritten = new(
            [
                .. words.Where(word => guests.Any(guest => word.Fits(guest, LetterCase.AsWritten))),
                .. conditions.Where(condition => guests.Any(guest => condition.Fits(guest, LetterCase.AsWritten))),
            ],
            ReferenceEqualityComparer.Instance);

        public LetterCase Of(object word) => _asWritten.Contains(word) ? LetterCase.AsWritten : LetterCase.Any;
    }
}
