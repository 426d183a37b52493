using System.Text;

namespace ProxSharp.Backup.Formats.Json;

/// <summary>The members of an object, sorted by the bytes of their names in UTF-8.</summary>
internal sealed class SerdeObject : SortedDictionary<string, object?>
{
    public SerdeObject()
        : base(s_byBytes)
    {
    }

    public SerdeObject(IEnumerable<KeyValuePair<string, object?>> members)
        : this()
    {
        foreach ((string name, object? value) in members)
        {
            this[name] = value;
        }
    }

    // The order of UTF-16 differs where surrogate pairs meet the characters behind them.
    private static readonly Comparer<string> s_byBytes = Comparer<string>.Create(
        static (left, right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)));
}
