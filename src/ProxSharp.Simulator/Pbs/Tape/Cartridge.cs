namespace ProxSharp.Simulator.Pbs.Tape;

/// <summary>A tape.</summary>
/// <param name="barcode">What is printed on it; null for one without.</param>
internal sealed class Cartridge(string? barcode)
{
    /// <summary>What is printed on it.</summary>
    public string? Barcode { get; } = barcode;

    /// <summary>What is written on it; null while it is empty.</summary>
    public MediaLabel? Label { get; set; }

    /// <summary>True once the server has seen the label.</summary>
    public bool IsKnown { get; set; }

    /// <summary>True if the server has the list of what is on it.</summary>
    public bool IsCataloged { get; set; }

    /// <summary>What somebody said about it: damaged or retired; null for nothing.</summary>
    public string? Verdict { get; set; }

    /// <summary>Where it was put; null for nowhere in particular.</summary>
    public string? Vault { get; set; }

    /// <summary>The set it belongs to; null if none.</summary>
    public MediaSet? Set { get; set; }

    /// <summary>Its number in the set.</summary>
    public int Number { get; set; }

    /// <summary>The bytes that were written on it.</summary>
    public long BytesUsed { get; set; }

    /// <summary>The name that people use.</summary>
    public string? Name => Label?.Text ?? Barcode;

    /// <summary>Makes it empty.</summary>
    public void Erase()
    {
        Set?.Members.Remove(this);
        (Label, IsKnown, IsCataloged, Set, Number, BytesUsed, Verdict) = (null, false, false, null, 0, 0, null);
    }
}
