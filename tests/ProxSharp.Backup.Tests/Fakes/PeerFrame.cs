namespace ProxSharp.Backup.Tests.Fakes;

/// <summary>A frame as it is on the wire.</summary>
internal sealed record PeerFrame(byte Type, byte Flags, int Stream, byte[] Payload);
