using System.Text;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Tests.Files;

public sealed class DirectoryArchiverTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1000)]
    [InlineData(1_000_000)]
    public async Task Archive_FileShrinksWhileRead_IsPaddedAndTold(int length)
    {
        using TempTree tree = new();
        string path = tree.Write("shrinks", Filled(length));
        tree.Write("z", "stays");
        HookTree hooks = new(FileTrees.Create()) { Opened = name => Act(name == "shrinks", () => Cut(path, length / 2)) };
        (byte[] archive, DirectoryArchiveResult result) = await WriteAsync(tree, hooks);
        FileWarning warning = Assert.Single(result.Warnings);
        Assert.Equal((FileWarningKind.Shrunk, "/shrinks"), (warning.Kind, warning.Path));
        byte[] content = Content(archive, "shrinks");
        Assert.Equal(length, content.Length);
        Assert.All(content[(length / 2)..], value => Assert.Equal(0, value));
        Assert.All(content[..(length / 2)], value => Assert.Equal(7, value));
        Assert.Equal("stays"u8.ToArray(), Content(archive, "z"));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1_000_000)]
    public async Task Archive_FileGrowsWhileRead_IsCutAndTold(int length)
    {
        using TempTree tree = new();
        string path = tree.Write("grows", Filled(length));
        HookTree hooks = new(FileTrees.Create()) { Opened = name => Act(name == "grows", () => File.AppendAllText(path, "more")) };
        (byte[] archive, DirectoryArchiveResult result) = await WriteAsync(tree, hooks);
        Assert.Equal((FileWarningKind.Grown, "/grows"), (Assert.Single(result.Warnings).Kind, result.Warnings[0].Path));
        Assert.Equal(Filled(length), Content(archive, "grows"));
    }

    [Fact]
    public async Task Measure_Tree_CountsWhatAnArchiveHoldsWithoutReading()
    {
        using TempTree tree = new();
        tree.Write("a/small", Filled(1000));
        string large = tree.Write("b/large", Filled(1_000_000));
        tree.Write("b/left.tmp", Filled(10));
        if (OperatingSystem.IsLinux())
        {
            File.CreateSymbolicLink(tree.Combine("link"), "a/small");
        }

        DirectoryArchiveOptions options = new() { Excludes = [PathPattern.Parse("*.tmp")] };
        HookTree hooks = new(FileTrees.Create()) { Reading = (_, _) => Assert.Fail("Content was read.") };
        DirectoryArchiveResult counted = await new DirectoryArchiver(tree.Path, options, hooks).MeasureAsync(Token);
        DirectoryArchiveResult written = await new DirectoryArchiver(tree.Path, options).WriteAsync(Stream.Null, cancellationToken: Token);
        Assert.Equal(
            (written.Entries, written.Files, written.HardLinks, written.Bytes), (counted.Entries, counted.Files, counted.HardLinks, counted.Bytes));
        Assert.Equal(1_001_000, counted.Bytes);
        Assert.True(File.Exists(large));
    }

    [Fact]
    public async Task Archive_FileChangesWhileRead_IsTold()
    {
        using TempTree tree = new();
        string path = tree.Write("changes", Filled(1_000_000));
        HookTree hooks = new(FileTrees.Create())
        {
            Reading = (name, position) => Act(position > 500_000, () => File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch)),
        };
        (byte[] archive, DirectoryArchiveResult result) = await WriteAsync(tree, hooks);
        Assert.Equal(FileWarningKind.Changed, Assert.Single(result.Warnings).Kind);
        Assert.Equal(Filled(1_000_000), Content(archive, "changes"));
    }

    /// <summary>Only the time of the change tells then.</summary>
    [Theory]
    [InlineData(1000)]
    [InlineData(1_000_000)]
    public async Task Archive_FileChangesWhileReadAndItsTimeIsPutBack_IsTold(int length)
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        string path = tree.Write("changes", Filled(length));
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        HookTree hooks = new(FileTrees.Create())
        {
            Reading = (name, position) => Act(position >= length / 2, () =>
            {
                // A test may be quicker than the clock of the file system.
                File.WriteAllBytes(path, Filled(length));
                DateTime first = File.GetLastWriteTimeUtc(path);
                while (File.GetLastWriteTimeUtc(path) == first)
                    File.WriteAllBytes(path, Filled(length));
                File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
            }),
        };
        (_, DirectoryArchiveResult result) = await WriteAsync(tree, hooks);
        FileWarning warning = Assert.Single(result.Warnings);
        Assert.Equal((FileWarningKind.Changed, "/changes"), (warning.Kind, warning.Path));
        Assert.Contains("time of modification is the same", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Archive_EntriesVanish_AreLeftOutAndTold()
    {
        using TempTree tree = new();
        string file = tree.Write("gone", "x");
        string directory = Directory.CreateDirectory(tree.Combine("gone-too")).FullName;
        tree.Write("stays", "y");
        HookTree hooks = new(FileTrees.Create())
        {
            Listed = _ =>
            {
                File.Delete(file);
                Directory.Delete(directory);
            },
        };
        (byte[] archive, DirectoryArchiveResult result) = await WriteAsync(tree, hooks);
        Assert.Equal(["/gone", "/gone-too"], result.Warnings.Select(warning => warning.Path).Order());
        Assert.All(result.Warnings, warning => Assert.Equal(FileWarningKind.Vanished, warning.Kind));
        Assert.Equal(["", "stays"], Archives.Describe(archive).Select(line => line.Split(' ')[0][1..]));
        Assert.Equal(2, result.Entries);
    }

    [Fact]
    public async Task Archive_FileIsReplacedByLinkOrDirectory_DoesNotFollow()
    {
        TempTree.RequireLinux();
        using TempTree outside = new();
        string secret = outside.Write("secret", "secret");
        using TempTree tree = new();
        string one = tree.Write("one", "x");
        string two = Directory.CreateDirectory(tree.Combine("two")).FullName;
        HookTree hooks = new(FileTrees.Create())
        {
            Listed = name =>
            {
                File.Delete(one);
                File.CreateSymbolicLink(one, secret);
                Directory.Delete(two);
                File.CreateSymbolicLink(two, outside.Path);
            },
        };
        (byte[] archive, DirectoryArchiveResult result) = await WriteAsync(tree, hooks);
        Assert.Empty(result.Warnings);
        Assert.All(new[] { "one", "two" }, name => Assert.Equal(PxarEntryKind.Symlink, Archives.Open(archive).Find(name)!.Kind));
    }

    [Fact]
    public async Task Archive_ReadFails_IsPaddedOrLeftOutAndTold()
    {
        using TempTree tree = new();
        tree.Write("large", Filled(1_000_000));
        tree.Write("small", Filled(10));
        HookTree hooks = new(FileTrees.Create())
        {
            Reading = (name, position) => Act(name == "small" || position > 100_000, () => throw new FileTreeException(FileTreeFault.Failed, name, "Bad sector.")),
        };
        (byte[] archive, DirectoryArchiveResult result) = await WriteAsync(tree, hooks);
        Assert.Equal(["/large", "/small"], result.Warnings.Select(warning => warning.Path).Order());
        Assert.All(result.Warnings, warning => Assert.Equal(FileWarningKind.Unreadable, warning.Kind));
        Assert.Equal(1_000_000, Content(archive, "large").Length);
        Assert.Null(Archives.Open(archive).Find("small"));
    }

    [Theory]
    [InlineData("large")]
    [InlineData("small")]
    [InlineData("directory")]
    public async Task Archive_DeviceFails_ThrowsAndNamesThePath(string failing)
    {
        using TempTree tree = new();
        tree.Write("large", Filled(1_000_000));
        tree.Write("small", Filled(10));
        tree.Write("directory/inside", "x");
        void Fail(string name, long position) => Act(
            name == failing && (position > 100_000 || name != "large"), () => throw new FileTreeException(FileTreeFault.Damaged, name, "Input/output error."));
        HookTree hooks = new(FileTrees.Create()) { Reading = Fail, Listed = name => Fail(name, 0) };
        FileTreeException exception = await Assert.ThrowsAsync<FileTreeException>(() => WriteAsync(tree, hooks));
        Assert.Equal((FileTreeFault.Damaged, $"/{failing}"), (exception.Fault, exception.Path));
        Assert.StartsWith($"/{failing}: Input/output error. The device below may be failing", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("directory")]
    public async Task Archive_NoMoreFileHandles_Throws(string failing)
    {
        using TempTree tree = new();
        tree.Write("file", "x");
        tree.Write("directory/inside", "x");
        HookTree hooks = new(FileTrees.Create())
        {
            Opened = name => Act(name == failing, () => throw new FileTreeException(FileTreeFault.Exhausted, name, "Too many open files.")),
        };
        FileTreeException exception = await Assert.ThrowsAsync<FileTreeException>(() => WriteAsync(tree, hooks));
        Assert.Equal(FileTreeFault.Exhausted, exception.Fault);
    }

    [Theory]
    [InlineData("file", false, "/deep/below/file")]
    [InlineData("below", false, "/deep/below")]
    [InlineData(".pxarexclude", false, "/deep/.pxarexclude")]
    [InlineData("below", true, "/deep/below")]
    public async Task Archive_NoMoreFileHandles_NamesThePath(string failing, bool whenListed, string path)
    {
        using TempTree tree = new();
        tree.Write("deep/below/file", "x");
        tree.Write("deep/.pxarexclude", "*.tmp");
        void Fail(string name) => Act(name == failing, () => throw new FileTreeException(FileTreeFault.Exhausted, "", "Unable to list an entry: too many."));
        HookTree hooks = whenListed ? new(FileTrees.Create()) { Listed = Fail } : new(FileTrees.Create()) { Opened = Fail };

        FileTreeException exception = await Assert.ThrowsAsync<FileTreeException>(() => WriteAsync(tree, hooks));

        Assert.Equal(path, exception.Path);
        Assert.Equal($"{path}: Unable to list an entry: too many.", exception.Message);
    }

    [Fact]
    public async Task Archive_MountPoints_AreEmptyUnlessIncluded()
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        tree.Write("mount/inside", "x");
        tree.Write("proc/1", "x");
        HookTree hooks = new(FileTrees.Create()) { Device = name => name == "mount" ? 77 : null, Virtual = name => name == "proc" };
        (byte[] archive, DirectoryArchiveResult result) = await WriteAsync(tree, hooks);
        Assert.Equal(["/mount", "/proc"], result.Warnings.Select(warning => warning.Path).Order());
        Assert.All(result.Warnings, warning => Assert.Equal(FileWarningKind.MountPoint, warning.Kind));
        Assert.NotNull(Archives.Open(archive).Find("mount"));
        Assert.Null(Archives.Open(archive).Find("mount/inside"));
        (archive, _) = await WriteAsync(tree, hooks, new() { AllFileSystems = true });
        Assert.NotNull(Archives.Open(archive).Find("mount/inside"));
        Assert.NotNull(Archives.Open(archive).Find("proc"));
        Assert.Null(Archives.Open(archive).Find("proc/1"));
        (archive, _) = await WriteAsync(tree, hooks, new() { IncludedFileSystems = [tree.Combine("mount")] });
        Assert.NotNull(Archives.Open(archive).Find("mount/inside"));
    }

    [Fact]
    public async Task Archive_OfProc_Throws()
    {
        TempTree.RequireLinux();
        FileTreeException exception = await Assert.ThrowsAsync<FileTreeException>(() => Archives.WriteAsync("/proc"));
        Assert.Equal(FileTreeFault.Virtual, exception.Fault);
    }

    [Fact]
    public async Task Archive_OfFileOrNothing_Throws()
    {
        using TempTree tree = new();
        FileTreeException exception = await Assert.ThrowsAsync<FileTreeException>(() => Archives.WriteAsync(tree.Combine("nothing")));
        Assert.Equal(FileTreeFault.Vanished, exception.Fault);
        tree.Write("file", "x");
        await Assert.ThrowsAsync<FileTreeException>(() => Archives.WriteAsync(tree.Combine("file")));
    }

    [Fact]
    public async Task Archive_MoreEntriesThanAllowed_Throws()
    {
        using TempTree tree = new();
        for (int i = 0; i < 10; i++)
            tree.Write($"d/{i}", "x");
        Assert.NotEmpty(await Archives.WriteAsync(tree.Path, new() { MaxEntries = 11 }));
        FileTreeException exception = await Assert.ThrowsAsync<FileTreeException>(() => Archives.WriteAsync(tree.Path, new() { MaxEntries = 10 }));
        Assert.Equal(FileTreeFault.TooMany, exception.Fault);
    }

    [Fact]
    public async Task Archive_ExcludeFiles_CountFromTheirDirectoryDown()
    {
        using TempTree tree = new();
        tree.Write(".pxarexclude", "*.log\n/only-here\n");
        tree.Write("a/.pxarexclude", "!keep.log\nsub/x\n[broken\n");
        foreach (string name in new[] { "x.log", "only-here", "a/keep.log", "a/x.log", "a/only-here", "a/sub/x", "a/sub/y", "b/keep.log" })
            tree.Write(name, "x");
        using MemoryStream stream = new();
        DirectoryArchiveResult result = await new DirectoryArchiver(tree.Path).WriteAsync(stream, cancellationToken: Token);
        PxarArchive archive = Archives.Open(stream.ToArray());
        string[] kept = [".pxarexclude", "a/.pxarexclude", "a/keep.log", "a/only-here", "a/sub/y"];
        string[] left = ["x.log", "only-here", "a/x.log", "a/sub/x", "b/keep.log"];
        Assert.All(kept, path => Assert.NotNull(archive.Find(path)));
        Assert.All(left, path => Assert.Null(archive.Find(path)));
        Assert.Equal((FileWarningKind.BadPattern, "/a/.pxarexclude"), (Assert.Single(result.Warnings).Kind, result.Warnings[0].Path));
    }

    [Theory]
    [InlineData("patterns", true)]
    [InlineData("a", false)]
    [InlineData("nowhere", false)]
    [InlineData("/dev/null", false)]
    public async Task Archive_ExcludeFileThatIsALink_CountsIfAFileIsBehindIt(string target, bool counts)
    {
        TempTree.RequireLinux();
        using TempTree outside = new();
        outside.Write("patterns", "*.log\n");
        using TempTree tree = new();
        tree.Write("a/x.log", "x");
        File.CreateSymbolicLink(tree.Combine(".pxarexclude"), target == "patterns" ? outside.Combine(target) : target);
        using MemoryStream stream = new();

        DirectoryArchiveResult result = await new DirectoryArchiver(tree.Path).WriteAsync(stream, cancellationToken: Token);

        PxarArchive archive = Archives.Open(stream.ToArray());
        Assert.Equal(counts, archive.Find("a/x.log") is null);
        Assert.Equal(PxarEntryKind.Symlink, archive.Find(".pxarexclude")!.Entry.Kind);
        Assert.Equal(counts ? [] : ["/.pxarexclude"], result.Warnings.Select(static warning => warning.Path));
    }

    [Fact]
    public async Task Archive_LostAndFound_IsLeftOutIfAsked()
    {
        using TempTree tree = new();
        tree.Write("lost+found/x", "x");
        PxarArchive archive = Archives.Open(await Archives.WriteAsync(tree.Path, new() { SkipLostAndFound = true, Excludes = [PathPattern.Parse("!x"), PathPattern.Parse("y/")] }));
        Assert.Null(archive.Find("lost+found"));
        using StreamReader reader = new(archive.OpenContent(archive.Find(".pxarexclude-cli")!));
        Assert.Equal("!x\ny/\nlost+found\n", await reader.ReadToEndAsync(Token));
    }

    [Fact]
    public async Task Archive_SparseFile_IsWhole()
    {
        using TempTree tree = new();
        byte[] expected = new byte[5_000_000];
        await using (FileStream file = File.Create(tree.Combine("sparse")))
        {
            file.SetLength(expected.Length);
            foreach (int at in new[] { 1_000_000, 2_500_123, 4_999_999 })
            {
                expected[at] = 1;
                file.Position = at;
                file.WriteByte(1);
            }
        }

        byte[] archive = await Archives.WriteAsync(tree.Path);
        Assert.Equal(expected, Content(archive, "sparse"));
    }

    [Fact]
    public async Task Archive_Cancelled_Stops()
    {
        using TempTree tree = new();
        for (int i = 0; i < 500; i++)
            tree.Write($"f{i}", "x");
        using CancellationTokenSource stop = new();
        HookTree hooks = new(FileTrees.Create()) { Opened = name => Act(name == "f300", stop.Cancel) };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new DirectoryArchiver(tree.Path, null, hooks).WriteAsync(Stream.Null, cancellationToken: stop.Token));
    }

    [Fact]
    public async Task Archive_Progress_EndsWithTheTotals()
    {
        using TempTree tree = new();
        for (int i = 0; i < 700; i++)
            tree.Write($"d{i % 7}/f{i}", "12345");
        List<FileProgress> reports = [];
        await Archives.WriteAsync(tree.Path, new() { Progress = new Reports(reports) });
        Assert.True(reports.Count >= 3);
        Assert.Equal(new FileProgress(708, 3500), reports[^1]);
        Assert.Equal(reports.OrderBy(report => report.Entries), reports);
    }

    [Fact]
    public async Task SplitArchive_ManyUnchangedFiles_HoldsAndInjectsInLimits()
    {
        using TempTree tree = new();
        for (int i = 0; i < 1500; i++)
            tree.Write($"f{i:D4}", Encoding.ASCII.GetBytes($"content of file {i}"));
        using MemoryStream first = new();
        MemoryPayload payload = new();
        await new DirectoryArchiver(tree.Path).WriteSplitAsync(first, payload, cancellationToken: Token);
        Assert.Equal(1500, payload.Boundaries.Count);
        // Chunks of 64 bytes: more than 128 for each range of 512 held files.
        PreviousArchive previous = new(Archives.Open(first.ToArray()), Archives.Index(Ends(payload.Bytes.Length, 64)));
        using MemoryStream second = new();
        MemoryPayload reused = new(payload.Bytes);
        int reads = 0;
        HookTree hooks = new(FileTrees.Create()) { Reading = (_, _) => Interlocked.Increment(ref reads) };
        DirectoryArchiveResult result = await new DirectoryArchiver(tree.Path, null, hooks).WriteSplitAsync(second, reused, previous, Token);
        Assert.Equal((1500, 0), (result.ReusedFiles, reads));
        Assert.Contains(128, reused.Injections);
        Assert.Equal(payload.Bytes.Length + 32, reused.Bytes.Length);
        Assert.Equal(Archives.Describe(first.ToArray(), payload.Bytes), Archives.Describe(second.ToArray(), reused.Bytes));
    }

    [Fact]
    public async Task SplitArchive_SomeFilesChanged_ReadsOnlyThose()
    {
        using TempTree tree = new();
        for (int i = 0; i < 60; i++)
            tree.Write($"f{i:D2}", [.. Enumerable.Repeat((byte)i, 100_000)]);
        File.CreateSymbolicLink(tree.Combine("f30-link"), "f30");
        using MemoryStream first = new();
        MemoryPayload payload = new();
        await new DirectoryArchiver(tree.Path).WriteSplitAsync(first, payload, cancellationToken: Token);
        tree.Write("f10", "changed");
        File.Delete(tree.Combine("f20"));
        tree.Write("f40a", "new");
        PreviousArchive previous = new(Archives.Open(first.ToArray()), Archives.Index(Ends(payload.Bytes.Length, 65536)));
        using MemoryStream second = new();
        MemoryPayload reused = new(payload.Bytes);
        DirectoryArchiveResult result = await new DirectoryArchiver(tree.Path).WriteSplitAsync(second, reused, previous, Token);
        Assert.True(result.ReusedFiles > 40);
        Assert.True(result.ReusedFiles < result.Files);
        using MemoryStream whole = new();
        MemoryPayload fresh = new();
        await new DirectoryArchiver(tree.Path).WriteSplitAsync(whole, fresh, cancellationToken: Token);
        Assert.Equal(Archives.Describe(whole.ToArray(), fresh.Bytes), Archives.Describe(second.ToArray(), reused.Bytes));
    }

    [Fact]
    public async Task SplitArchive_PreviousIsDamaged_ReadsAllAndWarns()
    {
        using TempTree tree = new();
        for (int i = 0; i < 5; i++)
            tree.Write($"f{i}", "some content");
        using MemoryStream first = new();
        MemoryPayload payload = new();
        await new DirectoryArchiver(tree.Path).WriteSplitAsync(first, payload, cancellationToken: Token);
        byte[] damaged = first.ToArray();
        damaged.AsSpan(100, 40).Fill(0xEE);
        PreviousArchive previous = new(Archives.Open(damaged), Archives.Index(Ends(payload.Bytes.Length, 64)));
        using MemoryStream second = new();
        MemoryPayload sink = new(payload.Bytes);
        DirectoryArchiveResult result = await new DirectoryArchiver(tree.Path).WriteSplitAsync(second, sink, previous, Token);
        Assert.Equal(0, result.ReusedFiles);
        Assert.Single(result.Warnings);
        Assert.Equal(first.ToArray(), second.ToArray());
        Assert.Equal(payload.Bytes, sink.Bytes);
    }

    private static IEnumerable<long> Ends(int length, int chunk) => Enumerable.Range(1, length / chunk).Select(i => (long)i * chunk).Append(length).Distinct();

    private static async Task<(byte[] Archive, DirectoryArchiveResult Result)> WriteAsync(TempTree tree, IFileTree files, DirectoryArchiveOptions? options = null)
    {
        using MemoryStream archive = new();
        DirectoryArchiveResult result = await new DirectoryArchiver(tree.Path, options, files).WriteAsync(archive, cancellationToken: Token);
        return (archive.ToArray(), result);
    }

    private static byte[] Content(byte[] archive, string path)
    {
        PxarArchive open = Archives.Open(archive);
        using MemoryStream content = new();
        open.OpenContent(open.Find(path)!).CopyTo(content);
        return content.ToArray();
    }

    private static byte[] Filled(int length) => [.. Enumerable.Repeat((byte)7, length)];

    private static void Cut(string path, int length)
    {
        using FileStream file = File.OpenWrite(path);
        file.SetLength(length);
    }

    private static void Act(bool when, Action action)
    {
        if (when)
            action();
    }

    private sealed class Reports(List<FileProgress> reports) : IProgress<FileProgress>
    {
        public void Report(FileProgress value) => reports.Add(value);
    }
}
