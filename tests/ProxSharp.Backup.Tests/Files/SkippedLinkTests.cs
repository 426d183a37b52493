using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Tests.Files;

/// <summary>A file that a restore leaves as it is may be another one: no name of the archive is linked to it.</summary>
public sealed class SkippedLinkTests
{
    private static readonly PxarMetadata Plain = PxarMetadata.Create(PxarEntryKind.File, 0b110_100_100) with { ModificationTime = new(1_600_000_000, 0) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Extract_LookedUpLinksToASkippedFile_GetAFileOfTheirOwn()
    {
        TempTree.RequireAll();
        using TempTree tree = new();
        await File.WriteAllTextAsync(tree.Combine("a"), "hi", Token);
        TreeExtractOptions options = new() { Existing = ExistingFiles.Skip };

        TreeExtractResult foretold = await new TreeExtractor(tree.Path, options with { DryRun = true }).ExtractAsync(Archives.Open(Archive()), Token);
        TreeExtractResult done = await new TreeExtractor(tree.Path, options).ExtractAsync(Archives.Open(Archive()), Token);

        Assert.Equal(["hi", "content", "content"], Contents(tree, "a", "b", "c"));
        Assert.Equal((1, 2, 7, 0), (done.SkippedEntries, done.Entries, done.Bytes, done.WarningCount));
        Assert.Equal((1, 2, 7, 0), (foretold.SkippedEntries, foretold.Entries, foretold.Bytes, foretold.WarningCount));
        Assert.Equal(2, foretold.Preview!.Created);
        if (Libc.IsSupported)
        {
            await File.WriteAllTextAsync(tree.Combine("c"), "both", Token);
            Assert.Equal(["hi", "both"], Contents(tree, "a", "b"));
        }
    }

    [Fact]
    public async Task Extract_LinksToASkippedFileInOrder_AreLeftOutWithAWarning()
    {
        TempTree.RequireAll();
        using TempTree tree = new();
        await File.WriteAllTextAsync(tree.Combine("a"), "hi", Token);
        await File.WriteAllTextAsync(tree.Combine("b"), "mine", Token);
        TreeExtractOptions options = new() { Existing = ExistingFiles.Skip };

        TreeExtractResult foretold = await Archives.ExtractAsync(Archive(), tree.Path, options with { DryRun = true });
        TreeExtractResult done = await Archives.ExtractAsync(Archive(), tree.Path, options);

        Assert.Equal(["hi", "mine"], Contents(tree, "a", "b"));
        Assert.False(File.Exists(tree.Combine("c")));
        FileWarning warning = Assert.Single(done.Warnings);
        Assert.Equal(FileWarningKind.NotCreated, warning.Kind);
        Assert.Contains("\"a\", which was skipped", warning.Message, StringComparison.Ordinal);
        Assert.Equal((2, 0), (done.SkippedEntries, done.Entries));
        Assert.Equal((2, 0, 1), (foretold.SkippedEntries, foretold.Entries, foretold.WarningCount));
    }

    [Fact]
    public async Task Extract_LinksToASkippedFileOfTheSameSizeAndTime_AreMade()
    {
        TempTree.RequireAll();
        using TempTree tree = new();
        await Archives.ExtractAsync(Archive(), tree.Path, new());
        File.Delete(tree.Combine("b"));
        TreeExtractOptions options = new() { Existing = ExistingFiles.Skip };

        TreeExtractResult foretold = await Archives.ExtractAsync(Archive(), tree.Path, options with { DryRun = true });
        TreeExtractResult done = await Archives.ExtractAsync(Archive(), tree.Path, options);

        Assert.Equal((2, 1, 0), (done.SkippedEntries, done.Entries, done.WarningCount));
        Assert.Equal((2, 1, 0), (foretold.SkippedEntries, foretold.Entries, foretold.WarningCount));
        await File.WriteAllTextAsync(tree.Combine("a"), "both", Token);
        Assert.Equal(["both", "both"], Contents(tree, "b", "c"));
    }

    [Fact]
    public async Task Extract_SkippedLinkOfAFileThatIsNotRestored_IsNoTargetEither()
    {
        TempTree.RequireAll();
        using TempTree tree = new();
        await File.WriteAllTextAsync(tree.Combine("b"), "mine", Token);
        TreeExtractOptions options = new()
        {
            Existing = ExistingFiles.Skip,
            Includes = [PathPattern.Parse("/b"), PathPattern.Parse("/c")],
        };

        await new TreeExtractor(tree.Path, options).ExtractAsync(Archives.Open(Archive()), Token);

        Assert.Equal(["mine", "content"], Contents(tree, "b", "c"));
    }

    private static string[] Contents(TempTree tree, params string[] names) => [.. names.Select(name => File.ReadAllText(tree.Combine(name)))];

    private static byte[] Archive()
    {
        using MemoryStream archive = new();
        PxarWriter writer = PxarWriter.Create(archive, PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101));
        writer.WriteFile(new("a"), Plain, "content"u8.ToArray());
        PxarLinkTarget file = writer.GetLastFile();
        writer.WriteHardLink(new("b"), file);
        writer.WriteHardLink(new("c"), file);
        writer.Finish();
        return archive.ToArray();
    }
}
