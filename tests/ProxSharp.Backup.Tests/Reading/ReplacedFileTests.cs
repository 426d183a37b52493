using System.Text;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Tests.Fakes;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>Who may read a file that took the place of another one.</summary>
public sealed class ReplacedFileTests
{
    private const int ChunkSize = 4 << 20;
    private static readonly byte[] s_access = [.. "system.posix_acl_access\0"u8];
    private static readonly byte[] s_default = [.. "system.posix_acl_default\0"u8];

    // The group may do nothing, and one other user may read: that makes the group bits of the mode those of "may read".
    private static readonly byte[] s_acl =
    [
        2, 0, 0, 0,
        1, 0, 6, 0, 255, 255, 255, 255,
        2, 0, 4, 0, 210, 4, 0, 0,
        4, 0, 0, 0, 255, 255, 255, 255,
        16, 0, 4, 0, 255, 255, 255, 255,
        32, 0, 0, 0, 255, 255, 255, 255,
    ];

    public static TheoryData<bool> Ways => [false, true];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Replace_FileWithAnAcl_KeepsIt(bool isImage)
    {
        using TestFolder folder = Prepare();
        Set(folder["file"], s_access, s_acl);
        bool hasXattr = Libc.SetXattr(Name(folder["file"]), "user.note\0"u8, "kept"u8, 4, 0) == 0;

        await ReplaceAsync(folder, isImage);

        Assert.Equal(s_acl, Get(folder["file"], s_access));
        Assert.Equal(hasXattr ? "kept"u8.ToArray() : null, Get(folder["file"], [.. "user.note\0"u8]));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(folder["file"]));
    }

    /// <summary>What the directory gives to new files is not what the old file had.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Replace_DirectoryHasADefaultAcl_DoesNotTakeIt(bool isImage)
    {
        using TestFolder folder = Prepare();
        Set(folder.Root, s_default, s_acl);

        await ReplaceAsync(folder, isImage);

        Assert.Null(Get(folder["file"], s_access));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(folder["file"]));
    }

    private static TestFolder Prepare()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "ACLs are those of Linux.");
        TestFolder folder = new();
        File.WriteAllText(folder["file"], "old");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder["file"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        return folder;
    }

    private static async Task ReplaceAsync(TestFolder folder, bool isImage)
    {
        if (isImage)
        {
            byte[] data = FakeBackup.Random(ChunkSize);
            await using SnapshotReader reader = await new TestImage(ChunkSize, new Dictionary<int, byte[]> { [0] = data }).OpenAsync();
            await reader.RestoreFileAsync("disk", folder["file"], new() { Overwrite = true }, Stop);
            Assert.Equal(data, File.ReadAllBytes(folder["file"]));
        }
        else
        {
            SmallFile.Replace(folder["file"], "new"u8);
            Assert.Equal("new", File.ReadAllText(folder["file"]));
        }
    }

    private static void Set(string path, byte[] name, byte[] value) =>
        Assert.SkipUnless(Libc.SetXattr(Name(path), name, value, value.Length, 0) == 0, "The file system has no ACLs.");

    private static byte[]? Get(string path, byte[] name)
    {
        byte[] value = new byte[256];
        return Libc.GetXattr(Name(path), name, value, value.Length) is var length and >= 0 ? value[..(int)length] : null;
    }

    private static byte[] Name(string path) => Libc.Text(Encoding.UTF8.GetBytes(path));
}
