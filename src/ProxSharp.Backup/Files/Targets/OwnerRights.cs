using ProxSharp.Backup.Files.Natives;

namespace ProxSharp.Backup.Files.Targets;

/// <summary>
/// What the owner of a directory may do in it. Trees such as caches of packages are write-protected, which stops a restore by their owner, though he may change
/// that; root needs no such right.
/// </summary>
internal static class OwnerRights
{
    private const uint All = 0b111_000_000;
    private const uint ModeBits = 0xFFF;

    /// <summary>Gives the owner all rights of a directory.</summary>
    /// <param name="directory">The directory, or its place.</param>
    /// <returns>The mode as it was; null if nothing was given.</returns>
    internal static uint? Give(Descriptor directory)
    {
        uint user = Libc.EffectiveUser();
        StatxBuffer there = directory.Stat();
        uint mode = there.Mode & ModeBits;
        if (user == 0 || there.UserId != user || (mode & All) == All)
            return null;
        // By this path, because what is only a place takes no mode itself.
        return Libc.ChangeMode(directory.ProcPath, mode | All) == 0 ? mode : null;
    }
}
