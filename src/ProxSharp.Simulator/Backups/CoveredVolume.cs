namespace ProxSharp.Simulator.Backups;

/// <summary>A volume of a guest and whether backups include it.</summary>
internal sealed record CoveredVolume(string Key, string Volume, bool Included, string Reason);
