namespace ProxSharp.Pve.Storages;

/// <summary>How much of a file has been sent.</summary>
/// <param name="Bytes">The bytes sent so far.</param>
/// <param name="Total">All bytes.</param>
public readonly record struct TransferProgress(long Bytes, long Total)
{
    /// <summary>The share that is done, from 0 to 1.</summary>
    public double Fraction => Total > 0 ? Bytes / (double)Total : 1;
}
