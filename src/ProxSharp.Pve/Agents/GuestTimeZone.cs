namespace ProxSharp.Pve.Agents;

/// <summary>The time zone of a guest.</summary>
/// <param name="Name">Its name, for example <c>CET</c>; empty if the guest does not tell.</param>
/// <param name="Offset">The difference to UTC at present.</param>
public sealed record GuestTimeZone(string Name, TimeSpan Offset);
