using System.Globalization;

namespace ProxSharp.Operations.Policies;

/// <summary>A range of guest numbers, both ends included.</summary>
internal readonly record struct VmidRange(int First, int Last)
{
    public bool Contains(int vmid) => vmid >= First && vmid <= Last;

    public override string ToString() =>
        First == Last ? First.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");

    public static bool TryParse(string text, out VmidRange range)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        string first = dash < 0 ? text : text[..dash];
        string last = dash < 0 ? text : text[(dash + 1)..];
        range = default;
        if (!int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int from)
            || !int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out int to)
            || from > to)
        {
            return false;
        }

        range = new VmidRange(from, to);
        return true;
    }
}
