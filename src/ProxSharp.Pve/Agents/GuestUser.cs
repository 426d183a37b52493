namespace ProxSharp.Pve.Agents;

/// <summary>A user who is logged in inside a guest.</summary>
/// <param name="Name">The name of the user.</param>
/// <param name="Domain">The Windows domain; empty elsewhere.</param>
/// <param name="LoginTime">When the user logged in.</param>
public sealed record GuestUser(string Name, string Domain, DateTimeOffset LoginTime);
