using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Tests.Files;

/// <summary>
/// Trees with many or large files. PROXSHARP_TEST_FILES says how many, PROXSHARP_TEST_SPARSE how large in MiB; the defaults are small enough for every run.
/// </summary>
public sealed class LargeTreeTests(ITestOutputHelper output)
{
    private static readonly int Count =
        int.TryParse(Environment.GetEnvironmentVariable("PROXSHARP_TEST_FILES"), CultureInfo.InvariantCulture, out int count) ? count : 3000;

    private static readonly int SparseSize =
        int.TryParse(Environment.GetEnvironmentVariable("PROXSHARP_TEST_SPARSE"), CultureInfo.InvariantCulture, out int size) ? size : 64;

    private double _cpu;

    [Fact]
    public async Task RoundTrip_ManySmallFiles_IsWholeInBoundedMemory()
    {
        byte[] archive = Write();
        using TempTree tree = new();
        Stopwatch watch = Stopwatch.StartNew();
        Report("preparation", watch);
        using PxarReader reader = new(new MemoryStream(archive));
        TreeExtractResult restored = await new TreeExtractor(tree.Path).ExtractAsync(reader, TestContext.Current.CancellationToken);
        Report("restore", watch);
        Assert.Equal(Count, restored.Files);
        CountingStream stream = new(archive);
        DirectoryArchiveResult saved = await new DirectoryArchiver(tree.Path).WriteAsync(stream, cancellationToken: TestContext.Current.CancellationToken);
        Report("archive", watch);
        Assert.Equal(Count, saved.Files);
        Assert.Equal(archive.Length, stream.Position);
        Assert.True(stream.IsEqual || !Environment.IsPrivilegedProcess);
        using MemoryStream metadata = new();
        MemoryPayload payload = new();
        await new DirectoryArchiver(tree.Path).WriteSplitAsync(metadata, payload, cancellationToken: TestContext.Current.CancellationToken);
        Report("split archive", watch);
        PreviousArchive previous = new(Archives.Open(metadata.ToArray()), Archives.Index([payload.Bytes.Length]));
        MemoryPayload reused = new(payload.Bytes);
        DirectoryArchiveResult again = await new DirectoryArchiver(tree.Path).WriteSplitAsync(Stream.Null, reused, previous, TestContext.Current.CancellationToken);
        Report("unchanged split archive", watch);
        Assert.Equal(Count, again.Files);
    }

    [Fact]
    public async Task RoundTrip_SparseImage_StreamsAndStaysSparse()
    {
        TempTree.RequireLinux();
        using TempTree source = new();
        using TempTree target = new();
        long length = (long)SparseSize << 20;
        await using (FileStream file = File.Create(source.Combine("disk.img")))
        {
            file.SetLength(length);
            foreach (long at in new[] { 12_345L, length / 2, length - 5 })
            {
                file.Position = at;
                file.Write("data"u8);
            }
        }

        Report("preparation", Stopwatch.StartNew());
        Stopwatch watch = Stopwatch.StartNew();
        Pipe pipe = new();
        Task<TreeExtractResult> restore = RestoreAsync(pipe.Reader, target.Path);
        await new DirectoryArchiver(source.Path).WriteAsync(pipe.Writer.AsStream(), cancellationToken: TestContext.Current.CancellationToken);
        await pipe.Writer.CompleteAsync();
        Assert.Equal(length, (await restore).Bytes);
        Report("sparse image", watch);
        using IFileNode copy = FileTrees.Create().OpenRoot(target.Combine("disk.img"));
        Assert.True(copy.Stat.IsSparse);
        Assert.Equal(length, copy.Stat.Length);
        byte[] found = new byte[4];
        foreach (long at in new[] { 12_345L, length / 2, length - 5 })
        {
            Assert.Equal(4, copy.Read(at, found));
            Assert.Equal("data"u8.ToArray(), found);
        }
    }

    private static async Task<TreeExtractResult> RestoreAsync(PipeReader archive, string path)
    {
        await using Stream stream = archive.AsStream();
        using PxarReader reader = new(stream);
        return await new TreeExtractor(path).ExtractAsync(reader, TestContext.Current.CancellationToken);
    }

    private static byte[] Write()
    {
        Random random = new(1);
        using MemoryStream archive = new();
        PxarMetadata directory = PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101) with { ModificationTime = new(1_700_000_000, 1) };
        PxarMetadata file = PxarMetadata.Create(PxarEntryKind.File, 0b110_100_100) with { ModificationTime = new(1_600_000_000, 1) };
        PxarWriter writer = PxarWriter.Create(archive, directory);
        for (int i = 0; i < Count; i++)
        {
            if (i % 100 == 0)
                writer.BeginDirectory(new(string.Create(CultureInfo.InvariantCulture, $"d{i / 100:D5}")), directory);
            byte[] content = new byte[random.Next(4000)];
            random.NextBytes(content);
            writer.WriteFile(new(string.Create(CultureInfo.InvariantCulture, $"f{i % 100:D3}")), file, content);
            if (i % 100 == 99 || i == Count - 1)
                writer.EndDirectory();
        }

        writer.Finish();
        return archive.ToArray();
    }

    private void Report(string what, Stopwatch watch)
    {
        using Process process = Process.GetCurrentProcess();
        double cpu = process.TotalProcessorTime.TotalSeconds;
        string text = string.Create(CultureInfo.InvariantCulture, $"{what}: {watch.Elapsed.TotalSeconds:F2} s, {cpu - _cpu:F2} CPU s, {Environment.WorkingSet >> 20} MiB");
        output.WriteLine(text);
        _cpu = cpu;
        watch.Restart();
    }

    private sealed class CountingStream(byte[] expected) : MemoryStream
    {
        private int _position;

        public override long Position => _position;

        internal bool IsEqual { get; private set; } = true;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            IsEqual &= buffer.Length <= expected.Length - _position && buffer.Span.SequenceEqual(expected.AsSpan(_position, buffer.Length));
            _position += buffer.Length;
            return default;
        }
    }
}
