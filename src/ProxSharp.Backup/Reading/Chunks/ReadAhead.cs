namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>How far ahead of its reader an archive is fetched.</summary>
/// <param name="Chunks">The most chunks on their way or waiting.</param>
/// <param name="Bytes">The most bytes that they take, encoded and decoded. One chunk is always fetched.</param>
internal readonly record struct ReadAhead(int Chunks, long Bytes);
