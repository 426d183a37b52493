using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Tests.Fakes;
using ProxSharp.Backup.Tests.Reading;

namespace ProxSharp.Backup.Tests.Sources;

/// <summary>Sources and targets that are no plain files, or do not stay as they are. Pipes whose other end nobody has: opening them would wait for ever, so they are never opened.</summary>
public sealed class PipeTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private readonly TestFolder _folder = new();
    private readonly FakeBackup _backup = new();

    public PipeTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Types are those of Linux.");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_ImageIsAPipe_IsRefused()
    {
        BackupSource source = BackupSource.Image("disk", MakePipe());
        foreach (Func<Task> read in (Func<Task>[])[() => _backup.RunAsync([source]), () => source.MeasureAsync(Stop)])
        {
            BackupSourceException refused = await Assert.ThrowsAsync<BackupSourceException>(() => Task.Run(read, Stop).WaitAsync(s_limit, Stop));
            Assert.Contains("is a pipe or the like", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Run_ImageIsADeviceWithoutASize_IsRefused()
    {
        BackupSourceException refused = await Assert.ThrowsAsync<BackupSourceException>(() => _backup.RunAsync([BackupSource.Image("disk", "/dev/zero")]));
        Assert.Contains("is a pipe or the like", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_BlobIsANamedPipe_IsRefused()
    {
        BackupSource source = BackupSource.File("a.conf", MakePipe());
        foreach (Func<Task> read in (Func<Task>[])[() => _backup.RunAsync([source]), () => source.MeasureAsync(Stop)])
        {
            BackupSourceException refused = await Assert.ThrowsAsync<BackupSourceException>(() => Task.Run(read, Stop).WaitAsync(s_limit, Stop));
            Assert.Contains("is a named pipe", refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/dev/zero", "is a device or a socket")]
    [InlineData("/dev/ptmx", "is a device or a socket")]
    [InlineData("/proc/kmsg", "has no end")]
    [InlineData("/tmp", "is a directory")]
    public async Task Run_BlobHasNoEnd_IsRefused(string path, string why)
    {
        Assert.SkipUnless(Directory.Exists(path) || Opens(path), "Not everybody may open it.");
        BackupSource source = BackupSource.File("a.conf", path);
        foreach (Func<Task> read in (Func<Task>[])[() => _backup.RunAsync([source]), () => source.MeasureAsync(Stop)])
        {
            BackupSourceException refused = await Assert.ThrowsAsync<BackupSourceException>(() => Task.Run(read, Stop).WaitAsync(s_limit, Stop));
            Assert.Contains($"{path} {why}", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Run_BlobIsAFileOfTheKernel_IsRead()
    {
        foreach (string path in (string[])["/proc/self/mounts", "/proc/sys/kernel/hostname", "/proc/version"])
        {
            FakeBackup backup = new();
            await backup.RunAsync([BackupSource.File("a.conf", path)]);
            Assert.Equal(await File.ReadAllBytesAsync(path, Stop), backup.Store.Read("a.conf.blob"));
        }
    }

    private static bool Opens(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [Fact]
    public async Task Run_BlobIsThePipeOfAShell_IsRead()
    {
        using System.IO.Pipes.AnonymousPipeServerStream pipe = new(System.IO.Pipes.PipeDirection.Out);
        using Microsoft.Win32.SafeHandles.SafePipeHandle reader = pipe.ClientSafePipeHandle;
        string path = $"/proc/self/fd/{reader.DangerousGetHandle()}";
        Task run = _backup.RunAsync([BackupSource.File("a.conf", path)]);
        pipe.Write("memory: 512"u8);
        pipe.Dispose();
        await run;
        Assert.Equal("memory: 512"u8, _backup.Store.Read("a.conf.blob"));
    }

    [Fact]
    public async Task RestoreFile_TargetIsAPipe_IsRefused()
    {
        TestImage image = new(4 << 20, new Dictionary<int, byte[]> { [0] = FakeBackup.Random(4 << 20) });
        await using SnapshotReader reader = await image.OpenAsync();
        string pipe = MakePipe();
        IOException refused = await Assert.ThrowsAsync<IOException>(
            () => Task.Run(() => reader.RestoreFileAsync("disk", pipe, new() { Overwrite = true }, Stop), Stop).WaitAsync(s_limit, Stop));
        Assert.Contains("is a pipe, which this cannot write to", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RestoreFile_TargetIsFull_SaysSoWithItsPath()
    {
        TestImage image = new(4 << 20, new Dictionary<int, byte[]> { [0] = FakeBackup.Random(4 << 20) });
        await using SnapshotReader reader = await image.OpenAsync();
        foreach (string name in (string[])["disk", "index.json"])
        {
            FileTreeException full = await Assert.ThrowsAsync<FileTreeException>(
                () => reader.RestoreFileAsync(name, "/dev/full", new() { Overwrite = true }, Stop));
            Assert.Equal((FileTreeFault.Full, "/dev/full"), (full.Fault, full.Path));
            Assert.Equal("Unable to write \"/dev/full\": no space left on device.", full.Message);
        }
    }

    [Fact]
    public async Task Run_ImageGrowsWhileItIsRead_IsAWarning()
    {
        byte[] content = FakeBackup.Random(4 << 20);
        await File.WriteAllBytesAsync(_folder["disk"], content, Stop);
        BackupImageOptions options = new()
        {
            ChangedRanges = async (_, stop) =>
            {
                await File.AppendAllTextAsync(_folder["disk"], "more", stop);
                return null;
            },
        };
        Assert.Empty((await _backup.RunAsync([BackupSource.Image("disk", _folder["disk"], options)])).Warnings);

        BackupResult second = await _backup.RunAsync([BackupSource.Image("disk", _folder["disk"], options)]);

        BackupWarning warning = Assert.Single(second.Warnings);
        Assert.Equal("disk.img.fidx", warning.Archive);
        Assert.Contains("grew from 4194304 to 4194308 bytes while it was read", warning.Text, StringComparison.Ordinal);
        Assert.Equal(content, _backup.Store.Read("disk.img.fidx"));
    }

    private string MakePipe()
    {
        using Descriptor root = Descriptor.Open(_folder.Root, Libc.ReadOnly | Libc.DirectoryOnly);
        Assert.Equal(0, Libc.MakeNode(root, "pipe\0"u8, 0x1180, 0));
        return _folder["pipe"];
    }
}
