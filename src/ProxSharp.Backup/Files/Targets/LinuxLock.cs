using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Targets;

/// <summary>The attributes "immutable" and "append-only", which forbid that an entry is replaced.</summary>
internal static class LinuxLock
{
    private const nuint GetFlags = 0x80086601;
    private const nuint SetFlags = 0x40086602;

    private static readonly uint Locks = FileAttributeBits.ToLinux(PxarFlags.Immutable | PxarFlags.Append);

    /// <summary>Whether attributes had one of them, and others that follow have none.</summary>
    internal static bool IsLost(uint before, uint after) => (before & Locks) != 0 && (after & Locks) == 0;

    /// <summary>Whether a file or directory has one of them.</summary>
    internal static bool IsLocked(Descriptor entry) => Read(entry) is { } flags && (flags & Locks) != 0;

    /// <summary>Takes them away, which only root may.</summary>
    /// <returns>The attributes as they were; null if nothing was taken away.</returns>
    internal static uint? Clear(Descriptor entry)
    {
        if (Read(entry) is not { } flags || (flags & Locks) == 0)
            return null;
        long open = flags & ~Locks;
        return Libc.Control(entry, SetFlags, ref open) == 0 ? flags : null;
    }

    /// <summary>Gives back what was taken away.</summary>
    internal static void Restore(Descriptor entry, uint flags)
    {
        if (Read(entry) is not { } now)
            return;
        long locked = now | (flags & Locks);
        _ = Libc.Control(entry, SetFlags, ref locked);
    }

    private static uint? Read(Descriptor entry)
    {
        long flags = 0;
        return Libc.Control(entry, GetFlags, ref flags) == 0 ? (uint)flags : null;
    }
}
