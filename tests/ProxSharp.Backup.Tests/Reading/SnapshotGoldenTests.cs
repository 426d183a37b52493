using System.Security.Cryptography;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Backup.Reading.Verification;

namespace ProxSharp.Backup.Tests.Reading;

public sealed class SnapshotGoldenTests
{
    public static TheoryData<string, string, string> Snapshots()
    {
        TheoryData<string, string, string> data = [];
        foreach ((string store, string folder, string snapshot) in GoldenStore.Snapshots())
            data.Add(store, folder, snapshot);
        return data;
    }

    [Fact]
    public void ListSnapshots_GoldenStores_FindsAll()
    {
        Assert.Equal(["", "sub", "sub/ns1"], GoldenStore.Plain.ListNamespaces().Select(static folder => folder.ToString()));
        Assert.Equal(12, GoldenStore.Plain.ListSnapshots().Count);
        Assert.Equal(27, GoldenStore.Split.ListSnapshots().Count);
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public async Task CopyTo_EveryFile_IsWhatWasBackedUp(string store, string folder, string snapshot)
    {
        await using SnapshotReader reader = await GoldenStore.OpenAsync(snapshot, store, folder);
        Assert.Equal(GoldenStore.Key(snapshot) is null ? ManifestSignature.Unsigned : ManifestSignature.Valid, reader.Signature);
        foreach (SnapshotFile file in reader.Files)
        {
            using HashingStream output = new();
            await reader.CopyToAsync(file.StoredName, output, null, TestContext.Current.CancellationToken);
            (long size, string? hash) = GoldenStore.Content(Prefix(folder) + snapshot, file.StoredName);
            Assert.Equal(size, output.Length);
            if (hash is not null)
                Assert.Equal(hash, output.Digest());
        }
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public async Task OpenStream_ReadHereAndThere_GivesTheSameBytes(string store, string folder, string snapshot)
    {
        await using SnapshotReader reader = await GoldenStore.OpenAsync(snapshot, store, folder, new() { MaxChunksAhead = 3, MaxBytesAhead = 1 << 20 });
        Random random = new(snapshot.Length);
        foreach (SnapshotFile file in reader.Files.Where(static file => file.IsIndex))
        {
            MemoryStream whole = new();
            await reader.CopyToAsync(file.StoredName, whole, null, TestContext.Current.CancellationToken);
            await using Stream stream = await reader.OpenStreamAsync(file.StoredName, TestContext.Current.CancellationToken);
            Assert.Equal(whole.Length, stream.Length);
            for (int i = 0; i < 40; i++)
            {
                long position = random.NextInt64(whole.Length + 1);
                byte[] buffer = new byte[random.Next(1, 100_000)];
                stream.Position = position;
                int read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, TestContext.Current.CancellationToken);
                Assert.Equal(Math.Min(buffer.Length, whole.Length - position), read);
                Assert.True(buffer.AsSpan(0, read).SequenceEqual(whole.GetBuffer().AsSpan((int)position, read)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public async Task Verify_EverySnapshot_IsIntact(string store, string folder, string snapshot)
    {
        await using SnapshotReader reader = await GoldenStore.OpenAsync(snapshot, store, folder);
        SnapshotVerification result = await reader.VerifyAsync(null, TestContext.Current.CancellationToken);
        Assert.True(result.IsIntact, string.Join('\n', result.Files.SelectMany(static file => file.Damages)));
        Assert.Equal(reader.Files.Count, result.Files.Count);
        Assert.All(result.Files.Where(static file => file.File.IsIndex), static file => Assert.True(file.Chunks > 0));
    }

    [Theory]
    [InlineData("host/golden/2023-11-14T22:13:20Z", "qemu-server.conf", "decoded/host_golden_2023-11-14T221320Z/qemu-server.conf")]
    [InlineData("host/golden-enc/2023-11-14T22:13:20Z", "qemu-server.conf.blob", "decoded/host_golden-enc_2023-11-14T221320Z/qemu-server.conf")]
    [InlineData("host/golden-sign/2023-11-14T22:13:20Z", "qemu-server", "decoded/host_golden-sign_2023-11-14T221320Z/qemu-server.conf")]
    [InlineData("vm/100/2023-11-14T22:13:20Z", "firewall.conf", "decoded/vm_100_2023-11-14T221320Z/firewall.conf")]
    [InlineData("host/golden/2023-11-14T22:13:20Z", "index.json", "decoded/host_golden_2023-11-14T221320Z/index.json")]
    [InlineData("host/golden-empty/2023-11-14T22:13:20Z", "empty.conf", "decoded/host_golden-empty_2023-11-14T221320Z/empty.conf")]
    public async Task ReadBlob_ByAnyName_IsTheContent(string snapshot, string name, string expected)
    {
        await using SnapshotReader reader = await GoldenStore.OpenAsync(snapshot);
        Assert.Equal(GoldenStore.Read(expected), await reader.ReadBlobAsync(name, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ReadBlob_EncryptedKeyWithoutKey_IsReadAllTheSame()
    {
        const string Snapshot = "host/golden-master/2023-11-14T22:13:20Z";
        await using SnapshotReader reader = await GoldenStore.Plain.OpenSnapshotAsync(
            Ids.BackupSnapshotPath.Parse(Snapshot), new() { AllowMissingKey = true }, TestContext.Current.CancellationToken);
        Assert.Equal(ManifestSignature.MissingKey, reader.Signature);
        byte[] expected = GoldenStore.Read("decoded/host_golden-master_2023-11-14T221320Z/rsa-encrypted.key");
        Assert.Equal(expected, await reader.ReadBlobAsync("rsa-encrypted.key", TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<Formats.BackupKeyException>(() => reader.OpenArchiveAsync("root", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("root", "root.pxar.didx")]
    [InlineData("root.pxar", "root.pxar.didx")]
    [InlineData("root.pxar.didx", "root.pxar.didx")]
    [InlineData("disk", "disk.img.fidx")]
    [InlineData("disk.img", "disk.img.fidx")]
    [InlineData("catalog", "catalog.pcat1.didx")]
    [InlineData("qemu-server", "qemu-server.conf.blob")]
    [InlineData("nothing", null)]
    public async Task FindFile_ByAnyName_IsTheStoredOne(string name, string? stored)
    {
        await using SnapshotReader reader = await GoldenStore.OpenAsync("host/golden/2023-11-14T22:13:20Z");
        Assert.Equal(stored, reader.FindFile(name)?.StoredName);
    }

    [Fact]
    public async Task CopyTo_SplitArchiveInOnePiece_IsTheArchiveOfOneStream()
    {
        await using SnapshotReader legacy = await GoldenStore.OpenAsync("host/split-small/2024-03-09T16:00:00Z", "split");
        await using SnapshotReader split = await GoldenStore.OpenAsync("host/split-small/2024-03-09T17:00:00Z", "split");
        await using SnapshotReader reused = await GoldenStore.OpenAsync("host/split-small/2024-03-09T18:00:00Z", "split");
        byte[] expected = await CopyAsync(legacy, "root.pxar");
        Assert.Equal(expected, await CopyAsync(split, "root.pxar"));
        Assert.Equal(expected, await CopyAsync(reused, "root.pxar"));
        Assert.NotEqual(expected, await CopyAsync(split, "root.mpxar"));
    }

    [Fact]
    public async Task RestoreFile_Image_IsTheImageAndSparse()
    {
        using TestFolder folder = new();
        await using SnapshotReader reader = await GoldenStore.OpenAsync("host/golden/2023-11-14T22:13:20Z");
        List<RestoreProgress> reports = [];
        RestoreFileOptions options = new() { Progress = new ImmediateProgress<RestoreProgress>(reports.Add) };
        RestoreFileResult result = await reader.RestoreFileAsync("disk.img", folder["disk"], options, TestContext.Current.CancellationToken);
        (long size, string? hash) = GoldenStore.Content("host/golden/2023-11-14T22:13:20Z", "disk.img.fidx");
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(folder["disk"]))));
        Assert.Equal(size, result.Length);
        Assert.True(result.BytesLeftOut > 7 << 20, result.ToString());
        Assert.Equal(size, result.BytesLeftOut + result.BytesWritten);
        Assert.Equal(size, reports[^1].BytesDone);
        Assert.Equal(TimeSpan.Zero, reports[^1].Remaining);
        await Assert.ThrowsAsync<IOException>(() => reader.RestoreFileAsync("disk.img", folder["disk"], null, TestContext.Current.CancellationToken));
        await reader.RestoreFileAsync("qemu-server.conf", folder["disk"], new() { Overwrite = true }, TestContext.Current.CancellationToken);
        Assert.Equal(GoldenStore.Read("source/qemu-server.conf"), File.ReadAllBytes(folder["disk"]));
    }

    private static string Prefix(string folder) => folder.Length == 0 ? "" : $"ns/{folder.Replace("/", "/ns/", StringComparison.Ordinal)}/";

    private static async Task<byte[]> CopyAsync(SnapshotReader reader, string name)
    {
        MemoryStream output = new();
        await reader.CopyToAsync(name, output, null, TestContext.Current.CancellationToken);
        return output.ToArray();
    }
}
