using ProxSharp.Backup.Tests.Files;

namespace ProxSharp.Backup.Tests;

public sealed class WholeFileTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Write_ThatFails_LeavesWhatThereWas(bool exists)
    {
        using TempTree tree = new();
        if (exists)
            tree.Write("f", "old");

        await Assert.ThrowsAsync<EndOfStreamException>(() => WholeFile.WriteAsync(
            tree.Combine("f"),
            static async (stream, token) =>
            {
                await stream.WriteAsync("half"u8.ToArray(), token);
                throw new EndOfStreamException();
            },
            Token));

        Assert.Equal(exists ? ["old"] : [], Directory.GetFiles(tree.Path).Select(File.ReadAllText));
    }

    [Fact]
    public async Task Write_OverAFile_ReplacesIt()
    {
        using TempTree tree = new();
        tree.Write("f", "old and longer");

        await WriteAsync(tree.Combine("f"));

        Assert.Equal(["new"], Directory.GetFiles(tree.Path).Select(File.ReadAllText));
    }

    [Fact]
    public async Task Write_LinkToNothingYet_MakesWhatItLeadsTo()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Not everybody may make links there.");
        using TempTree tree = new();
        File.CreateSymbolicLink(tree.Combine("link"), "target");

        await WriteAsync(tree.Combine("link"));

        Assert.Equal("new", await File.ReadAllTextAsync(tree.Combine("target"), Token));
        Assert.Equal("target", new FileInfo(tree.Combine("link")).LinkTarget);
    }

    [Fact]
    public async Task Write_ToADevice_LeavesItOne()
    {
        TempTree.RequireLinux();

        await WriteAsync("/dev/null");

        Assert.Equal("", await File.ReadAllTextAsync("/dev/null", Token));
    }

    [Fact]
    public async Task Write_OverADirectory_IsRefused()
    {
        using TempTree tree = new();

        await Assert.ThrowsAsync<IOException>(() => WriteAsync(tree.Path));
    }

    private static Task WriteAsync(string path) => WholeFile.WriteAsync(path, static async (stream, token) => await stream.WriteAsync("new"u8.ToArray(), token), Token);
}
