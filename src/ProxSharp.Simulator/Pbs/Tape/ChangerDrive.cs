namespace ProxSharp.Simulator.Pbs.Tape;

/// <summary>A drive of a changer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Number">Its number in the changer.</param>
internal sealed record ChangerDrive(string Name, int Number);
