using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Tests.Files;

/// <summary>Entries that somebody else makes after a restore has looked for them, as another restore into the same directory does.</summary>
public sealed class RacingRestoreTests
{
    private static readonly PxarMetadata s_file = PxarMetadata.Create(PxarEntryKind.File, 0b110_100_100) with { ModificationTime = new(1_600_000_000, 0) };

    [Theory]
    [InlineData(ExistingFiles.Overwrite, 3)]
    [InlineData(ExistingFiles.Skip, 3)]
    [InlineData(ExistingFiles.KeepSameTime, 3)]
    [InlineData(ExistingFiles.KeepSameContent, 3)]
    [InlineData(ExistingFiles.Overwrite, 300_000)]
    [InlineData(ExistingFiles.Skip, 300_000)]
    [InlineData(ExistingFiles.KeepSameTime, 300_000)]
    [InlineData(ExistingFiles.KeepSameContent, 300_000)]
    public async Task Extract_FileIsMadeMeanwhile_IsTreatedLikeOneThatWasThere(ExistingFiles policy, int length)
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        byte[] content = [.. Enumerable.Range(0, length).Select(static i => (byte)(i % 251))];

        await ExtractAsync(tree, policy, writer => writer.WriteFile(new("f"), s_file, content), length > 3 ? null : "f", () => tree.Write("f", "another"));

        Assert.Equal(policy == ExistingFiles.Skip ? "another"u8.ToArray() : content, File.ReadAllBytes(tree.Combine("f")));
        Assert.Single(Directory.GetFileSystemEntries(tree.Path));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(300_000)]
    public async Task Extract_FileIsMadeMeanwhileAndNothingMayExist_IsRefused(int length)
    {
        TempTree.RequireLinux();
        using TempTree tree = new();

        FileTreeException refused = await Assert.ThrowsAsync<FileTreeException>(() => ExtractAsync(
            tree, ExistingFiles.Fail, writer => writer.WriteFile(new("f"), s_file, new byte[length]), length > 3 ? null : "f", () => tree.Write("f", "another")));

        Assert.Equal(FileTreeFault.Exists, refused.Fault);
        Assert.Equal("another", File.ReadAllText(tree.Combine("f")));
    }

    [Fact]
    public async Task Extract_DirectoryIsMadeInPlaceOfAFile_IsRefused()
    {
        TempTree.RequireLinux();
        using TempTree tree = new();

        FileTreeException refused = await Assert.ThrowsAsync<FileTreeException>(() => ExtractAsync(
            tree, ExistingFiles.Overwrite, static writer => writer.WriteFile(new("f"), s_file, new byte[3]), "f", () => tree.Write("f/precious", "mine")));

        Assert.Equal(FileTreeFault.OtherKind, refused.Fault);
        Assert.Equal("mine", File.ReadAllText(tree.Combine("f/precious")));
    }

    [Fact]
    public async Task Extract_SymlinkIsMadeMeanwhile_IsReplaced()
    {
        TempTree.RequireLinux();
        using TempTree tree = new();

        await ExtractAsync(
            tree,
            ExistingFiles.KeepSameContent,
            static writer => writer.WriteSymlink(new("s"), PxarMetadata.Create(PxarEntryKind.Symlink, 0x1FF), "right"u8.ToArray()),
            "s",
            () => File.CreateSymbolicLink(tree.Combine("s"), "wrong"));

        Assert.Equal("right", new FileInfo(tree.Combine("s")).LinkTarget);
        Assert.Single(Directory.GetFileSystemEntries(tree.Path));
    }

    /// <summary>What the other restore made may be a name of the same file already: renaming would change nothing, and leave the new name behind.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Extract_HardLinkIsMadeMeanwhile_IsOneInTheEnd(bool isRight)
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        using ITargetDirectory root = TargetTrees.Create().OpenRoot(tree.Path);

        await ExtractAsync(tree, ExistingFiles.KeepSameContent, Write, "g", Make);

        Assert.Equal(2u, root.Find(new("f"))!.Value.Links);
        Assert.True(root.Find(new("g"))!.Value.IsSameAs(root.Find(new("f"))!.Value));
        Assert.Equal(2, Directory.GetFileSystemEntries(tree.Path).Length);

        static void Write(PxarWriter writer)
        {
            writer.WriteFile(new("f"), s_file, new byte[3]);
            writer.WriteHardLink(new("g"), writer.GetLastFile());
        }

        void Make()
        {
            if (isRight)
                root.MakeLink(new("g"), root, new("f"));
            else
                tree.Write("g", "another");
        }
    }

    /// <summary>Another restore links while this one is about to replace what was there.</summary>
    [Fact]
    public async Task Extract_HardLinkIsReplacedByBoth_LeavesNoFurtherName()
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        using ITargetDirectory root = TargetTrees.Create().OpenRoot(tree.Path);
        tree.Write("g", "old");

        await ExtractAsync(
            tree,
            ExistingFiles.Overwrite,
            static writer =>
            {
                writer.WriteFile(new("f"), s_file, new byte[3]);
                writer.WriteHardLink(new("g"), writer.GetLastFile());
            },
            null,
            () =>
            {
                root.Delete(new("g"));
                root.MakeLink(new("g"), root, new("f"));
            });

        Assert.Equal(2u, root.Find(new("f"))!.Value.Links);
        Assert.Equal(2, Directory.GetFileSystemEntries(tree.Path).Length);
    }

    /// <summary>Each has a part of its own, whoever came first and whoever ends first.</summary>
    [Theory]
    [InlineData(ExistingFiles.Overwrite, ExistingFiles.Overwrite)]
    [InlineData(ExistingFiles.Overwrite, ExistingFiles.KeepSameContent)]
    [InlineData(ExistingFiles.KeepSameContent, ExistingFiles.Overwrite)]
    [InlineData(ExistingFiles.KeepSameContent, ExistingFiles.KeepSameContent)]
    [InlineData(ExistingFiles.KeepSameTime, ExistingFiles.KeepSameTime)]
    public async Task Extract_AnotherRestoreOfTheSameFileRunsMeanwhile_BothEnd(ExistingFiles first, ExistingFiles second)
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        byte[] content = [.. Enumerable.Range(0, 3_000_000).Select(static i => (byte)(i % 251))];
        tree.Write("f", "old");
        using MemoryStream archive = new();
        PxarWriter writer = PxarWriter.Create(archive, PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101));
        writer.WriteFile(new("f"), s_file, content);
        writer.Finish();
        byte[] bytes = archive.ToArray();
        TreeExtractOptions options = new() { KeepParts = true, RestoreOwnership = false };
        string part = tree.Combine(TemporaryName.OfPart(new("f")).ToString());
        bool hadPart = false;
        using ActingStream inner = new(bytes, 2_000_000, () => hadPart = File.Exists(part));
        using PxarReader innerReader = new(inner);
        Task<TreeExtractResult>? other = null;
        using ActingStream outer = new(bytes, 2_000_000, () => other = new TreeExtractor(tree.Path, options with { Existing = second })
            .ExtractAsync(innerReader, TestContext.Current.CancellationToken));
        using PxarReader outerReader = new(outer);

        TreeExtractResult one = await new TreeExtractor(tree.Path, options with { Existing = first })
            .ExtractAsync(outerReader, TestContext.Current.CancellationToken);
        TreeExtractResult two = await other!;

        Assert.True(hadPart);
        Assert.Equal((1, 1), (one.Files, two.Files));
        Assert.Equal(content, File.ReadAllBytes(tree.Combine("f")));
        Assert.Single(Directory.GetFileSystemEntries(tree.Path));
    }

    /// <summary>Another restore of the same archive has completed the part that this one wrote on, or put another file in its place.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Extract_PartIsTakenAway_NothingIncompleteGetsTheName(bool isComplete)
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        byte[] content = [.. Enumerable.Range(0, 3_000_000).Select(static i => (byte)(i % 251))];
        string part = tree.Write(TemporaryName.OfPart(new("f")).ToString(), content[..1000]);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(part, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        tree.Write("f", "old");
        using MemoryStream archive = new();
        PxarWriter writer = PxarWriter.Create(archive, PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101));
        writer.WriteFile(new("f"), s_file, content);
        writer.Finish();
        using ActingStream stream = new(archive.ToArray(), 2_000_000, () =>
        {
            if (isComplete)
                File.Move(part, tree.Combine("f"), overwrite: true);
            else
                File.Delete(part);
        });
        using PxarReader reader = new(stream);
        TreeExtractor extractor = new(
            tree.Path, new() { Existing = ExistingFiles.KeepSameContent, KeepParts = true, RestoreOwnership = false });

        if (isComplete)
        {
            await extractor.ExtractAsync(reader, TestContext.Current.CancellationToken);
            Assert.Equal(content, File.ReadAllBytes(tree.Combine("f")));
        }
        else
        {
            FileTreeException failure = await Assert.ThrowsAsync<FileTreeException>(() => extractor.ExtractAsync(reader, TestContext.Current.CancellationToken));
            Assert.Contains("another restore", failure.Message, StringComparison.Ordinal);
            Assert.Equal("old", File.ReadAllText(tree.Combine("f")));
        }
    }

    private static async Task ExtractAsync(TempTree tree, ExistingFiles policy, Action<PxarWriter> write, string? name, Action make)
    {
        using MemoryStream archive = new();
        PxarWriter writer = PxarWriter.Create(archive, PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101));
        write(writer);
        writer.Finish();
        bool made = false;
        HookTarget target = new(TargetTrees.Create(), static () => { }, created =>
        {
            // Null is a name for a time.
            if (made || (name is null ? !created.StartsWith(".proxsharp-", StringComparison.Ordinal) : created != name))
                return;
            made = true;
            make();
        });
        using PxarReader reader = new(new MemoryStream(archive.ToArray()));
        TreeExtractOptions options = new() { Existing = policy, KeepParts = true, RestoreOwnership = false };
        await new TreeExtractor(tree.Path, options, target).ExtractAsync(reader, TestContext.Current.CancellationToken);
        Assert.True(made);
    }

    /// <summary>Bytes; something happens once so many of them were read.</summary>
    private sealed class ActingStream(byte[] bytes, int after, Action act) : MemoryStream(bytes, writable: false)
    {
        private bool _hasActed;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position >= after && !_hasActed)
            {
                _hasActed = true;
                act();
            }

            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
