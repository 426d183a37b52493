using System.Collections.Concurrent;
using ProxSharp.Backup.Files.Natives;

namespace ProxSharp.Backup.Files.Sources;

/// <summary>Trees of Linux, with all their metadata.</summary>
internal sealed class LinuxTree : IFileTree
{
    private readonly ConcurrentDictionary<ulong, long> _types = new();

    public string? Limits => null;

    public IFileNode OpenRoot(string path)
    {
        Descriptor handle = Descriptor.Open(path, Libc.ReadOnly | Libc.NonBlocking);
        try
        {
            return new LinuxNode(this, handle, handle.Stat());
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The type of the file system that an entry is on; 0 if it does not say.</summary>
    internal long TypeOf(Descriptor handle, ulong device)
    {
        if (_types.TryGetValue(device, out long type))
            return type;
        Span<long> buffer = stackalloc long[32];
        type = Libc.FileSystem(handle, buffer) == 0 ? buffer[0] : 0;
        _types[device] = type;
        return type;
    }
}
