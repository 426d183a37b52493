using Microsoft.Extensions.Time.Testing;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Resuming;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Tests.Fakes;
using ProxSharp.Backup.Tests.Files;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>Trees of many files that are restored over a line which breaks again and again: what was fetched is not fetched again.</summary>
public sealed class ResumedTreeTests
{
    private const int ChunkLength = 400_000;
    private const int Overhead = 64;
    private const string JournalPattern = ".proxsharp-resume-*";

    private static readonly PxarMetadata s_file = PxarMetadata.Create(PxarEntryKind.File, 0b110_100_100) with { ModificationTime = new(1_600_000_000, 0) };
    private static readonly PxarMetadata s_directory = PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101) with
    {
        ModificationTime = new(1_500_000_000, 0),
    };

    private static readonly TreeExtractOptions s_first = new() { KeepParts = true, RestoreOwnership = false };
    private static readonly TreeExtractOptions s_resume = s_first with { Existing = ExistingFiles.KeepSameContent };

    // As many bytes as three chunks each, so that no chunk lies within a file alone for long.
    private static readonly Dictionary<string, byte[]> s_large = Enumerable.Range(0, 12).ToDictionary(
        static i => $"large{i:D2}", static i => FakeBackup.Random(3 * ChunkLength, i));

    private static readonly Dictionary<string, byte[]> s_small = Enumerable.Range(0, 600).ToDictionary(
        static i => $"d{i / 100}/small{i % 100:D2}", static i => FakeBackup.Random(15_000 + (i * 7), i));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("large", false, 45, false)]
    [InlineData("large", false, 45, true)]
    [InlineData("large", false, 25, false)]
    [InlineData("large", false, 25, true)]
    [InlineData("large", true, 45, false)]
    [InlineData("large", true, 45, true)]
    [InlineData("large", true, 25, false)]
    [InlineData("large", true, 25, true)]
    [InlineData("small", false, 45, true)]
    [InlineData("small", false, 25, false)]
    [InlineData("small", true, 45, true)]
    [InlineData("small", true, 25, false)]
    public async Task Restore_LineBreaksAgainAndAgain_EachRunFetchesWhatTheOthersHaveNot(string kind, bool split, int tenthsOfChunks, bool isQuick)
    {
        TempTree.RequireLinux();
        Dictionary<string, byte[]> files = kind == "large" ? s_large : s_small;
        MadeSnapshot made = Make(files, split, out long names, out long size);
        long most = ChunkLength * (long)tenthsOfChunks / 10;
        using TempTree tree = new();
        int attempts = 0;
        long sum = 0;
        bool isThere = false;
        while (!isThere)
        {
            (isThere, long sent) = await TryRestoreAsync(made, tree, attempts == 0 ? s_first : s_resume, most, isQuick);
            sum += sent;
            // Two chunks at least are complete each time but the first, when two are fetched at once: one of them may be all. Of a split archive the first of
            // them may have been there before, but for a part of a small file.
            int complete = kind == "small" && split ? 1 : 2;
            Assert.True(++attempts <= (size / (complete * ChunkLength)) + 2, $"There were {attempts} attempts.");
        }

        AssertEqual(files, tree);
        // What was on its way when the line broke was in vain.
        Assert.InRange(sum, size - names, size + (attempts * (3L * ChunkLength)));
    }

    /// <summary>A line broke right after a file was made, before anything of it came.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restore_PartOfNoBytes_Grows(bool split)
    {
        TempTree.RequireLinux();
        MadeSnapshot made = Make(s_large, split, out _, out _);
        using TempTree tree = new();
        string part = tree.Write("large00", "");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(part, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.False((await TryRestoreAsync(made, tree, s_resume, ChunkLength * 35 / 10, isQuick: false)).IsThere);

        Assert.InRange(new FileInfo(tree.Combine("large00")).Length, ChunkLength, 3 * ChunkLength);
        Assert.Empty(Directory.GetFiles(tree.Path, ".proxsharp-*.part"));
    }

    /// <summary>What replaces a file is longer than the line lasts for; the old file stays until the new one is complete.</summary>
    [Theory]
    [InlineData(false, false, 3 * ChunkLength)]
    [InlineData(false, true, 3 * ChunkLength)]
    [InlineData(true, false, 3 * ChunkLength)]
    [InlineData(true, true, 3 * ChunkLength)]
    [InlineData(true, false, 5 * ChunkLength)]
    [InlineData(true, true, 100)]
    public async Task Restore_LineBreaksWhileFilesAreReplaced_GoesOnWithTheirParts(bool split, bool isQuick, int oldLength)
    {
        TempTree.RequireLinux();
        MadeSnapshot made = Make(s_large, split, out _, out long size);
        using TempTree tree = new();
        Dictionary<string, byte[]> old = s_large.Keys.ToDictionary(static name => name, name => FakeBackup.Random(oldLength, name[^1] + 1000));
        foreach ((string name, byte[] content) in old)
            tree.Write(name, content);
        int attempts = 1;
        while (!(await TryRestoreAsync(
            made, tree, attempts == 1 ? s_first with { Existing = ExistingFiles.Overwrite } : s_resume, ChunkLength * 25 / 10, isQuick)).IsThere)
        {
            Assert.True(++attempts <= (size / ChunkLength) + 12, $"There were {attempts} attempts.");
            Assert.All(s_large.Keys, name => Assert.True(
                File.ReadAllBytes(tree.Combine(name)) is var now && (now.AsSpan().SequenceEqual(s_large[name]) || now.AsSpan().SequenceEqual(old[name])), name));
        }

        AssertEqual(s_large, tree);
    }

    /// <summary>The first chunk holds what stands before the content, too, and the chunk at the end of a file the next one.</summary>
    [Theory]
    [InlineData("large", false, 3 * ChunkLength)]
    [InlineData("large", true, 3 * ChunkLength)]
    [InlineData("large", false, 100)]
    [InlineData("large", true, 100)]
    [InlineData("small", false, null)]
    [InlineData("small", true, null)]
    public async Task Restore_LineLastsForOneChunkWhileFilesAreReplaced_EachAttemptGetsOn(string kind, bool split, int? oldLength)
    {
        TempTree.RequireLinux();
        Dictionary<string, byte[]> files = kind == "large" ? s_large : s_small;
        MadeSnapshot made = Make(files, split, out _, out long size);
        using TempTree tree = new();
        foreach ((string name, byte[] content) in files)
            tree.Write(name, FakeBackup.Random(oldLength ?? content.Length, name[^1] + 1000));
        int attempts = 1;
        while (!(await TryRestoreAsync(made, tree, s_resume, ChunkLength * 13 / 10, isQuick: false)).IsThere)
            Assert.True(++attempts <= (size / ChunkLength) + 4, $"There were {attempts} attempts.");

        AssertEqual(files, tree);
    }

    [Fact]
    public async Task Restore_PartOfAFileThatDiffersAtOnePlace_TakesTheRestFromTheFile()
    {
        TempTree.RequireLinux();
        Dictionary<string, byte[]> files = new() { ["large"] = FakeBackup.Random(20 * ChunkLength, 5) };
        MadeSnapshot made = Make(files, split: true, out long names, out _);
        using TempTree tree = new();
        byte[] old = [.. files["large"]];
        old[(ChunkLength * 5) / 2] ^= 1;
        old[(ChunkLength * 7) / 2] ^= 1;
        tree.Write("large", old);

        Assert.False((await TryRestoreAsync(made, tree, s_resume, names + (ChunkLength * 13 / 10), isQuick: false)).IsThere);
        Assert.Single(Directory.GetFiles(tree.Path, ".proxsharp-*.part"));
        (bool isThere, long sent) = await TryRestoreAsync(made, tree, s_resume, long.MaxValue, isQuick: false);

        Assert.True(isThere);
        AssertEqual(files, tree);
        Assert.InRange(sent, ChunkLength, names + (ChunkLength * 13 / 10));
    }

    /// <summary>What has come of a small file belongs to a chunk that need not be fetched again, and goes with the restore that ends.</summary>
    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public async Task Restore_LineBreaksInASmallFile_KeepsItsPartAsLongAsItIsOfUse(bool split, bool exists)
    {
        TempTree.RequireLinux();
        MadeSnapshot made = Make(s_small, split, out _, out _);
        using TempTree tree = new();
        if (exists)
        {
            foreach ((string name, byte[] content) in s_small)
                tree.Write(name, new byte[content.Length]);
        }

        Assert.False((await TryRestoreAsync(made, tree, s_resume, ChunkLength * 45 / 10, isQuick: false)).IsThere);

        Assert.Equal(split ? 1 : 0, Directory.GetFiles(tree.Path, ".proxsharp-*.part", SearchOption.AllDirectories).Length);
        Assert.True((await TryRestoreAsync(made, tree, s_resume, long.MaxValue, isQuick: false)).IsThere);
        AssertEqual(s_small, tree);
    }

    [Fact]
    public async Task Restore_PartOfAnotherContent_IsWrittenAnewFromTheDifferenceOn()
    {
        TempTree.RequireLinux();
        MadeSnapshot made = Make(s_large, split: true, out _, out _);
        using TempTree tree = new();
        tree.Write("large00", "old");
        Assert.False((await TryRestoreAsync(made, tree, s_resume, ChunkLength * 25 / 10, isQuick: false)).IsThere);
        string part = Assert.Single(Directory.GetFiles(tree.Path, ".proxsharp-*.part"));
        byte[] content = [.. s_large["large00"][..500_000], .. new byte[2_000_000]];
        File.WriteAllBytes(part, content);

        Assert.True((await TryRestoreAsync(made, tree, s_resume, long.MaxValue, isQuick: true)).IsThere);

        AssertEqual(s_large, tree);
    }

    [Fact]
    public async Task Restore_PartWithAnotherName_IsNotWrittenTo()
    {
        TempTree.RequireLinux();
        MadeSnapshot made = Make(s_large, split: true, out _, out _);
        using TempTree tree = new();
        using TempTree other = new();
        tree.Write("large00", "old");
        Assert.False((await TryRestoreAsync(made, tree, s_resume, ChunkLength * 25 / 10, isQuick: false)).IsThere);
        string part = Assert.Single(Directory.GetFiles(tree.Path, ".proxsharp-*.part"));
        File.Delete(part);
        string outside = other.Write("outside", "mine");
        File.CreateSymbolicLink(part, outside);

        Assert.True((await TryRestoreAsync(made, tree, s_resume, long.MaxValue, isQuick: true)).IsThere);

        AssertEqual(s_large, tree);
        Assert.Equal("mine", File.ReadAllText(outside));
    }

    /// <summary>Names, attributes and tables of directories are no content of any file, and may be more than a line lasts for.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restore_MoreNamesThanALineLastsFor_AreNotFetchedAgain(bool split)
    {
        TempTree.RequireLinux();
        Dictionary<string, byte[]> files = Enumerable.Range(0, 60).ToDictionary(static i => $"f{i:D2}", static i => FakeBackup.Random(i, i));
        MadeSnapshot made = Make(files, split, out _, out long size, xattr: 60_000);
        using TempTree tree = new();
        TreeExtractOptions first = s_first with { RestoreXattrs = false };
        TreeExtractOptions resume = s_resume with { RestoreXattrs = false };
        int attempts = 1;
        while (!(await TryRestoreAsync(made, tree, attempts == 1 ? first : resume, ChunkLength * 25 / 10, isQuick: true)).IsThere)
            Assert.True(++attempts <= (size / ChunkLength) + 1, $"There were {attempts} attempts.");

        Assert.InRange(attempts, 3, 20);
        AssertEqual(files, tree);
    }

    [Fact]
    public async Task Restore_CompleteTreeOfLargeFiles_FetchesChunksWithHeadersOnly()
    {
        MadeSnapshot made = Make(s_large, split: false, out _, out _);
        using TempTree tree = new();
        Assert.True((await TryRestoreAsync(made, tree, s_first, long.MaxValue, isQuick: true)).IsThere);

        (bool isThere, long sent) = await TryRestoreAsync(made, tree, s_resume, long.MaxValue, isQuick: true);

        Assert.True(isThere);
        AssertEqual(s_large, tree);
        // One before each file, and one at the end.
        Assert.InRange(sent, 1, 13L * (ChunkLength + Overhead));
    }

    [Theory]
    [InlineData("large")]
    [InlineData("small")]
    public async Task Restore_CompleteSplitTree_FetchesNamesOnly(string kind)
    {
        TempTree.RequireLinux();
        Dictionary<string, byte[]> files = kind == "large" ? s_large : s_small;
        MadeSnapshot made = Make(files, split: true, out long names, out _);
        using TempTree tree = new();
        Assert.True((await TryRestoreAsync(made, tree, s_first, long.MaxValue, isQuick: true)).IsThere);

        (bool isThere, long sent) = await TryRestoreAsync(made, tree, s_resume, long.MaxValue, isQuick: true);

        Assert.True(isThere);
        AssertEqual(files, tree);
        Assert.InRange(sent, 1, names + (4 * Overhead));
    }

    [Theory]
    [InlineData("file", false)]
    [InlineData("file", true)]
    [InlineData("journal", false)]
    [InlineData("journal", true)]
    [InlineData("short journal", false)]
    [InlineData("no journal", false)]
    [InlineData("link", false)]
    public async Task Restore_SomethingWrongIsThere_IsFetchedAgain(string what, bool split)
    {
        TempTree.RequireLinux();
        MadeSnapshot made = Make(s_small, split, out _, out _);
        using TempTree tree = new();
        using TempTree other = new();
        Assert.False((await TryRestoreAsync(made, tree, s_first, 8 * ChunkLength, isQuick: false)).IsThere);
        string journal = Assert.Single(Directory.GetFiles(tree.Path, JournalPattern));
        byte[] noted = File.ReadAllBytes(journal);
        if (what == "file")
            tree.Write("d0/small03", new byte[s_small["d0/small03"].Length]);
        else if (what == "journal")
            noted.AsSpan(noted.Length / 2).Fill(0x7f);
        else if (what == "short journal")
            noted = noted[..(noted.Length / 2)];
        string outside = other.Write("outside", noted);
        File.Delete(journal);
        if (what == "link")
            File.CreateSymbolicLink(journal, outside);
        else if (what != "no journal")
            File.WriteAllBytes(journal, noted);

        (bool isThere, long sent) = await TryRestoreAsync(made, tree, s_resume, long.MaxValue, isQuick: false);

        Assert.True(isThere);
        AssertEqual(s_small, tree);
        Assert.True(sent > 0);
        Assert.Equal(noted, File.ReadAllBytes(outside));
    }

    [Fact]
    public async Task Restore_BrokenOffWithoutWish_LeavesNoJournal()
    {
        MadeSnapshot made = Make(s_large, split: false, out _, out _);
        using TempTree tree = new();

        Assert.False((await TryRestoreAsync(made, tree, s_first with { KeepParts = false }, 5 * ChunkLength, isQuick: false)).IsThere);

        Assert.Empty(Directory.GetFiles(tree.Path, ".*"));
    }

    /// <summary>The server may give later what it refuses now.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restore_ServerRefuses_LeavesWhatToGoOnWith(bool split)
    {
        TempTree.RequireLinux();
        MadeSnapshot made = Make(s_large, split, out long names, out long size);
        using TempTree tree = new();
        FakeTimeProvider time = new();
        BrokenLine line = new(made, time, ChunkLength / 4, 8 * ChunkLength) { Failure = new ProxmoxPermissionException("No.") };
        await using (SnapshotReader reader = await SnapshotReader.OpenAsync(line, new() { TimeProvider = time }, Stop))
            await Assert.ThrowsAsync<ProxmoxPermissionException>(() => reader.RestoreAsync("root.pxar", tree.Path, s_first, null, Stop));

        Assert.Single(Directory.GetFiles(tree.Path, JournalPattern));
        (bool isThere, long sent) = await TryRestoreAsync(made, tree, s_resume, long.MaxValue, isQuick: false);

        Assert.True(isThere);
        AssertEqual(s_large, tree);
        Assert.InRange(sent, 1, names + size - (5L * ChunkLength));
    }

    /// <summary>Who goes on then restores a part, which needs no journal.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restore_ChunkIsDamaged_LeavesNoJournal(bool resumes)
    {
        TempTree.RequireLinux();
        MadeSnapshot made = Make(s_large, split: false, out _, out _);
        using TempTree tree = new();
        if (resumes)
            Assert.False((await TryRestoreAsync(made, tree, s_first, 8 * ChunkLength, isQuick: false)).IsThere);
        made.Damage(20);

        await Assert.ThrowsAnyAsync<ProxmoxException>(() => TryRestoreAsync(made, tree, resumes ? s_resume : s_first, long.MaxValue, isQuick: false));

        Assert.Empty(Directory.GetFiles(tree.Path, ".*"));
        Assert.True(File.Exists(tree.Combine("large03")));
    }

    [Fact]
    public async Task Restore_RefusesWhatExists_LeavesTheJournal()
    {
        TempTree.RequireLinux();
        MadeSnapshot made = Make(s_large, split: false, out _, out _);
        using TempTree tree = new();
        Assert.False((await TryRestoreAsync(made, tree, s_first, 8 * ChunkLength, isQuick: false)).IsThere);
        byte[] noted = File.ReadAllBytes(Assert.Single(Directory.GetFiles(tree.Path, JournalPattern)));

        await Assert.ThrowsAsync<FileTreeException>(() => TryRestoreAsync(made, tree, s_first, long.MaxValue, isQuick: false));

        Assert.Equal(noted, File.ReadAllBytes(Assert.Single(Directory.GetFiles(tree.Path, JournalPattern))));
    }

    /// <summary>A content waits for names that are read ahead, and these never come.</summary>
    [Fact]
    public async Task Restore_CancelledWhileNamesAreReadAhead_Ends()
    {
        TempTree.RequireLinux();
        Dictionary<string, byte[]> files = Enumerable.Range(1, 60).ToDictionary(static i => $"f{i:D2}", static i => FakeBackup.Random(i, i));
        await using StalledLine line = new(Make(files, split: true, out _, out _, xattr: 60_000), chunks: 4);
        using TempTree tree = new();
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(line, new() { TimeProvider = new FakeTimeProvider() }, Stop);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);

        Task<TreeExtractResult> restore = reader.RestoreAsync("root.pxar", tree.Path, s_resume with { RestoreXattrs = false }, null, stop.Token);
        await line.Stalled.WaitAsync(Stop);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => restore);
    }

    [Fact]
    public async Task Covers_ManySmallFiles_HoldsThoseOfOneChunk()
    {
        const int count = 100_000;
        const int length = 500;
        const int head = 100;
        IEnumerable<KnownPiece> pieces = Enumerable.Range(0, count).Select(
            static i => new KnownPiece(i * (long)(head + length), new byte[head], "d/f"u8.ToArray(), 0, length));
        await using LocalContent content = new(pieces.ToAsyncEnumerable(), static (_, _, destination) => destination.Length);
        byte[] buffer = new byte[ChunkLength];
        int most = 0;
        for (long at = 0; at + ChunkLength <= count * (long)(head + length); at += ChunkLength)
        {
            IndexChunk chunk = new(at, at + ChunkLength, default);
            Assert.True(await content.CoversAsync(chunk));
            Assert.True(content.TryRead(chunk, buffer));
            most = Math.Max(most, content.Waiting);
        }

        Assert.InRange(most, 1, (ChunkLength / (head + length)) + 2);
    }

    private static void AssertEqual(Dictionary<string, byte[]> files, TempTree tree)
    {
        string[] there = Directory.GetFiles(tree.Path, "*", SearchOption.AllDirectories);
        Assert.Equal(files.Keys.Order(StringComparer.Ordinal), there.Select(path => Path.GetRelativePath(tree.Path, path)).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.True(file.Value.AsSpan().SequenceEqual(File.ReadAllBytes(tree.Combine(file.Key))), file.Key));
        Assert.Equal(s_directory.ModificationTime.Seconds, new DateTimeOffset(Directory.GetLastWriteTimeUtc(tree.Path)).ToUnixTimeSeconds());
    }

    private static async Task<(bool IsThere, long Sent)> TryRestoreAsync(
        MadeSnapshot made, TempTree tree, TreeExtractOptions options, long most, bool isQuick)
    {
        FakeTimeProvider time = new();
        // A chunk takes four seconds, or less than one.
        BrokenLine line = new(made, time, isQuick ? ChunkLength * 100 : ChunkLength / 4, most);
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(line, new() { TimeProvider = time }, Stop);
        try
        {
            await reader.RestoreAsync("root.pxar", tree.Path, options with { AllowExistingDirectories = true }, null, Stop);
            return (true, line.Sent);
        }
        catch (BackupSessionLostException)
        {
            return (false, line.Sent);
        }
    }

    private static MadeSnapshot Make(Dictionary<string, byte[]> files, bool split, out long names, out long size, int xattr = 0)
    {
        using MemoryStream archive = new();
        using MemoryStream payload = new();
        PxarWriter writer = split ? PxarWriter.CreateSplit(archive, payload, s_directory) : PxarWriter.Create(archive, s_directory);
        foreach (IGrouping<string, KeyValuePair<string, byte[]>> group in files.GroupBy(static file => Path.GetDirectoryName(file.Key)!))
        {
            if (group.Key.Length > 0)
                writer.BeginDirectory(new(group.Key), s_directory);
            foreach ((string path, byte[] content) in group)
            {
                PxarMetadata metadata = xattr == 0 ? s_file : s_file with { Xattrs = [new("user.long", FakeBackup.Random(xattr, content.Length))] };
                writer.WriteFile(new(Path.GetFileName(path)), metadata, content);
            }

            if (group.Key.Length > 0)
                writer.EndDirectory();
        }

        writer.Finish();
        (names, size) = (split ? archive.Length : 0, archive.Length + payload.Length);
        return split
            ? new(ChunkLength, ("root.mpxar.didx", archive.ToArray()), ("root.ppxar.didx", payload.ToArray()))
            : new(ChunkLength, ("root.pxar.didx", archive.ToArray()));
    }
}
