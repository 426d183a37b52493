namespace ProxSharp.Schema;

/// <summary>The indexes an indexed member such as <c>net[n]</c> may have, both ends included.</summary>
/// <param name="First">The lowest index.</param>
/// <param name="Last">The highest index.</param>
public readonly record struct IndexRange(int First, int Last)
{
    /// <summary>Tells whether <paramref name="index"/> is within the range.</summary>
    public bool Contains(int index) => index >= First && index <= Last;

    /// <summary>Returns the range as <c>first..last</c>.</summary>
    public override string ToString() => $"{First}..{Last}";
}
