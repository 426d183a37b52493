using ProxSharp.CodeGen.Naming;

namespace ProxSharp.CodeGen.Model;

/// <summary>Names the result classes and word sets when all their uses are known.</summary>
internal sealed class TypeNamer
{
    private const int FewestSharedWords = 3;

    private readonly NameTable _names;
    private readonly UniqueNames _used;

    /// <summary>Creates a namer.</summary>
    /// <param name="names">The names fixed by hand.</param>
    /// <param name="used">The type names of the namespace so far.</param>
    public TypeNamer(NameTable names, UniqueNames used) => (_names, _used) = (names, used);

    /// <summary>Names classes: what all uses share if that says enough, otherwise the first use.</summary>
    public void Name(IReadOnlyList<ClassModel> classes)
    {
        foreach (ClassModel model in classes)
        {
            string first = string.Concat(model.Uses[0]);
            string preferred = _names.Type(first);
            List<string> shared = Shared(model.Uses);
            model.Name = preferred == first && model.Uses.Count > 1 && shared.Count >= FewestSharedWords
                ? _used.Take(string.Concat(shared), first)
                : _used.Take(preferred, first);
        }
    }

    /// <summary>Names word sets after their member, with as many words of the place in front as are needed to tell them apart.</summary>
    public void Name(IReadOnlyList<WordModel> words)
    {
        List<(WordModel Word, string Member, IReadOnlyList<string> Place)> all = [.. words.Select(static word => (word, Member(word), Place(word)))];
        Dictionary<string, int> byMember = all.CountBy(static item => item.Member, StringComparer.OrdinalIgnoreCase).ToDictionary(StringComparer.OrdinalIgnoreCase);
        foreach ((WordModel word, string member, IReadOnlyList<string> place) in all.OrderBy(item => Fixed(item.Word) is null))
        {
            bool isTelling = byMember[member] == 1 && (place.Count == 0 || WordSplitter.Capitals(member).Count() > 1);
            IEnumerable<string> longer = Enumerable.Range(1, place.Count).Select(count => string.Concat(place.TakeLast(count)) + member);
            List<string> candidates = [.. isTelling ? [member, .. longer] : longer.Append(member + "Word")];
            word.Name = Fixed(word) is { } fixedName ? _used.Take([fixedName, .. candidates]) : _used.Take(candidates);
        }
    }

    /// <summary>A name from the table: found by one of the uses, or by the values where all uses are shared with another set.</summary>
    private string? Fixed(WordModel word) => word.Uses
        .Select(static use => $"{string.Concat(use.Place)}.{use.Member}")
        .Append("=" + string.Join(',', word.Values))
        .Select(key => (Key: key, Name: _names.Type(key)))
        .FirstOrDefault(static pair => pair.Key != pair.Name).Name;

    private static string Member(WordModel word) => word.Uses
        .CountBy(static use => use.Member)
        .OrderByDescending(static pair => pair.Value)
        .ThenBy(static pair => pair.Key, StringComparer.Ordinal)
        .First().Key;

    /// <summary>The words all places begin with; if there are none, those all places end with; otherwise the first place.</summary>
    private static List<string> Place(WordModel word)
    {
        List<IReadOnlyList<string>> places = [.. word.Uses.Select(static use => use.Place)];
        List<string> start = SharedStart(places);
        if (start.Count > 0)
        {
            return [.. start.Select(Singular)];
        }

        List<string> end = Shared(places);
        return [.. (end.Count > 0 ? end : places[0]).Select(Singular)];
    }

    private static List<string> SharedStart(List<IReadOnlyList<string>> uses)
    {
        int count = 0;
        while (uses.All(use => use.Count > count && use[count] == uses[0][count]))
        {
            count++;
        }

        return [.. uses[0].Take(count)];
    }

    private static List<string> Shared(List<IReadOnlyList<string>> uses)
    {
        int count = 0;
        while (uses.All(use => use.Count > count && use[^(count + 1)] == uses[0][^(count + 1)]))
        {
            count++;
        }

        return [.. uses[0].TakeLast(count)];
    }

    private static string Singular(string word) => word switch
    {
        _ when word.EndsWith("ies", StringComparison.Ordinal) => word[..^3] + "y",
        _ when word.EndsWith("ss", StringComparison.Ordinal) || word.EndsWith("us", StringComparison.Ordinal) || word.EndsWith("is", StringComparison.Ordinal) => word,
        _ when word.Length > 3 && word.EndsWith('s') && word is not ("Zfs" or "Cifs" or "Nfs" or "Dns" or "Https" or "Os" or "Nodes" or "Addons" or "Ticks" or "Cephfs") => word[..^1],
        "Nodes" => "Node",
        _ => word,
    };
}
