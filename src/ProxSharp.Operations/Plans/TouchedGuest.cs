namespace ProxSharp.Operations.Plans;

/// <summary>A guest that a call acts on beside the one in its path.</summary>
/// <param name="Vmid">Its number.</param>
/// <param name="MayBeGone">Whether the call makes sense although there is no such guest (any more): its backups outlive it.</param>
internal sealed record TouchedGuest(string Vmid, bool MayBeGone)
{
    /// <summary>A disk of it that is called after another guest, and the key behind which it is; null if that is not why it is touched.</summary>
    public string? Holds { get; init; }
}
