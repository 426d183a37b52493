using System.Text;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Tests.Files;

public sealed class TreeExtractorTests
{
    private static readonly PxarMetadata Plain = Archives.Own(PxarEntryKind.File, 0b110_100_100) with { ModificationTime = new(1_600_000_000, 123_456_700) };
    private static readonly PxarMetadata PlainDirectory = Archives.Own(PxarEntryKind.Directory, 0b111_101_101) with { ModificationTime = new(1_500_000_000, 0) };

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Extract_RandomTree_ArchivesTheSame(int seed)
    {
        TempTree.RequireAll();
        byte[] archive = DiskTree.Write(seed);
        using TempTree tree = new();
        TreeExtractResult result = await Archives.ExtractAsync(archive, tree.Path);
        Assert.Empty(result.Warnings);
        Assert.Equal(Archives.Describe(archive), Archives.Describe(await Archives.WriteAsync(tree.Path)));
        using TempTree second = new();
        await new TreeExtractor(second.Path).ExtractAsync(Archives.Open(archive), Token);
        Assert.Equal(Archives.Describe(archive), Archives.Describe(await Archives.WriteAsync(second.Path)));
        Assert.Equal(Archives.Describe(archive).Count, result.Entries);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Extract_RandomTreeAgain_EndsTheSameWithEveryPolicy(int seed)
    {
        TempTree.RequireAll();
        byte[] archive = DiskTree.Write(seed);
        using TempTree tree = new();
        TreeExtractResult first = await Archives.ExtractAsync(archive, tree.Path);
        foreach (ExistingFiles policy in new[] { ExistingFiles.Overwrite, ExistingFiles.Skip, ExistingFiles.KeepSameTime, ExistingFiles.KeepSameContent })
        {
            TreeExtractResult again = await Archives.ExtractAsync(archive, tree.Path, new() { Existing = policy });
            Assert.Equal(Archives.Describe(archive), Archives.Describe(await Archives.WriteAsync(tree.Path)));
            Assert.Equal(policy is ExistingFiles.KeepSameTime or ExistingFiles.KeepSameContent ? first.Files : 0, again.KeptFiles);
            Assert.Equal(policy == ExistingFiles.Skip, again.SkippedEntries > 0);
        }
    }

    [Theory]
    [InlineData(ExistingFiles.Overwrite)]
    [InlineData(ExistingFiles.KeepSameTime)]
    [InlineData(ExistingFiles.KeepSameContent)]
    public async Task Extract_OverOtherFiles_ReplacesThem(ExistingFiles policy)
    {
        byte[] large = [.. Enumerable.Range(0, 1_000_000).Select(i => (byte)(i / 1000))];
        byte[] archive = Archive(writer =>
        {
            writer.WriteFile(new("large"), Plain, large);
            writer.WriteFile(new("small"), Plain, "right"u8.ToArray());
        });
        using TempTree tree = new();
        byte[] wrong = [.. large];
        wrong[700_000] ^= 1;
        tree.Write("large", wrong);
        string small = tree.Write("small", "wrong");
        string other = tree.Combine("keeps-the-old-content");
        if (OperatingSystem.IsLinux())
            Assert.Equal(0, Link(small, other));
        TreeExtractResult result = await Archives.ExtractAsync(archive, tree.Path, new() { Existing = policy });
        Assert.Equal(0, result.KeptFiles);
        Assert.Equal(large, await File.ReadAllBytesAsync(tree.Combine("large"), Token));
        Assert.Equal("right", await File.ReadAllTextAsync(small, Token));
        if (OperatingSystem.IsLinux())
            Assert.Equal("wrong", await File.ReadAllTextAsync(other, Token));
        Assert.DoesNotContain(Directory.GetFiles(tree.Path), path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Extract_OverExisting_FailsByDefault()
    {
        using TempTree tree = new();
        tree.Write("file", "old");
        byte[] archive = Archive(writer => writer.WriteFile(new("file"), Plain, "new"u8.ToArray()));
        await Assert.ThrowsAsync<FileTreeException>(() => Archives.ExtractAsync(archive, tree.Path));
        Assert.Equal("old", await File.ReadAllTextAsync(tree.Combine("file"), Token));
        using TempTree second = new();
        Directory.CreateDirectory(second.Combine("d"));
        byte[] directory = Archive(writer => AddDirectory(writer, "d", static _ => { }));
        await Assert.ThrowsAsync<FileTreeException>(() => Archives.ExtractAsync(directory, second.Path));
    }

    [Fact]
    public async Task Extract_FileWhereDirectoryIs_NeverDeletesIt()
    {
        using TempTree tree = new();
        tree.Write("d/precious", "x");
        byte[] archive = Archive(writer => writer.WriteFile(new("d"), Plain, "new"u8.ToArray()));
        FileTreeException refused = await Assert.ThrowsAsync<FileTreeException>(
            () => Archives.ExtractAsync(archive, tree.Path, new() { Existing = ExistingFiles.Overwrite }));
        Assert.Equal(FileTreeFault.OtherKind, refused.Fault);
        Assert.True(File.Exists(tree.Combine("d/precious")));
    }

    [Fact]
    public async Task Extract_DirectoryWhereLinkIs_WritesNothingThere()
    {
        TempTree.RequireLinux();
        using TempTree outside = new();
        using TempTree tree = new();
        File.CreateSymbolicLink(tree.Combine("d"), outside.Path);
        byte[] archive = Archive(writer => AddDirectory(writer, "d", inner => inner.WriteFile(new("evil"), Plain, "x"u8.ToArray())));
        foreach (ExistingFiles policy in Enum.GetValues<ExistingFiles>().Where(static policy => policy != ExistingFiles.Skip))
        {
            FileTreeException exception = await Assert.ThrowsAsync<FileTreeException>(() => Archives.ExtractAsync(archive, tree.Path, new() { Existing = policy }));
            Assert.True(exception.Fault is FileTreeFault.OtherKind or FileTreeFault.Exists);
        }

        Assert.Equal(1, (await Archives.ExtractAsync(archive, tree.Path, new() { Existing = ExistingFiles.Skip })).WarningCount);
        Assert.Empty(Directory.GetFileSystemEntries(outside.Path));
    }

    [Fact]
    public async Task Extract_FileWhereLinkIs_ReplacesTheLink()
    {
        TempTree.RequireLinux();
        using TempTree outside = new();
        string victim = outside.Write("victim", "precious");
        using TempTree tree = new();
        File.CreateSymbolicLink(tree.Combine("f"), victim);
        byte[] archive = Archive(writer => writer.WriteFile(new("f"), Plain, "precious"u8.ToArray()));
        await Archives.ExtractAsync(archive, tree.Path, new() { Existing = ExistingFiles.KeepSameContent });
        Assert.Null(new FileInfo(tree.Combine("f")).LinkTarget);
        Assert.NotEqual(Plain.ModificationTime, PxarTimestamp.FromDateTimeOffset(File.GetLastWriteTimeUtc(victim)));
    }

    [Theory]
    [InlineData("aaaa/victim", "../../victim")]
    [InlineData("aaaa/victim", "/etc/hostname")]
    [InlineData("aaaa/victim", "link/victim")]
    [InlineData("aaaa/victim", "aaaa/./vict")]
    [InlineData("aaaa/victim", "nothing/her")]
    public async Task Extract_HostileHardLink_LinksNothing(string target, string hostile)
    {
        TempTree.RequireLinux();
        using TempTree outside = new();
        outside.Write("victim", "precious");
        using TempTree tree = new();
        byte[] archive = Archive(writer =>
        {
            PxarLinkTarget file = null!;
            AddDirectory(writer, "aaaa", inner =>
            {
                inner.WriteFile(new("victim"), Plain, "x"u8.ToArray());
                file = inner.GetLastFile();
            });
            writer.WriteSymlink(new("link"), Archives.Own(PxarEntryKind.Symlink, 0x1FF), Encoding.UTF8.GetBytes(outside.Path));
            writer.WriteHardLink(new("zzzz"), file);
        });
        int at = archive.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes(target + "\0"));
        string padded = hostile.Length > target.Length ? hostile[..target.Length] : hostile.PadRight(target.Length, 'x');
        Encoding.UTF8.GetBytes(padded).CopyTo(archive.AsSpan(at));
        TreeExtractResult result = null!;
        Exception? exception = await Record.ExceptionAsync(async () => result = await Archives.ExtractAsync(archive, tree.Path));
        Assert.True(exception is null or ProxmoxProtocolException, exception?.ToString());
        if (exception is null)
            Assert.Equal((FileWarningKind.Damaged, "/zzzz"), (Assert.Single(result.Warnings).Kind, result.Warnings[0].Path));
        Assert.False(File.Exists(tree.Combine("zzzz")));
    }

    [Fact]
    public async Task Extract_OddAttributeNames_AreNotSet()
    {
        TempTree.RequireAll();
        byte[] archive = Archive(writer => writer.WriteFile(new("f"), Plain with { Xattrs = [new("security.selinux", "x"u8.ToArray()), new("user.ok", "y"u8.ToArray())] }, "x"u8.ToArray()));
        using TempTree tree = new();
        TreeExtractResult result = await Archives.ExtractAsync(archive, tree.Path);
        Assert.Contains("security.selinux", Assert.Single(result.Warnings).Message, StringComparison.Ordinal);
        PxarEntry entry = Archives.Open(await Archives.WriteAsync(tree.Path)).Find("f")!.Entry;
        Assert.Equal("user.ok", PxarName.Text(Assert.Single(entry.Metadata!.Xattrs).Name.Span));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Extract_ImmutableFile_KeepsItsFlagsAndTime(bool replaces)
    {
        TempTree.RequireAll();
        byte[] archive = Archive(writer => writer.WriteFile(new("f"), Plain with { Flags = PxarFlags.Immutable | PxarFlags.NoAccessTime }, "x"u8.ToArray()));
        using TempTree tree = new();
        if (replaces)
            tree.Write("f", "old");
        TreeExtractResult result = await Archives.ExtractAsync(archive, tree.Path, new() { Existing = ExistingFiles.Overwrite });
        byte[] again = await Archives.WriteAsync(tree.Path);
        using (LinuxFlags flags = new(tree.Combine("f")))
            flags.Set(flags.Get()!.Value & ~0x10u);
        Assert.Empty(result.Warnings);
        Assert.Equal(archive, again);
    }

    [Fact]
    public async Task Extract_IntoDirectoryWithDefaultAcl_InheritsNothing()
    {
        TempTree.RequireAll();
        PosixAclPermissions all = (PosixAclPermissions)7;
        PosixAcl acl = new() { Defaults = new(all, all, all, all), DefaultUsers = [new(1000, all)] };
        using TempTree tree = new();
        await Archives.ExtractAsync(Archive(writer =>
        {
            writer.BeginDirectory(new("d"), PlainDirectory with { Acl = acl });
            writer.EndDirectory();
        }), tree.Path);
        byte[] archive = Archive(writer => AddDirectory(writer, "d", inner =>
        {
            inner.WriteFile(new("f"), Plain, "x"u8.ToArray());
            inner.WriteSpecial(new("pipe"), Archives.Own(PxarEntryKind.Fifo, 0b110_100_000));
            AddDirectory(inner, "sub", static _ => { });
        }));
        await Archives.ExtractAsync(archive, tree.Path, new() { Existing = ExistingFiles.Overwrite });
        Assert.Equal(Archives.Describe(archive), Archives.Describe(await Archives.WriteAsync(tree.Path)));
    }

    [Fact]
    public async Task Extract_WithPatterns_RestoresOnlyWhatMatches()
    {
        byte[] archive = Sample();
        (string Pattern, string[] Paths)[] cases =
        [
            ("/etc/hosts", ["etc", "etc/hosts"]),
            ("*.conf", ["etc", "etc/a.conf", "etc/sub", "etc/sub/b.conf"]),
            ("/etc/sub", ["etc", "etc/sub", "etc/sub/b.conf", "etc/sub/c"]),
            ("empty/", ["empty"]),
            ("nothing", []),
        ];
        foreach ((string pattern, string[] paths) in cases)
        {
            TreeExtractOptions options = new() { Includes = [PathPattern.Parse(pattern)] };
            using TempTree tree = new();
            await Archives.ExtractAsync(archive, tree.Path, options);
            Assert.Equal(paths.Order(StringComparer.Ordinal), Paths(tree));
            using TempTree second = new();
            await new TreeExtractor(second.Path, options).ExtractAsync(Archives.Open(archive), Token);
            Assert.Equal(paths.Order(StringComparer.Ordinal), Paths(second));
        }
    }

    [Fact]
    public async Task Extract_PatternsWithExceptions_LastOneWins()
    {
        using TempTree tree = new();
        await Archives.ExtractAsync(Sample(), tree.Path, new() { Includes = [PathPattern.Parse("/etc"), PathPattern.Parse("!*.conf"), PathPattern.Literal("etc/sub/b.conf")] });
        Assert.Equal(["etc", "etc/hosts", "etc/sub", "etc/sub/b.conf", "etc/sub/c"], Paths(tree));
    }

    [Fact]
    public async Task Extract_LinkWithoutItsFile_BecomesTheFile()
    {
        byte[] archive = Archive(writer =>
        {
            writer.WriteFile(new("a"), Plain, "content"u8.ToArray());
            PxarLinkTarget target = writer.GetLastFile();
            writer.WriteHardLink(new("b"), target);
            writer.WriteHardLink(new("c"), target);
        });
        TreeExtractOptions options = new() { Includes = [PathPattern.Parse("b"), PathPattern.Parse("c")] };
        using TempTree tree = new();
        await new TreeExtractor(tree.Path, options).ExtractAsync(Archives.Open(archive), Token);
        Assert.Equal(["b", "c"], Paths(tree));
        Assert.Equal("content", await File.ReadAllTextAsync(tree.Combine("c"), Token));
        if (Libc.IsSupported)
        {
            using IFileNode node = FileTrees.Create().OpenRoot(tree.Combine("c"));
            Assert.Equal(2u, node.Stat.Links);
        }

        using TempTree second = new();
        TreeExtractResult result = await Archives.ExtractAsync(archive, second.Path, options);
        Assert.Equal(2, result.WarningCount);
        Assert.Empty(Paths(second));
    }

    [Fact]
    public async Task Extract_SparseFile_TakesNoSpace()
    {
        TempTree.RequireLinux();
        byte[] content = new byte[8 << 20];
        content[5_000_000] = 1;
        byte[] archive = Archive(writer =>
        {
            writer.WriteFile(new("large"), Plain, content);
            writer.WriteFile(new("zeros"), Plain, new byte[200_000]);
        });
        using TempTree tree = new();
        await Archives.ExtractAsync(archive, tree.Path);
        Assert.Equal(content, await File.ReadAllBytesAsync(tree.Combine("large"), Token));
        Assert.Equal(new byte[200_000], await File.ReadAllBytesAsync(tree.Combine("zeros"), Token));
        Assert.All(new[] { "large", "zeros" }, name =>
        {
            using IFileNode node = FileTrees.Create().OpenRoot(tree.Combine(name));
            Assert.True(node.Stat.IsSparse);
        });
        using TempTree full = new();
        await Archives.ExtractAsync(archive, full.Path, new() { Sparse = false });
        using IFileNode whole = FileTrees.Create().OpenRoot(full.Combine("large"));
        Assert.False(whole.Stat.IsSparse);
    }

    [Fact]
    public async Task Extract_DeepTreeOfLongNames_RoundTrips()
    {
        TempTree.RequireLinux();
        const int Depth = 200;
        byte[] archive = Archive(writer =>
        {
            for (int level = 0; level < Depth; level++)
                writer.BeginDirectory(new(new string((char)('a' + (level % 26)), 255)), PlainDirectory);
            writer.WriteFile(new(new string('z', 255)), Plain, "deep"u8.ToArray());
            for (int level = 0; level < Depth; level++)
                writer.EndDirectory();
        });
        using TempTree tree = new();
        TreeExtractResult result = await Archives.ExtractAsync(archive, tree.Path);
        Assert.Equal(Depth + 2, result.Entries);
        Assert.Equal(Archives.Describe(archive)[1..], Archives.Describe(await Archives.WriteAsync(tree.Path))[1..]);
    }

    [Fact]
    public async Task Extract_Cancelled_LeavesNoPartOfAFile()
    {
        byte[] archive = Archive(writer =>
        {
            writer.WriteFile(new("a"), Plain, "whole"u8.ToArray());
            writer.WriteFile(new("b"), Plain, new byte[4 << 20]);
        });
        using TempTree tree = new();
        using CancellationTokenSource stop = new();
        using StoppingStream stream = new(archive, 1 << 20, stop);
        using PxarReader reader = new(stream);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new TreeExtractor(tree.Path).ExtractAsync(reader, stop.Token));
        Assert.Equal(["a"], Paths(tree));
    }

    [Fact]
    public async Task Extract_DamagedArchive_LeavesNoPartOfAFile()
    {
        byte[] archive = Archive(writer => writer.WriteFile(new("b"), Plain, new byte[4 << 20]));
        using TempTree tree = new();
        await Assert.ThrowsAsync<ProxmoxProtocolException>(() => Archives.ExtractAsync(archive[..(2 << 20)], tree.Path));
        Assert.Empty(Paths(tree));
    }

    [Fact]
    public async Task Extract_NameTooLongForTheFileSystem_IsLeftOutAndTold()
    {
        TempTree.RequireLinux();
        byte[] archive = Archive(writer =>
        {
            AddDirectory(writer, new string('d', 300), inner => inner.WriteFile(new("inside"), Plain, "x"u8.ToArray()));
            writer.WriteFile(new("f"), Plain, "x"u8.ToArray());
            writer.WriteFile(new(new string('g', 300)), Plain, "x"u8.ToArray());
        });
        using TempTree tree = new();
        TreeExtractResult result = await Archives.ExtractAsync(archive, tree.Path);
        Assert.Equal(["f"], Paths(tree));
        Assert.Equal(2, result.WarningCount);
        Assert.All(result.Warnings, warning => Assert.Equal(FileWarningKind.NotCreated, warning.Kind));
    }

    [Fact]
    public async Task Extract_NotAsRoot_RestoresWhatItMayAndTellsTheRest()
    {
        TempTree.RequireLinux();
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "Root may do everything.");
        byte[] archive = Archive(writer =>
        {
            writer.WriteDevice(new("device"), PxarMetadata.Create(PxarEntryKind.CharacterDevice, 0), 1, 3);
            writer.WriteFile(new("f"), Plain with { UserId = 0 }, "x"u8.ToArray());
            writer.WriteFile(new("g"), Plain with { UserId = 0, Mode = 0x8000 | 0b100_111_101_101 }, "y"u8.ToArray());
            writer.WriteSpecial(new("pipe"), Archives.Own(PxarEntryKind.Fifo, 0b110_000_000));
        });
        using TempTree tree = new();
        TreeExtractResult result = await Archives.ExtractAsync(archive, tree.Path);
        FileWarningKind[] expected = [FileWarningKind.Metadata, FileWarningKind.NotKept, FileWarningKind.NotCreated];
        Assert.Equal(expected.Order(), result.Warnings.Select(warning => warning.Kind).Order());
        Assert.Equal(["f", "g", "pipe"], Paths(tree));
        using IFileNode node = FileTrees.Create().OpenRoot(tree.Combine("g"));
        Assert.Equal((0b111_101_101u, Plain.ModificationTime), (node.Stat.Mode & 0xFFF, node.Stat.ModificationTime));
    }

    [Fact]
    public async Task Extract_WithoutOwnership_TakesSetUserIdAway()
    {
        TempTree.RequireLinux();
        byte[] archive = Archive(writer => writer.WriteFile(new("su"), Plain with { Mode = 0x8000 | 0b100_111_101_101, UserId = 12345 }, "x"u8.ToArray()));
        using TempTree tree = new();
        TreeExtractResult result = await Archives.ExtractAsync(archive, tree.Path, new() { RestoreOwnership = false });
        using IFileNode node = FileTrees.Create().OpenRoot(tree.Combine("su"));
        Assert.Equal(0b111_101_101u, node.Stat.Mode & 0xFFF);
        Assert.Single(result.Warnings);
    }

    [Fact]
    public async Task Extract_ByPortableMeans_RestoresContentsTimesAndLinks()
    {
        byte[] archive = Archive(writer =>
        {
            AddDirectory(writer, "d", inner =>
            {
                inner.WriteFile(new("f"), Plain, "content"u8.ToArray());
                PxarLinkTarget target = inner.GetLastFile();
                inner.WriteHardLink(new("g"), target);
            });
            writer.WriteSymlink(new("l"), Archives.Own(PxarEntryKind.Symlink, 0x1FF), "d/f"u8.ToArray());
            writer.WriteSpecial(new("pipe"), Archives.Own(PxarEntryKind.Fifo, 0));
        });
        using TempTree tree = new();
        using PxarReader reader = new(new MemoryStream(archive));
        TreeExtractResult result = await new TreeExtractor(tree.Path, new() { Existing = ExistingFiles.Overwrite }, new PortableTarget()).ExtractAsync(reader, Token);
        Assert.Equal([FileWarningKind.NotKept, FileWarningKind.NotCreated], result.Warnings.Select(warning => warning.Kind));
        Assert.Equal("content", await File.ReadAllTextAsync(tree.Combine("d/g"), Token));
        Assert.Equal(1_500_000_000, new DateTimeOffset(Directory.GetLastWriteTimeUtc(tree.Combine("d"))).ToUnixTimeSeconds());
        using MemoryStream again = new();
        await new DirectoryArchiver(tree.Path, null, new PortableTree()).WriteAsync(again, cancellationToken: Token);
        PxarArchive copy = Archives.Open(again.ToArray());
        Assert.Equal("d/f", PxarName.Text(copy.Find("l")!.Entry.LinkTarget.Span));
        Assert.Equal(Plain.ModificationTime, copy.Find("d/f")!.Entry.Metadata!.ModificationTime);
        Assert.Equal(Plain.Mode, copy.Find("d/f")!.Entry.Metadata!.Mode);
    }

    private static byte[] Sample() => Archive(writer =>
    {
        AddDirectory(writer, "empty", static _ => { });
        AddDirectory(writer, "etc", inner =>
        {
            inner.WriteFile(new("a.conf"), Plain, "a"u8.ToArray());
            inner.WriteFile(new("hosts"), Plain, "h"u8.ToArray());
            AddDirectory(inner, "sub", deep =>
            {
                deep.WriteFile(new("b.conf"), Plain, "b"u8.ToArray());
                deep.WriteFile(new("c"), Plain, "c"u8.ToArray());
            });
        });
        writer.WriteFile(new("top"), Plain, "t"u8.ToArray());
    });

    private static void AddDirectory(PxarWriter writer, string name, Action<PxarWriter> fill)
    {
        writer.BeginDirectory(new(name), PlainDirectory);
        fill(writer);
        writer.EndDirectory();
    }

    private static byte[] Archive(Action<PxarWriter> fill) => Archives.Make(PlainDirectory, fill);

    private static IEnumerable<string> Paths(TempTree tree) => Directory.EnumerateFileSystemEntries(tree.Path, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(tree.Path, path).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    private static int Link(string file, string name)
    {
        using Descriptor root = Descriptor.Open("/", Libc.ReadOnly);
        return Libc.MakeLink(root, [.. Encoding.UTF8.GetBytes(file), 0], root, [.. Encoding.UTF8.GetBytes(name), 0], 0);
    }
}
