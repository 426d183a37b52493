using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Tests.Files;

/// <summary>Restores in which only one kind of entry replaces what exists.</summary>
public sealed class OverwrittenKindTests
{
    private static readonly PxarMetadata s_file = Archives.Own(PxarEntryKind.File, 0b110_100_100);
    private static readonly PxarMetadata s_directory = Archives.Own(PxarEntryKind.Directory, 0b111_101_101);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ExistingFiles.Fail, PxarEntryKind.File)]
    [InlineData(ExistingFiles.Fail, PxarEntryKind.Symlink)]
    [InlineData(ExistingFiles.Fail, PxarEntryKind.HardLink)]
    [InlineData(ExistingFiles.Skip, PxarEntryKind.File)]
    [InlineData(ExistingFiles.Skip, PxarEntryKind.Symlink)]
    [InlineData(ExistingFiles.Skip, PxarEntryKind.HardLink)]
    public async Task Extract_OneKindMayReplaceWhatExists_OthersStay(ExistingFiles policy, PxarEntryKind kind)
    {
        TempTree.RequireLinux();
        PxarMetadata link = PxarMetadata.Create(PxarEntryKind.Symlink, 0b111_111_111);
        byte[] archive = Archives.Make(s_directory, writer =>
        {
            writer.WriteFile(new("a-file"), s_file, "new"u8.ToArray());
            writer.WriteHardLink(new("b-hard"), writer.GetLastFile());
            writer.WriteSymlink(new("c-soft"), link, "new-target"u8.ToArray());
        });
        Dictionary<PxarEntryKind, string> names = new()
        {
            [PxarEntryKind.File] = "a-file",
            [PxarEntryKind.HardLink] = "b-hard",
            [PxarEntryKind.Symlink] = "c-soft",
        };
        TreeExtractOptions options = new()
        {
            Existing = policy,
            OverwriteFiles = kind == PxarEntryKind.File,
            OverwriteSymlinks = kind == PxarEntryKind.Symlink,
            OverwriteHardLinks = kind == PxarEntryKind.HardLink,
        };
        // What exists, one after the other, in the place of each of them.
        foreach ((PxarEntryKind there, string name) in names)
        {
            using TempTree tree = new();
            tree.Write(name, "old");
            bool isReplaced = there == kind;
            if (policy == ExistingFiles.Fail && !isReplaced)
                await Assert.ThrowsAsync<FileTreeException>(() => Archives.ExtractAsync(archive, tree.Path, options));
            else
                await Archives.ExtractAsync(archive, tree.Path, options);

            FileInfo info = new(tree.Combine(name));
            Assert.Equal(isReplaced && kind == PxarEntryKind.Symlink ? "new-target" : null, info.LinkTarget);
            if (info.LinkTarget is null)
                Assert.Equal(isReplaced ? "new" : "old", await File.ReadAllTextAsync(tree.Combine(name), Token));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Extract_DirectoryWhereAnotherKindExists_IsLeftOutWithAllInItWhereExistingIsSkipped(bool isLink)
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        using TempTree elsewhere = new();
        if (isLink)
            Directory.CreateSymbolicLink(tree.Combine("d"), elsewhere.Path);
        else
            tree.Write("d", "old");
        byte[] archive = Archives.Make(s_directory, static writer =>
        {
            writer.WriteFile(new("a"), s_file, "new"u8.ToArray());
            writer.BeginDirectory(new("d"), s_directory);
            writer.WriteFile(new("file"), s_file, "new"u8.ToArray());
            writer.EndDirectory();
            writer.WriteFile(new("z"), s_file, "new"u8.ToArray());
        });

        TreeExtractResult result = await Archives.ExtractAsync(archive, tree.Path, new() { Existing = ExistingFiles.Skip });

        Assert.Equal(FileWarningKind.NotCreated, Assert.Single(result.Warnings).Kind);
        Assert.Equal(2, result.Files);
        Assert.Equal("new", await File.ReadAllTextAsync(tree.Combine("z"), Token));
        Assert.Empty(Directory.GetFileSystemEntries(elsewhere.Path));
        if (!isLink)
            Assert.Equal("old", await File.ReadAllTextAsync(tree.Combine("d"), Token));
        foreach (ExistingFiles other in (ExistingFiles[])[ExistingFiles.Fail, ExistingFiles.Overwrite])
            await Assert.ThrowsAsync<FileTreeException>(() => Archives.ExtractAsync(archive, tree.Path, new() { Existing = other, AllowExistingDirectories = true }));
    }

    [Fact]
    public async Task Extract_FilesMayReplaceWhatExists_DirectoriesStillNeedToBeAllowed()
    {
        using TempTree tree = new();
        tree.Write("d/file", "old");
        byte[] archive = Archives.Make(s_directory, static writer =>
        {
            writer.BeginDirectory(new("d"), s_directory);
            writer.WriteFile(new("file"), s_file, "new"u8.ToArray());
            writer.EndDirectory();
        });

        await Assert.ThrowsAsync<FileTreeException>(() => Archives.ExtractAsync(archive, tree.Path, new() { OverwriteFiles = true }));
        Assert.Equal("old", await File.ReadAllTextAsync(tree.Combine("d/file"), Token));
        await Archives.ExtractAsync(archive, tree.Path, new() { OverwriteFiles = true, AllowExistingDirectories = true });

        Assert.Equal("new", await File.ReadAllTextAsync(tree.Combine("d/file"), Token));
    }
}
