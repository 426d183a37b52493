namespace ProxSharp.Simulator.Guests;

/// <summary>An address of an interface, and how many bits of it are those of its network.</summary>
internal sealed record GuestAddress(string Address, int Prefix);
