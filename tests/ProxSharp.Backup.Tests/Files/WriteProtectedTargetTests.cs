using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Tests.Files;

#pragma warning disable CA1416 // Skipped where there are no such modes.

/// <summary>Restores by a user who is not root, into directories that he has write-protected himself, as caches of packages are.</summary>
public sealed class WriteProtectedTargetTests
{
    private const uint Closed = 0;
    private const uint Protected = 0b101_101_101;

    [Theory]
    [InlineData(ExistingFiles.Overwrite, Protected)]
    [InlineData(ExistingFiles.Overwrite, Closed)]
    [InlineData(ExistingFiles.KeepSameTime, Protected)]
    [InlineData(ExistingFiles.KeepSameContent, Protected)]
    [InlineData(ExistingFiles.KeepSameContent, Closed)]
    public async Task Extract_OwnDirectoryThatIsProtected_ChangesItAndProtectsItAgain(ExistingFiles policy, uint mode)
    {
        using TempTree tree = Require();
        await Archives.ExtractAsync(Sample(mode, "old"), tree.Path);

        TreeExtractResult result = await Archives.ExtractAsync(Sample(mode, "newer"), tree.Path, new() { Existing = policy });

        Assert.Empty(result.Warnings);
        Assert.Equal(mode, ModeOf(tree));
        Open(tree);
        Assert.Equal("newer", await File.ReadAllTextAsync(tree.Combine("d/f"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Extract_FilesWithoutTheirPermissions_LeavesThoseOfTheDirectory()
    {
        using TempTree tree = Require();
        await Archives.ExtractAsync(Sample(Protected, "old"), tree.Path);

        TreeExtractOptions options = new() { Existing = ExistingFiles.Overwrite, RestorePermissions = false };
        await Archives.ExtractAsync(Sample(0b111_101_101, "newer"), tree.Path, options);

        Assert.Equal(Protected, ModeOf(tree));
        Open(tree);
    }

    [Fact]
    public async Task Extract_ProtectedDirectoryWhereWhatExistsStays_IsRefused()
    {
        using TempTree tree = Require();
        await Archives.ExtractAsync(Sample(Closed, "old"), tree.Path);

        FileTreeException refused = await Assert.ThrowsAsync<FileTreeException>(
            () => Archives.ExtractAsync(Sample(Closed, "newer"), tree.Path, new() { Existing = ExistingFiles.Skip }));

        Assert.Equal(FileTreeFault.Denied, refused.Fault);
        Assert.Equal(Closed, ModeOf(tree));
        Open(tree);
    }

    /// <summary>Nobody but root gets the owner right, and then all further names would be written anew at each attempt.</summary>
    [Fact]
    public async Task Extract_FurtherNamesOfAnotherUsersFile_AreKept()
    {
        using TempTree tree = Require();
        PxarMetadata of = PxarMetadata.Create(PxarEntryKind.File, 0b101_101_101) with { UserId = 0, GroupId = 0, ModificationTime = new(1_600_000_000, 5) };
        PxarMetadata mine = Mine(PxarEntryKind.Directory, 0b111_101_101);
        byte[] archive = Archives.Make(mine, root =>
        {
            root.WriteFile(new("a"), of, "x"u8.ToArray());
            root.WriteHardLink(new("b"), root.GetLastFile());
        });
        await Archives.ExtractAsync(archive, tree.Path);

        TreeExtractResult again = await Archives.ExtractAsync(archive, tree.Path, new() { Existing = ExistingFiles.KeepSameContent });

        Assert.Equal(1, again.KeptFiles);
    }

    private static TempTree Require()
    {
        TempTree.RequireLinux();
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "Root may do everything.");
        return new();
    }

    private static byte[] Sample(uint mode, string content) => Archives.Make(Mine(PxarEntryKind.Directory, 0b111_101_101), root =>
    {
        root.BeginDirectory(new("d"), Mine(PxarEntryKind.Directory, mode));
        root.WriteFile(new("f"), Mine(PxarEntryKind.File, 0b110_100_100), System.Text.Encoding.ASCII.GetBytes(content));
        root.EndDirectory();
    });

    private static PxarMetadata Mine(PxarEntryKind kind, uint mode) => Archives.Own(kind, mode) with { ModificationTime = new(1_600_000_000, 0) };

    private static uint ModeOf(TempTree tree) => (uint)File.GetUnixFileMode(tree.Combine("d"));

    // Nobody could look into it, nor delete it.
    private static void Open(TempTree tree) => File.SetUnixFileMode(tree.Combine("d"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
}
