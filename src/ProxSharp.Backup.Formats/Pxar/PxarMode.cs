namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>The type bits of st_mode, as Linux defines them.</summary>
internal static class PxarMode
{
    internal const uint TypeMask = 0xF000;
    internal const uint Socket = 0xC000;
    internal const uint Symlink = 0xA000;
    internal const uint File = 0x8000;
    internal const uint BlockDevice = 0x6000;
    internal const uint Directory = 0x4000;
    internal const uint CharacterDevice = 0x2000;
    internal const uint Fifo = 0x1000;

    internal static PxarEntryKind? Kind(uint mode) => (mode & TypeMask) switch
    {
        Directory => PxarEntryKind.Directory,
        File => PxarEntryKind.File,
        Symlink => PxarEntryKind.Symlink,
        BlockDevice => PxarEntryKind.BlockDevice,
        CharacterDevice => PxarEntryKind.CharacterDevice,
        Fifo => PxarEntryKind.Fifo,
        Socket => PxarEntryKind.Socket,
        _ => null,
    };

    internal static uint Bits(PxarEntryKind kind) => kind switch
    {
        PxarEntryKind.Directory => Directory,
        PxarEntryKind.File => File,
        PxarEntryKind.Symlink => Symlink,
        PxarEntryKind.BlockDevice => BlockDevice,
        PxarEntryKind.CharacterDevice => CharacterDevice,
        PxarEntryKind.Fifo => Fifo,
        PxarEntryKind.Socket => Socket,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A hard link has no mode of its own."),
    };
}
