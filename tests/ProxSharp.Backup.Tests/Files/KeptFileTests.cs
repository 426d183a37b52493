using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Tests.Files;

public sealed class KeptFileTests
{
    private static readonly PxarMetadata Plain = PxarMetadata.Create(PxarEntryKind.File, 0b110_100_100) with { ModificationTime = new(1_600_000_000, 123_456_700) };

    // Version 2, with the right to bind to low ports.
    private static readonly byte[] Capability = [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    [Theory]
    [InlineData(ExistingFiles.KeepSameTime)]
    [InlineData(ExistingFiles.KeepSameContent)]
    public async Task Extract_KeptFileWithOtherAttributesAndAcl_MakesThemRight(ExistingFiles policy)
    {
        TempTree.RequireAll();
        PosixAclPermissions read = (PosixAclPermissions)4;
        const string name = "user.origin";
        PxarMetadata withAcl = Plain with { Acl = new() { Users = [new(1000, read)], GroupObject = read } };
        byte[] archive = Write(writer =>
        {
            writer.WriteFile(new("acl"), withAcl, "x"u8.ToArray());
            writer.WriteFile(new("attribute"), Plain with { Xattrs = [new(name, "right"u8.ToArray())] }, "x"u8.ToArray());
            writer.WriteFile(new("more"), Plain with { Xattrs = [new(name, "right"u8.ToArray())] }, "x"u8.ToArray());
            writer.WriteFile(new("plain"), Plain, "x"u8.ToArray());
        });
        // The same contents, times, owners and modes.
        byte[] other = Write(writer =>
        {
            writer.WriteFile(new("acl"), Plain, "x"u8.ToArray());
            writer.WriteFile(new("attribute"), Plain with { Xattrs = [new(name, "wrong"u8.ToArray())] }, "x"u8.ToArray());
            PxarXattr[] more = [new(name, "right"u8.ToArray()), new("user.more", "x"u8.ToArray()), new("trusted.more", "x"u8.ToArray())];
            writer.WriteFile(new("more"), Plain with { Xattrs = more, FileCapability = Capability }, "x"u8.ToArray());
            writer.WriteFile(new("plain"), withAcl, "x"u8.ToArray());
        });
        using TempTree tree = new();
        await Archives.ExtractAsync(other, tree.Path);
        Assert.NotEqual(Archives.Describe(archive), Archives.Describe(await Archives.WriteAsync(tree.Path)));
        TreeExtractResult result = await Archives.ExtractAsync(archive, tree.Path, new() { Existing = policy });
        Assert.Equal(4, result.KeptFiles);
        Assert.Empty(result.Warnings);
        Assert.Equal(Archives.Describe(archive), Archives.Describe(await Archives.WriteAsync(tree.Path)));
    }

    /// <summary>What has a name outside of the tree too may get the content, but nothing else there changes.</summary>
    [Theory]
    [InlineData(ExistingFiles.KeepSameTime, "mode")]
    [InlineData(ExistingFiles.KeepSameTime, "attribute")]
    [InlineData(ExistingFiles.KeepSameContent, "mode")]
    [InlineData(ExistingFiles.KeepSameContent, "time")]
    [InlineData(ExistingFiles.KeepSameContent, "attribute")]
    public async Task Extract_FileWithANameElsewhere_IsReplacedUnlessItIsRight(ExistingFiles policy, string what)
    {
        TempTree.RequireAll();
        PxarMetadata metadata = Plain with { Xattrs = [new("user.origin", "right"u8.ToArray())] };
        byte[] archive = Write(writer => writer.WriteFile(new("f"), metadata, "x"u8.ToArray()));
        byte[] other = Write(writer => writer.WriteFile(new("f"), what switch
        {
            "mode" => metadata with { Mode = metadata.Mode & ~0b100u },
            "time" => metadata with { ModificationTime = new(1_500_000_000, 0) },
            _ => metadata with { Xattrs = [new("user.origin", "wrong"u8.ToArray())] },
        }, "x"u8.ToArray()));
        using TempTree tree = new();
        using TempTree outside = new();
        await Archives.ExtractAsync(other, tree.Path);
        using (ITargetDirectory root = TargetTrees.Create().OpenRoot(tree.Path))
        using (ITargetDirectory elsewhere = TargetTrees.Create().OpenRoot(outside.Path))
            elsewhere.MakeLink(new("f"), root, new("f"));
        string before = Archives.Describe(await Archives.WriteAsync(outside.Path))[1];

        TreeExtractResult first = await Archives.ExtractAsync(archive, tree.Path, new() { Existing = policy });
        TreeExtractResult second = await Archives.ExtractAsync(archive, tree.Path, new() { Existing = policy });

        Assert.Equal((0, 1), (first.KeptFiles, second.KeptFiles));
        Assert.Equal(before, Archives.Describe(await Archives.WriteAsync(outside.Path))[1]);
        Assert.Equal(Archives.Describe(archive), Archives.Describe(await Archives.WriteAsync(tree.Path)));
    }

    /// <summary>Whoever may not read a file may replace it all the same, if its directory can be written to.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(300_000)]
    public async Task Extract_FileThatMayNotBeRead_IsReplaced(int length)
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        byte[] content = [.. Enumerable.Range(0, length).Select(static i => (byte)(i % 251))];
        byte[] archive = Write(writer => writer.WriteFile(new("f"), Plain, content));
        File.WriteAllBytes(tree.Combine("f"), new byte[length]);
        FileTreeException denied = new(FileTreeFault.Denied, "f", "Unable to open \"f\": permission denied.");
        HookTarget target = new(TargetTrees.Create(), () => throw denied);
        using PxarReader reader = new(new MemoryStream(archive));

        TreeExtractResult result = await new TreeExtractor(tree.Path, new() { Existing = ExistingFiles.KeepSameContent, KeepParts = true }, target)
            .ExtractAsync(reader, TestContext.Current.CancellationToken);

        Assert.Equal((1, 0), (result.Files, result.KeptFiles));
        Assert.Equal(content, File.ReadAllBytes(tree.Combine("f")));
        Assert.Single(Directory.GetFileSystemEntries(tree.Path));
    }

    [Theory]
    [InlineData(ExistingFiles.Skip, true)]
    [InlineData(ExistingFiles.Skip, false)]
    [InlineData(ExistingFiles.Overwrite, true)]
    public async Task Extract_IntoADirectoryThatExists_SkipLeavesItAsItIs(ExistingFiles policy, bool exists)
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        string target = tree.Combine("target");
        UnixFileMode closed = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (exists && !OperatingSystem.IsWindows())
            Directory.CreateDirectory(target, closed);
        byte[] archive = Write(static writer => writer.WriteFile(new("f"), Plain, "x"u8.ToArray()));

        TreeExtractResult result = await Archives.ExtractAsync(archive, target, new() { Existing = policy });

        bool stays = exists && policy == ExistingFiles.Skip;
        Assert.Equal(stays ? 1 : 2, result.Entries);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(stays, File.GetUnixFileMode(target) == closed);
    }

    [Theory]
    [InlineData(ExistingFiles.KeepSameTime, 1)]
    [InlineData(ExistingFiles.KeepSameContent, 1)]
    [InlineData(ExistingFiles.KeepSameContent, 300_000)]
    public async Task Extract_FileWithSeveralNamesOfTheTree_IsKeptWithAll(ExistingFiles policy, int length)
    {
        TempTree.RequireAll();
        PosixAclPermissions read = (PosixAclPermissions)4;
        PxarMetadata metadata = Plain with
        {
            UserId = 1000,
            Flags = PxarFlags.NoDump,
            Acl = new() { Users = [new(1000, read)], GroupObject = read },
            Xattrs = [new("user.origin", "here"u8.ToArray()), new("trusted.more", "x"u8.ToArray())],
            FileCapability = Capability,
        };
        byte[] archive = Write(writer =>
        {
            writer.WriteFile(new("f"), metadata, new byte[length]);
            writer.WriteHardLink(new("g"), writer.GetLastFile());
        });
        using TempTree tree = new();
        await Archives.ExtractAsync(archive, tree.Path);
        using ITargetDirectory root = TargetTrees.Create().OpenRoot(tree.Path);
        ulong inode = root.Find(new("f"))!.Value.Inode;

        TreeExtractResult result = await Archives.ExtractAsync(archive, tree.Path, new() { Existing = policy });

        Assert.Equal(1, result.KeptFiles);
        Assert.Equal((inode, inode), (root.Find(new("f"))!.Value.Inode, root.Find(new("g"))!.Value.Inode));
        Assert.Equal(Archives.Describe(archive), Archives.Describe(await Archives.WriteAsync(tree.Path)));
    }

    [Theory]
    [InlineData(PxarFlags.Immutable, ExistingFiles.KeepSameTime)]
    [InlineData(PxarFlags.Immutable, ExistingFiles.KeepSameContent)]
    [InlineData(PxarFlags.Append, ExistingFiles.KeepSameTime)]
    public async Task Extract_LockedFileThatIsRightAlready_IsKeptWithoutWarning(PxarFlags flag, ExistingFiles policy)
    {
        TempTree.RequireAll();
        PosixAclPermissions read = (PosixAclPermissions)4;
        PxarMetadata locked = Plain with
        {
            Flags = flag,
            UserId = 1000,
            GroupId = 1001,
            Acl = new() { Users = [new(1000, read)], GroupObject = read },
            Xattrs = [new("user.origin", "here"u8.ToArray())],
        };
        byte[] archive = Write(writer => writer.WriteFile(new("f"), locked, "x"u8.ToArray()));
        using TempTree tree = new();
        TreeExtractResult first = await Archives.ExtractAsync(archive, tree.Path);
        TreeExtractResult second = await Archives.ExtractAsync(archive, tree.Path, new() { Existing = policy });
        byte[] again = await Archives.WriteAsync(tree.Path);
        Unlock(tree.Combine("f"));

        Assert.Empty(first.Warnings);
        Assert.Empty(second.Warnings);
        Assert.Equal(1, second.KeptFiles);
        Assert.Equal(Archives.Describe(archive), Archives.Describe(again));
    }

    [Theory]
    [InlineData(PxarFlags.Immutable)]
    [InlineData(PxarFlags.Append)]
    public async Task Extract_LockedFileOfAnotherOwner_IsAWarningForThisFileOnly(PxarFlags flag)
    {
        TempTree.RequireAll();
        byte[] old = Write(writer => writer.WriteFile(new("locked"), Plain with { Flags = flag }, "x"u8.ToArray()));
        byte[] wanted = Write(writer =>
        {
            writer.WriteFile(new("free"), Plain with { UserId = 1000, GroupId = 1001 }, "x"u8.ToArray());
            writer.WriteFile(new("locked"), Plain with { UserId = 1000, GroupId = 1001, Flags = flag }, "x"u8.ToArray());
        });
        using TempTree tree = new();
        await Archives.ExtractAsync(old, tree.Path);
        TreeExtractResult result = await Archives.ExtractAsync(wanted, tree.Path, new() { Existing = ExistingFiles.KeepSameTime });
        byte[] again = await Archives.WriteAsync(tree.Path);
        Unlock(tree.Combine("locked"));

        FileWarning warning = Assert.Single(result.Warnings);
        Assert.Equal((FileWarningKind.Metadata, "/locked"), (warning.Kind, warning.Path));
        Assert.Equal("Unable to set the owner 1000:1001: what is there is immutable or append-only.", warning.Message);
        Assert.Equal(1000u, Archives.Open(again).Find("free")!.Entry.Metadata!.UserId);
    }

    /// <summary>What a restore that was killed leaves: the beginning of a file, without its metadata.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(262_144)]
    [InlineData(700_001)]
    [InlineData(1_310_000)]
    public async Task Extract_PartOfALargeFile_IsContinuedInPlace(int there)
    {
        byte[] content = Content();
        byte[] archive = Write(writer => writer.WriteFile(new("large"), Plain, content));
        using TempTree tree = new();
        string path = WritePart(tree, content[..there]);
        using FileStream same = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);

        TreeExtractResult result = await Archives.ExtractAsync(archive, tree.Path, new() { Existing = ExistingFiles.KeepSameContent, RestoreOwnership = false });

        Assert.Equal(content, File.ReadAllBytes(path));
        Assert.Equal(content.Length, same.Length);
        Assert.Equal((1, 0), (result.Files, result.KeptFiles));
        Assert.Equal(Plain.ModificationTime.Seconds, new DateTimeOffset(File.GetLastWriteTimeUtc(path)).ToUnixTimeSeconds());
    }

    [Theory]
    [InlineData("other bytes")]
    [InlineData("longer")]
    [InlineData("two names")]
    [InlineData("open to others")]
    public async Task Extract_ForeignFileInThePlaceOfALargeOne_IsReplacedAsAWhole(string what)
    {
        TempTree.RequireLinux();
        byte[] content = Content();
        byte[] archive = Write(writer => writer.WriteFile(new("large"), Plain, content));
        using TempTree tree = new();
        byte[] foreign = what == "longer" ? [.. content, 1, 2, 3] : content[..700_001];
        foreign[600_000] ^= what == "other bytes" ? (byte)1 : (byte)0;
        string path = WritePart(tree, foreign);
        if (what == "two names")
        {
            using ITargetDirectory root = TargetTrees.Create().OpenRoot(tree.Path);
            root.MakeLink(new("second"), root, new("large"));
        }

        if (what == "open to others" && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        using FileStream old = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);

        await Archives.ExtractAsync(archive, tree.Path, new() { Existing = ExistingFiles.KeepSameContent, RestoreOwnership = false });

        Assert.Equal(content, File.ReadAllBytes(path));
        byte[] before = new byte[old.Length];
        old.ReadExactly(before);
        Assert.Equal(foreign, before);
    }

    /// <summary>It is what a restore left when it is looked at, and something else when it is opened.</summary>
    [Theory]
    [InlineData("two names")]
    [InlineData("another file")]
    public async Task Extract_PartThatIsReplacedBeforeItIsOpened_IsNotWrittenTo(string what)
    {
        TempTree.RequireLinux();
        byte[] content = Content();
        byte[] archive = Write(writer => writer.WriteFile(new("large"), Plain, content));
        using TempTree tree = new();
        string path = WritePart(tree, content[..700_001]);
        HookTarget target = new(TargetTrees.Create(), () => Replace(tree, what));
        using PxarReader reader = new(new MemoryStream(archive));
        TreeExtractOptions options = new() { Existing = ExistingFiles.KeepSameContent, RestoreOwnership = false };

        await new TreeExtractor(tree.Path, options, target).ExtractAsync(reader, TestContext.Current.CancellationToken);

        Assert.Equal(content, File.ReadAllBytes(path));
        Assert.Equal(content[..700_001], File.ReadAllBytes(tree.Combine("second")));
    }

    [Fact]
    public async Task Extract_FileOfTheSameTimeThatIsReplacedBeforeItIsOpened_IsNotKept()
    {
        TempTree.RequireLinux();
        byte[] archive = Write(writer => writer.WriteFile(new("f"), Plain, "right"u8.ToArray()));
        using TempTree tree = new();
        await Archives.ExtractAsync(archive, tree.Path, new() { RestoreOwnership = false });
        HookTarget target = new(TargetTrees.Create(), () => tree.Write("f", "wrong"));
        using PxarReader reader = new(new MemoryStream(archive));
        TreeExtractOptions options = new() { Existing = ExistingFiles.KeepSameTime, RestoreOwnership = false };

        TreeExtractResult result = await new TreeExtractor(tree.Path, options, target).ExtractAsync(reader, TestContext.Current.CancellationToken);

        Assert.Equal(0, result.KeptFiles);
        Assert.Equal("right", File.ReadAllText(tree.Combine("f")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Extract_CancelledInALargeFile_KeepsThePartIfWanted(bool keep)
    {
        byte[] content = Content();
        byte[] archive = Write(writer => writer.WriteFile(new("large"), Plain, content));
        using TempTree tree = new();
        using CancellationTokenSource stop = new();
        using StoppingStream stream = new(archive, 1 << 20, stop);
        using PxarReader reader = new(stream);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new TreeExtractor(tree.Path, new() { KeepParts = keep, RestoreOwnership = false }).ExtractAsync(reader, stop.Token));

        Assert.False(File.Exists(tree.Combine("large")));
        Assert.Equal(keep ? [TemporaryName.OfPart(new("large")).ToString()] : [], Directory.GetFiles(tree.Path).Select(Path.GetFileName));
        await Archives.ExtractAsync(archive, tree.Path, new() { Existing = ExistingFiles.KeepSameContent, RestoreOwnership = false });
        Assert.Equal(content, File.ReadAllBytes(tree.Combine("large")));
    }

    // Nobody can delete it before.
    private static void Unlock(string path)
    {
        using LinuxFlags flags = new(path);
        flags.Set(flags.Get()!.Value & ~0x30u);
    }

    private static void Replace(TempTree tree, string what)
    {
        using ITargetDirectory root = TargetTrees.Create().OpenRoot(tree.Path);
        if (what == "another file")
        {
            tree.Write("second", File.ReadAllBytes(tree.Combine("large")));
            File.Delete(tree.Combine("large"));
            root.MakeLink(new("large"), root, new("second"));
        }
        else
        {
            root.MakeLink(new("second"), root, new("large"));
        }
    }

    // Random but for a hole in the middle and one at the end.
    private static byte[] Content()
    {
        byte[] content = new byte[1_400_000];
        new Random(7).NextBytes(content.AsSpan(0, 1_300_000));
        content.AsSpan(500_000, 100_000).Clear();
        return content;
    }

    private static string WritePart(TempTree tree, byte[] bytes)
    {
        string path = tree.Combine("large");
        File.WriteAllBytes(path, bytes);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private static byte[] Write(Action<PxarWriter> fill) => Archives.Make(PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101), fill);
}
