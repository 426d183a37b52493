namespace ProxSharp.Simulator.Guests;

/// <summary>How a guest is made from a backup.</summary>
/// <param name="Storage">Where all its disks go; null for where they were.</param>
/// <param name="IsUnique">Gives the guest addresses of its own.</param>
internal sealed record GuestRestore(string? Storage, bool IsUnique);
