using System.Globalization;
using ProxSharp.Schema;

namespace ProxSharp.Validation;

/// <summary>The parameters of an endpoint, found by wire name; <c>net5</c> is found as member <c>net[n]</c>.</summary>
internal sealed class MemberTable
{
    private const string IndexMark = "[n]";
    private const int LastUnknownIndex = 255;

    private readonly Dictionary<string, int> _byName;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _byPrefix;
    private readonly bool _hasIndexed;

    public MemberTable(IEnumerable<KeyValuePair<string, ApiNode>> parameters)
    {
        OrderedDictionary<string, ApiNode> members = new(StringComparer.Ordinal);
        foreach ((string name, ApiNode node) in parameters)
        {
            members[name] = node;
        }

        Names = [.. members.Keys];
        Nodes = [.. members.Values];

        // Plain dictionaries: many endpoints are called only a few times, and frozen ones take long to build.
        _byName = new(StringComparer.Ordinal);
        Dictionary<string, int> byPrefix = new(StringComparer.Ordinal);
        for (int index = 0; index < Names.Length; index++)
        {
            if (IsIndexed(Names[index]))
            {
                byPrefix.Add(Names[index][..^IndexMark.Length], index);
            }
            else
            {
                _byName.Add(Names[index], index);
            }
        }

        _byPrefix = byPrefix.GetAlternateLookup<ReadOnlySpan<char>>();
        _hasIndexed = _byPrefix.Dictionary.Count > 0;
    }

    /// <summary>The names as the schema declares them.</summary>
    public string[] Names { get; }

    /// <summary>The nodes, in the order of <see cref="Names"/>.</summary>
    public ApiNode[] Nodes { get; }

    /// <summary>Finds the member a wire name belongs to; -1 if there is none.</summary>
    public int Find(string name) => _byName.TryGetValue(name, out int index) ? index : _hasIndexed ? FindIndexed(name) : -1;

    /// <summary>Tells whether a name stands for a row of members.</summary>
    public static bool IsIndexed(string name) => name.EndsWith(IndexMark, StringComparison.Ordinal);

    private int FindIndexed(string name)
    {
        int digits = name.AsSpan().LastIndexOfAnyExceptInRange('0', '9') + 1;
        ReadOnlySpan<char> number = name.AsSpan(digits);
        if (number.IsEmpty || (number.Length > 1 && number[0] == '0') || !_byPrefix.TryGetValue(name.AsSpan(0, digits), out int member))
        {
            return -1;
        }

        IndexRange range = Nodes[member].Indexes ?? new IndexRange(0, LastUnknownIndex);
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && range.Contains(index) ? member : -1;
    }
}
