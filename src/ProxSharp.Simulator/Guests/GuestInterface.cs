namespace ProxSharp.Simulator.Guests;

/// <summary>A network interface in a guest.</summary>
internal sealed record GuestInterface(string Name, string Mac, GuestAddress Address);
