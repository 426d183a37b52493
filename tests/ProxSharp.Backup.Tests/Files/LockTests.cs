using Microsoft.Win32.SafeHandles;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Tests.Files;

/// <summary>Locks of files under way end with the work, also while a program that is just being started has the descriptors too.</summary>
public sealed class LockTests
{
    [Fact]
    public void File_ThatIsClosed_IsLockedNoMore()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Locks of Linux.");
        using TempTree tree = new();
        using ITargetDirectory root = new LinuxTarget().OpenRoot(tree.Path);
        ITargetFile file = root.Create(new("f"), 0b110_000_000);
        Assert.True(file.TryLock());
        using SafeFileHandle twin = Twin(tree.Combine("f"));
        Assert.Throws<IOException>(() => File.ReadAllBytes(tree.Combine("f")));

        file.Dispose();

        Assert.Empty(File.ReadAllBytes(tree.Combine("f")));
    }

    [Fact]
    public void Directory_ThatIsClosed_IsLockedNoMore()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Locks of Linux.");
        using TempTree tree = new();
        ITargetDirectory root = new LinuxTarget().OpenRoot(tree.Path);
        PxarName name = root.NameTemporary();
        root.Create(name, 0b110_000_000).Dispose();
        using SafeFileHandle twin = Twin(tree.Path);

        root.Dispose();

        using ITargetDirectory next = new LinuxTarget().OpenRoot(tree.Path);
        next.DeleteAbandoned();
        Assert.Empty(Directory.GetFiles(tree.Path));
    }

    // What a program has of ours between its making and its start: another number of the same open file.
    private static SafeFileHandle Twin(string path)
    {
        string entry = Assert.Single(Directory.GetFileSystemEntries("/proc/self/fd"), entry => new FileInfo(entry).LinkTarget == path);
        using SafeFileHandle known = new(int.Parse(Path.GetFileName(entry), System.Globalization.CultureInfo.InvariantCulture), ownsHandle: false);
        return new SafeFileHandle(Libc.Duplicate(known), ownsHandle: true);
    }
}
