using Microsoft.Win32.SafeHandles;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Backup.Tests.Fakes;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>The file beside an image that holds what is restored of it so far: nothing foreign that has its name is ever written to.</summary>
public sealed class ImagePartTests
{
    private const int ChunkSize = 4 << 20;
    private static readonly byte[] s_data = FakeBackup.Random(ChunkSize);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RestoreFile_PartIsALink_IsRefused()
    {
        using TestFolder folder = new();
        TestImage image = new(ChunkSize, new Dictionary<int, byte[]> { [0] = s_data });
        await using SnapshotReader reader = await image.OpenAsync();
        File.WriteAllText(folder["other"], "other");
        File.CreateSymbolicLink(SnapshotReader.GetPartialPath(folder["disk"]), folder["other"]);
        foreach (bool resume in (bool[])[false, true])
            await Assert.ThrowsAsync<IOException>(() => reader.RestoreFileAsync("disk", folder["disk"], new() { Resume = resume }, Stop));
        Assert.Equal("other", File.ReadAllText(folder["other"]));
    }

    [Theory]
    [InlineData("disk")]
    [InlineData("index.json")]
    public async Task RestoreFile_ForeignFileHasTheNameOfThePart_IsNeverWrittenTo(string name)
    {
        using TestFolder folder = new();
        TestImage image = new(ChunkSize, new Dictionary<int, byte[]> { [0] = s_data });
        await using SnapshotReader reader = await image.OpenAsync();
        string part = SnapshotReader.GetPartialPath(folder["disk"]);
        File.WriteAllText(part, "precious");
        IOException refused = await Assert.ThrowsAsync<IOException>(() => reader.RestoreFileAsync(name, folder["disk"], null, Stop));
        Assert.Contains(part, refused.Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(part));
        Assert.False(File.Exists(folder["disk"]));
        await reader.RestoreFileAsync(name, folder["disk"], new() { Overwrite = true }, Stop);
        Assert.False(File.Exists(part));
        Assert.NotEqual(0, new FileInfo(folder["disk"]).Length);
    }

    [Fact]
    public async Task RestoreFile_PartHasAnotherName_KeepsThatFile()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Counts of links are those of Linux.");
        using TestFolder folder = new();
        TestImage image = new(ChunkSize, new Dictionary<int, byte[]> { [0] = s_data });
        await using SnapshotReader reader = await image.OpenAsync();
        File.WriteAllText(folder["precious"], "precious");
        string part = SnapshotReader.GetPartialPath(folder["disk"]);
        using (Descriptor root = Descriptor.Open(folder.Root, Libc.ReadOnly | Libc.DirectoryOnly))
            Assert.Equal(0, Libc.MakeLink(root, "precious\0"u8, root, "disk.prox-partial\0"u8, 0));
        foreach (bool overwrite in (bool[])[false, true])
        {
            RestoreFileOptions options = new() { Resume = true, Overwrite = overwrite };
            IOException refused = await Assert.ThrowsAsync<IOException>(() => reader.RestoreFileAsync("disk", folder["disk"], options, Stop));
            Assert.Contains("is a file with other names as well", refused.Message, StringComparison.Ordinal);
            Assert.True(File.Exists(part));
        }

        await Assert.ThrowsAsync<IOException>(() => reader.RestoreFileAsync("disk", folder["disk"], null, Stop));
        await reader.RestoreFileAsync("disk", folder["disk"], new() { Overwrite = true }, Stop);
        Assert.Equal("precious", File.ReadAllText(folder["precious"]));
        Assert.Equal(s_data, File.ReadAllBytes(folder["disk"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_PartThatWasReplacedSinceItWasLookedAt_IsNotWrittenTo(bool byLink)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Counts of links are those of Linux.");
        using TestFolder folder = new();
        File.WriteAllText(folder["precious"], "precious");
        string part = SnapshotReader.GetPartialPath(folder["disk"]);
        File.WriteAllText(part, "part");
        RestoreTarget target = RestoreTarget.Find(folder["disk"], new() { Resume = true });
        File.Delete(part);
        using Descriptor root = Descriptor.Open(folder.Root, Libc.ReadOnly | Libc.DirectoryOnly);
        if (byLink)
            File.CreateSymbolicLink(part, "precious");
        else
            Assert.Equal(0, Libc.MakeLink(root, "precious\0"u8, root, "disk.prox-partial\0"u8, 0));

        IOException refused = Assert.Throws<IOException>(() => target.Open(ChunkSize));

        Assert.Contains("was replaced while it was opened", refused.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(part));
        Assert.Equal("precious", File.ReadAllText(folder["precious"]));
    }

    /// <summary>To remove it would leave the name to another file, which the first restore would then take for its own.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RestoreFile_AnotherRestoreWritesThePart_IsRefusedAndLeavesIt(bool resume)
    {
        using TestFolder folder = new();
        TestImage image = new(ChunkSize, new Dictionary<int, byte[]> { [0] = s_data });
        await using SnapshotReader reader = await image.OpenAsync();
        File.WriteAllText(folder["disk"], "old");
        RestoreTarget first = RestoreTarget.Find(folder["disk"], new() { Overwrite = true });
        using (SafeFileHandle handle = first.Open(ChunkSize))
        {
            IOException refused = await Assert.ThrowsAsync<IOException>(
                () => reader.RestoreFileAsync("disk", folder["disk"], new() { Overwrite = true, Resume = resume }, Stop));
            Assert.StartsWith($"Another process has {folder["disk"]} open", refused.Message, StringComparison.Ordinal);
            RandomAccess.Write(handle, s_data, 0);
            first.Complete(isOpen: true);
        }

        first.Complete(isOpen: false);
        Assert.Equal(s_data, File.ReadAllBytes(folder["disk"]));
    }

    [Theory]
    [InlineData("elsewhere", "which is not there")]
    [InlineData("disk", "which leads back to itself")]
    public async Task RestoreFile_LinkThatLeadsNowhere_IsRefusedAndSaysWhy(string to, string why)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        using TestFolder folder = new();
        TestImage image = new(ChunkSize, new Dictionary<int, byte[]> { [0] = s_data });
        await using SnapshotReader reader = await image.OpenAsync();
        File.CreateSymbolicLink(folder["disk"], to);
        foreach (RestoreFileOptions options in (RestoreFileOptions[])[new(), new() { Overwrite = true }, new() { Resume = true }])
        {
            IOException refused = await Assert.ThrowsAsync<IOException>(() => reader.RestoreFileAsync("disk", folder["disk"], options, Stop));
            Assert.StartsWith($"{folder["disk"]} is a symbolic link to ", refused.Message, StringComparison.Ordinal);
            Assert.Contains($"{to}, {why}", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(to, new FileInfo(folder["disk"]).LinkTarget);
    }

    [Theory]
    [InlineData(true, "is no regular file")]
    [InlineData(false, "is a directory")]
    public async Task RestoreFile_PartIsNoFile_IsRefusedAndStays(bool isPipe, string reason)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Types are those of Linux.");
        using TestFolder folder = new();
        TestImage image = new(ChunkSize, new Dictionary<int, byte[]> { [0] = s_data });
        await using SnapshotReader reader = await image.OpenAsync();
        string part = SnapshotReader.GetPartialPath(folder["disk"]);
        using Descriptor root = Descriptor.Open(folder.Root, Libc.ReadOnly | Libc.DirectoryOnly);
        Assert.True(isPipe ? Libc.MakeNode(root, "disk.prox-partial\0"u8, 0x1180, 0) == 0 : Directory.CreateDirectory(part).Exists);
        RestoreFileOptions[] all = [new(), new() { Overwrite = true }, new() { Resume = true }, new() { Resume = true, Overwrite = true }];
        foreach (RestoreFileOptions options in all)
        {
            IOException refused = await Assert.ThrowsAsync<IOException>(() => reader.RestoreFileAsync("disk", folder["disk"], options, Stop));
            Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
            Assert.True(Path.Exists(part));
        }
    }
}
