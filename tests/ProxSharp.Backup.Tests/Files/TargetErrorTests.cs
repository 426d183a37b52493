using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Tests.Files;

/// <summary>Targets in which nothing can be made: the error names the path, the reason and what to do.</summary>
public sealed class TargetErrorTests : IDisposable
{
    private readonly TempTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void OpenRoot_LinkThatLeadsNowhere_IsInTheWay()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux");
        string link = _tree.Combine("link");
        File.CreateSymbolicLink(link, "nowhere");

        FileTreeException refused = Assert.Throws<FileTreeException>(() => new LinuxTarget().OpenRoot(link));

        Assert.Equal((FileTreeFault.OtherKind, link), (refused.Fault, refused.Path));
        Assert.Equal($"\"{link}\" is a link to \"nowhere\", which is not there.", refused.Message);
        Assert.False(Path.Exists(_tree.Combine("nowhere")));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("x/y/z")]
    public void OpenRoot_BelowAFile_NamesTheFile(string below)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux");
        string file = _tree.Combine("file");
        File.WriteAllText(file, "");
        string path = Path.Combine(file, below);

        FileTreeException refused = Assert.Throws<FileTreeException>(() => new LinuxTarget().OpenRoot(path));

        Assert.Equal($"Unable to create \"{path}\": \"{file}\" is a file, below which nothing can be made. Name another place.", refused.Message);
    }

    [Fact]
    public void OpenRoot_InProc_SaysThatNothingCanBeMadeThere()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux");

        FileTreeException refused = Assert.Throws<FileTreeException>(() => new LinuxTarget().OpenRoot("/proc/1/prox-target"));

        Assert.StartsWith("Unable to create \"/proc/1/prox-target\": \"/proc/1\" does not take it: ", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("ame another place.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_ImageBelowAFile_NamesTheFile()
    {
        string file = _tree.Combine("b.raw");
        File.WriteAllText(file, "");
        string path = Path.Combine(file, "x");

        IOException refused = Assert.Throws<IOException>(() => RestoreTarget.Find(path, new RestoreFileOptions()));

        Assert.Equal($"{path} cannot be made: {file} is a file. Restore to another place.", refused.Message);
    }

    [Fact]
    public void Open_ImageInProc_SaysThatNothingCanBeMadeThere()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux");

        IOException refused = Assert.Throws<IOException>(() => RestoreTarget.Find("/proc/prox-image", new RestoreFileOptions()).Open(1));

        Assert.StartsWith("/proc/prox-image cannot be made: the file system of /proc ", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("Restore to another place.", refused.Message, StringComparison.Ordinal);
    }
}
