using ProxSharp.Ids;

namespace ProxSharp.Pve.Guests;

/// <summary>The numbers a new guest may get.</summary>
/// <param name="From">The lowest number.</param>
/// <param name="To">The highest number.</param>
public readonly record struct VmIdRange(VmId From, VmId To)
{
    /// <summary>Creates a range.</summary>
    /// <param name="from">The lowest number.</param>
    /// <param name="to">The highest number.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is no number of a guest, or the highest is below the lowest.</exception>
    public VmIdRange(int from, int to)
        : this(new VmId(from), new VmId(to)) => ArgumentOutOfRangeException.ThrowIfLessThan(to, from);

    /// <summary>Returns the range as <c>100-199</c>.</summary>
    public override string ToString() => $"{From}-{To}";
}
