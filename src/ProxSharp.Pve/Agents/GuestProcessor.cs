namespace ProxSharp.Pve.Agents;

/// <summary>A virtual processor as a guest sees it.</summary>
/// <param name="Id">Its number inside the guest.</param>
/// <param name="IsOnline">Whether the guest uses it.</param>
/// <param name="CanGoOffline">Whether the guest can do without it; null if the guest does not tell.</param>
public sealed record GuestProcessor(long Id, bool IsOnline, bool? CanGoOffline);
