using ProxSharp.Ids;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve.Bulk;

/// <summary>Reads the words of a selection; stops at the first that is wrong. Pure.</summary>
internal sealed class SelectorReader
{
    private static readonly char[] s_separators = [',', ' ', '\t', '\r', '\n', ';'];

    public SelectorReader(string text)
    {
        foreach (string word in text.Split(s_separators, StringSplitOptions.RemoveEmptyEntries))
        {
            Read(word);
            if (Error is not null)
            {
                return;
            }
        }

        if (Included.Count == 0 && Conditions.Count == 0)
        {
            Error = Excluded.Count == 0
                ? "it is empty. Write numbers, ranges such as 100:110, names, @pool-, @tag-, @node- or @all."
                : "it only takes guests out. Write @all in front if all others are meant.";
        }
    }

    public List<SelectorWord> Included { get; } = [];

    public List<SelectorWord> Excluded { get; } = [];

    public List<SelectorCondition> Conditions { get; } = [];

    /// <summary>What is wrong, as the end of a sentence; null if nothing is.</summary>
    public string? Error { get; private set; }

    private void Read(string text)
    {
        bool isExcluded = text.StartsWith('-');
        string word = isExcluded ? text[1..] : text;
        int sign = word.IndexOf('=', StringComparison.Ordinal);
        if (word.Length == 0)
        {
            Fail("a '-' stands alone; write it right in front of the word it belongs to");
        }
        else if (sign >= 0)
        {
            ReadCondition(text, word, sign, isExcluded);
        }
        else if (Word(text, word) is { } read)
        {
            (isExcluded ? Excluded : Included).Add(read);
        }
    }

    private void ReadCondition(string text, string word, int sign, bool isExcluded)
    {
        if (isExcluded)
        {
            Fail($"'{text}' is a condition and cannot be taken out; write the opposite condition");
            return;
        }

        if (SelectorCondition.Read(text, word[..sign], word[(sign + 1)..], out string? error) is { } condition)
        {
            Conditions.Add(condition);
        }
        else
        {
            Fail(error!);
        }
    }

    private SelectorWord? Word(string text, string word)
    {
        if (word.StartsWith('@'))
        {
            return Group(text, word[1..]);
        }

        if (word.Contains(':', StringComparison.Ordinal))
        {
            return Range(text, word.Split(':'));
        }

        if (word.All(char.IsAsciiDigit))
        {
            return VmId.TryParse(word, out VmId id)
                ? new SelectorWord(text, true, (guest, _) => guest.Id == id)
                : Fail($"'{text}' is no number of a guest; they go from {VmId.Lowest} to {VmId.Highest}");
        }

        // Names of guests are names of hosts, in which case never matters.
        return word.All(IsOfName)
            ? new SelectorWord(text, !SelectorWord.IsPattern(word), (guest, _) => SelectorWord.Matches(word, guest.Name, LetterCase.Any)) { IsName = true }
            : Fail($"'{text}' is neither a number nor a name; names hold letters, digits, hyphens and dots");
    }

    // Servers let only few signs into names, but what has found its way into one must be selectable: any script, marks and surrogates too.
    private static bool IsOfName(char letter) => letter > '\u007f'
        ? !char.IsWhiteSpace(letter) && !char.IsControl(letter)
        : char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '_' or '*' or '?';

    private SelectorWord? Group(string text, string group)
    {
        if (string.Equals(group, "all", StringComparison.OrdinalIgnoreCase))
        {
            return new SelectorWord(text, false, static (_, _) => true);
        }

        int dash = group.IndexOf('-', StringComparison.Ordinal);
        string kind = dash < 0 ? group : group[..dash];
        string name = dash < 0 ? "" : group[(dash + 1)..];
        return (kind.ToLowerInvariant(), name.Length > 0) switch
        {
            ("pool", true) => new SelectorWord(text, false, (guest, letters) => SelectorWord.Matches(name, guest.Pool, letters)),
            ("tag", true) => new SelectorWord(text, false, (guest, letters) => guest.Tags.Any(tag => SelectorWord.Matches(name, tag, letters))),
            ("node", true) => new SelectorWord(text, false, (guest, letters) => SelectorWord.Matches(name, guest.Node, letters)),
            ("pool" or "tag" or "node", false) => Fail($"'{text}' names no {kind.ToLowerInvariant()}; write for example @{kind.ToLowerInvariant()}-name"),
            _ => Fail($"'{text}' is no group; there are @all, @pool-, @tag- and @node-"),
        };
    }

    private SelectorWord? Range(string text, string[] ends)
    {
        if (ends.Length != 2 || !VmId.TryParse(ends[0], out VmId from) || !VmId.TryParse(ends[1], out VmId to))
        {
            return Fail($"'{text}' is no range of numbers; write for example 100:110");
        }

        return from <= to
            ? new SelectorWord(text, false, (guest, _) => guest.Id >= from && guest.Id <= to)
            : Fail($"the range '{text}' ends before it begins");
    }

    private SelectorWord? Fail(string error)
    {
        Error = error + ".";
        return null;
    }
}
