using System.Runtime.Versioning;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Tests.Files;

namespace ProxSharp.Backup.Tests.Sources;

/// <summary>Files that can be no blob are told before a session begins.</summary>
public sealed class BlobCheckTests : IDisposable
{
    private readonly TempTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void Check_LinkToNothing_IsMissing()
    {
        TempTree.RequireLinux();
        File.CreateSymbolicLink(_tree.Combine("a.conf"), "nothing");

        Assert.True(Assert.Throws<BackupSourceException>(BackupSource.File("a.conf", _tree.Combine("a.conf")).Check).IsMissing);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void Check_FileThatIsTooLong_IsRefused(int more, bool isRefused)
    {
        using (FileStream file = File.Create(_tree.Combine("a.conf")))
        {
            file.SetLength(DataBlob.MaxDataSize + more);
        }

        Exception? found = Record.Exception(BackupSource.File("a.conf", _tree.Combine("a.conf")).Check);

        Assert.Equal(isRefused, found is BackupSourceException { IsMissing: false });
        Assert.Equal(isRefused, found?.Message.Contains("store it as an image or in a directory", StringComparison.Ordinal) ?? false);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Check_FileThatMayNotBeRead_SaysSo()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "Root may do everything.");
        File.WriteAllText(_tree.Combine("a.conf"), "");
        File.SetUnixFileMode(_tree.Combine("a.conf"), UnixFileMode.None);

        Assert.IsType<UnauthorizedAccessException>(
            Assert.Throws<BackupSourceException>(BackupSource.File("a.conf", _tree.Combine("a.conf")).Check).InnerException);
    }
}
