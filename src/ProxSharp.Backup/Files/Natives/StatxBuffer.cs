using System.Runtime.InteropServices;

namespace ProxSharp.Backup.Files.Natives;

/// <summary>What statx gives: one layout on all processors.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct StatxBuffer
{
    /// <summary>Asks for all that fstat gives.</summary>
    internal const int BasicStats = 0x7ff;

    [FieldOffset(16)]
    internal uint Links;

    [FieldOffset(20)]
    internal uint UserId;

    [FieldOffset(24)]
    internal uint GroupId;

    [FieldOffset(28)]
    internal ushort Mode;

    [FieldOffset(32)]
    internal ulong Inode;

    [FieldOffset(40)]
    internal long Size;

    [FieldOffset(48)]
    internal long Blocks;

    [FieldOffset(96)]
    internal long ChangeSeconds;

    [FieldOffset(104)]
    internal uint ChangeNanoseconds;

    [FieldOffset(112)]
    internal long ModificationSeconds;

    [FieldOffset(120)]
    internal uint ModificationNanoseconds;

    [FieldOffset(128)]
    internal uint NodeMajor;

    [FieldOffset(132)]
    internal uint NodeMinor;

    [FieldOffset(136)]
    internal uint DeviceMajor;

    [FieldOffset(140)]
    internal uint DeviceMinor;
}
