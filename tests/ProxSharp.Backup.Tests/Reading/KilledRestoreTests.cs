using Microsoft.Extensions.Time.Testing;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Resuming;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Chunking;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Tests.Fakes;
using ProxSharp.Backup.Tests.Files;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>Restores that end without a chance to write anything more: killed, or without power.</summary>
public sealed class KilledRestoreTests
{
    private const int ChunkLength = 400_000;

    private static readonly PxarMetadata s_file = PxarMetadata.Create(PxarEntryKind.File, 0b110_100_100) with { ModificationTime = new(1_600_000_000, 0) };
    private static readonly PxarMetadata s_directory = PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101) with
    {
        ModificationTime = new(1_500_000_000, 0),
    };

    private static readonly TreeExtractOptions s_options = new() { KeepParts = true, RestoreOwnership = false, AllowExistingDirectories = true };

    private static readonly Dictionary<string, byte[]> s_files = Enumerable.Range(0, 600).ToDictionary(
        static i => $"small{i:D3}", static i => FakeBackup.Random(15_000 + (i * 7), i));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Restore_OfWhatAKilledOneLeft_DoesNotFetchItAgain()
    {
        TempTree.RequireLinux();
        MadeSnapshot made = Make(out long size);
        using TempTree tree = new();
        using TempTree left = new();
        bool isCopied = false;
        // What is on the disk while the restore is under way is what one that is killed there leaves.
        await Assert.ThrowsAsync<BackupSessionLostException>(() => RestoreAsync(made, tree, s_options, 20 * ChunkLength, () =>
        {
            if (!isCopied)
                Copy(tree.Path, left.Path);
            isCopied = true;
        }));
        Assert.True(isCopied);

        long sent = await RestoreAsync(made, left, s_options with { Existing = ExistingFiles.KeepSameContent }, long.MaxValue, null);

        Assert.All(s_files, file => Assert.True(file.Value.AsSpan().SequenceEqual(File.ReadAllBytes(left.Combine(file.Key))), file.Key));
        Assert.Equal(s_files.Count, Directory.GetFiles(left.Path).Length);
        // Twenty chunks had come. Some were on their way through the restore, and at most three were not noted.
        Assert.InRange(sent, size - (20L * ChunkLength), size - (12L * ChunkLength));
    }

    [Fact]
    public void Add_OfFewLongContents_IsOnTheDiskSoon()
    {
        TempTree.RequireLinux();
        const int length = 300_000;
        using TempTree tree = new();
        Sha256Digest archive = ChunkDigest.Compute("archive"u8);
        using ResumeJournal journal = ResumeJournal.Open(tree.Path, archive, 100 * length, ExistingFiles.Fail);
        for (int i = 0; i < 20; i++)
        {
            journal.Add("head"u8, "file"u8, 0, length);
            using ResumeJournal next = ResumeJournal.Open(tree.Path, archive, 100 * length, ExistingFiles.KeepSameContent);
            Assert.InRange(next.Known, Math.Max(0, ((i + 1) * (length + 4L)) - (1 << 20)), (i + 1) * (length + 4L));
        }
    }

    private static void Copy(string from, string to)
    {
        // The journal first: what it tells of is there by then, or is not.
        foreach (string path in Directory.GetFiles(from).Order(StringComparer.Ordinal))
            File.Copy(path, Path.Combine(to, Path.GetFileName(path)));
    }

    private static async Task<long> RestoreAsync(MadeSnapshot made, TempTree tree, TreeExtractOptions options, long most, Action? breaking)
    {
        FakeTimeProvider time = new();
        BrokenLine line = new(made, time, ChunkLength / 4, most) { Breaking = breaking };
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(line, new() { TimeProvider = time }, Stop);
        await reader.RestoreAsync("root.pxar", tree.Path, options, null, Stop);
        return line.Sent;
    }

    private static MadeSnapshot Make(out long size)
    {
        using MemoryStream archive = new();
        PxarWriter writer = PxarWriter.Create(archive, s_directory);
        foreach ((string name, byte[] content) in s_files)
            writer.WriteFile(new(name), s_file, content);
        writer.Finish();
        size = archive.Length;
        return new(ChunkLength, ("root.pxar.didx", archive.ToArray()));
    }
}
