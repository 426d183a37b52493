using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Tests.Files;

/// <summary>A dry run counts what the restore does then; hard links and large files among it.</summary>
public sealed class RestorePreviewTests
{
    private static readonly PxarMetadata Plain = PxarMetadata.Create(PxarEntryKind.File, 0b110_100_100) with { ModificationTime = new(1_600_000_000, 0) };

    // The root, d, d/f, d/large, g (a link to d/f), s.
    [Theory]
    [InlineData(ExistingFiles.Fail, false, 6, 0, 0)]
    [InlineData(ExistingFiles.Overwrite, false, 6, 0, 0)]
    [InlineData(ExistingFiles.KeepSameContent, false, 6, 0, 0)]
    [InlineData(ExistingFiles.Overwrite, true, 0, 4, 0)]
    [InlineData(ExistingFiles.Skip, true, 0, 0, 0)]
    [InlineData(ExistingFiles.KeepSameTime, true, 0, 1, 1)]
    [InlineData(ExistingFiles.KeepSameContent, true, 0, 1, 3)]
    public async Task Extract_DryRun_ForetellsTheCounts(ExistingFiles policy, bool exists, long created, long overwritten, long compared)
    {
        TempTree.RequireAll();
        byte[] archive = Archive();
        using TempTree tree = new();
        string target = tree.Combine("out");
        if (exists)
            await Archives.ExtractAsync(archive, target);
        string[] before = List(tree);
        TreeExtractOptions options = new() { Existing = policy, KeepParts = true };

        TreeExtractResult inOrder = await Archives.ExtractAsync(archive, target, options with { DryRun = true });
        TreeExtractResult lookedUp = await new TreeExtractor(target, options with { DryRun = true })
            .ExtractAsync(Archives.Open(archive), TestContext.Current.CancellationToken);

        Assert.Equal(before, List(tree));
        TreeExtractResult done = await Archives.ExtractAsync(archive, target, options);
        Assert.Null(done.Preview);
        foreach (TreeExtractResult foretold in (TreeExtractResult[])[inOrder, lookedUp])
        {
            RestorePreview preview = foretold.Preview!;
            Assert.Equal((created, overwritten, compared, 0), (preview.Created, preview.Overwritten, preview.Compared, preview.Refused));
            Assert.Equal(
                (done.Entries, done.Files, done.Bytes, done.SkippedEntries, done.WarningCount),
                (foretold.Entries, foretold.Files, foretold.Bytes, foretold.SkippedEntries, foretold.WarningCount));
            Assert.InRange(done.KeptFiles, foretold.KeptFiles, foretold.KeptFiles + compared);
        }
    }

    [Fact]
    public async Task Extract_DryRunOfALinkAlone_ForetellsTheFileThatItBecomes()
    {
        TempTree.RequireAll();
        byte[] archive = Archive();
        using TempTree tree = new();
        TreeExtractOptions options = new() { Includes = [PathPattern.Parse("/g")] };

        TreeExtractResult foretold = await new TreeExtractor(tree.Combine("out"), options with { DryRun = true })
            .ExtractAsync(Archives.Open(archive), TestContext.Current.CancellationToken);

        Assert.Empty(List(tree));
        TreeExtractResult done = await new TreeExtractor(tree.Combine("out"), options)
            .ExtractAsync(Archives.Open(archive), TestContext.Current.CancellationToken);
        Assert.Equal((1, 1, 5), (done.Entries, done.Files, done.Bytes));
        Assert.Equal((1, 1, 5, 1), (foretold.Entries, foretold.Files, foretold.Bytes, foretold.Preview!.Created));
    }

    [Fact]
    public async Task Extract_DryRunOfAnArchiveWithABrokenLink_IsDamagedToo()
    {
        TempTree.RequireLinux();
        byte[] archive = Archive();
        int name = archive.AsSpan().IndexOf("d/f\0"u8);
        archive[name + 2] = (byte)'x';
        using TempTree tree = new();

        TreeExtractResult foretold = await Archives.ExtractAsync(archive, tree.Combine("out"), new() { DryRun = true });

        Assert.Equal((1, 1, 5), (foretold.DamagedEntries, foretold.WarningCount, foretold.Entries));
        Assert.Empty(List(tree));
    }

    private static string[] List(TempTree tree) => [.. Directory.EnumerateFileSystemEntries(tree.Path, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal).Select(static path => $"{path} {File.GetLastWriteTimeUtc(path).Ticks} {new FileInfo(path).LinkTarget}")];

    private static byte[] Archive()
    {
        using MemoryStream archive = new();
        PxarWriter writer = PxarWriter.Create(archive, PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101));
        writer.BeginDirectory(new("d"), PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101));
        writer.WriteFile(new("f"), Plain, "small"u8.ToArray());
        PxarLinkTarget file = writer.GetLastFile();
        writer.WriteFile(new("large"), Plain, new byte[300_000]);
        writer.EndDirectory();
        writer.WriteHardLink(new("g"), file);
        writer.WriteSymlink(new("s"), PxarMetadata.Create(PxarEntryKind.Symlink, 0b111_111_111), "d/f"u8.ToArray());
        writer.Finish();
        return archive.ToArray();
    }
}
