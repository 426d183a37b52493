using ProxSharp.Backup.Files.Natives;

namespace ProxSharp.Backup.Tests.Files;

/// <summary>The chattr flags of a file.</summary>
internal sealed class LinuxFlags(string path) : IDisposable
{
    private readonly Descriptor _file = Descriptor.Open(path, Libc.ReadOnly);

    internal bool AreSupported => Get() is not null;

    public void Dispose() => _file.Dispose();

    internal uint? Get()
    {
        long value = 0;
        return Libc.Control(_file, 0x80086601, ref value) == 0 ? (uint)value : null;
    }

    internal void Set(uint flags)
    {
        long value = flags;
        Assert.Equal(0, Libc.Control(_file, 0x40086602, ref value));
    }
}
