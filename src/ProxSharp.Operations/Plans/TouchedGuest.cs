namespace ProxSharp.Operations.Plans;

/// <summary>A guest that a call acts on beside the one in its path.</summary>
/// <param name="Vmid">Its number.</param>
/// <param name="MayBeGone">Whether the call makes sense although there is no such guest (any more): its backups outlive it.</param>
internal sealed record TouchedGuest(string Vmid, bool MayBeGone);
