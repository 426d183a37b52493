using System.Buffers;
using System.Text;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Backup.Reading.Verification;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Tests.Reading;

public sealed class SnapshotFaultTests
{
    private const string Golden = "host/golden/2023-11-14T22:13:20Z";
    private const string Encrypted = "host/golden-enc/2023-11-14T22:13:20Z";
    private const string Signed = "host/golden-sign/2023-11-14T22:13:20Z";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_WithoutKey_SaysWhichKey()
    {
        BackupKeyException exception = await Assert.ThrowsAsync<BackupKeyException>(
            () => GoldenStore.Plain.OpenSnapshotAsync(BackupSnapshotPath.Parse(Encrypted), null, Stop));
        Assert.Contains("no key was given", exception.Message, StringComparison.Ordinal);
        using CryptConfig key = GoldenStore.NamedKey("key-none");
        Assert.Contains(key.Fingerprint.ToString(), exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Encrypted)]
    [InlineData(Signed)]
    public async Task Open_WithAnotherKey_NamesBothFingerprints(string snapshot)
    {
        using CryptConfig right = GoldenStore.NamedKey("key-none");
        using CryptConfig wrong = GoldenStore.NamedKey("key-scrypt");
        TamperedSource source = TamperedSource.Over(snapshot);
        BackupKeyException exception = await Assert.ThrowsAsync<BackupKeyException>(() => SnapshotReader.OpenAsync(source, new() { Key = wrong }, Stop));
        Assert.Contains(right.Fingerprint.ToString(), exception.Message, StringComparison.Ordinal);
        Assert.Contains(wrong.Fingerprint.ToString(), exception.Message, StringComparison.Ordinal);
        Assert.True(source.IsDisposed);
    }

    [Fact]
    public async Task Open_ManifestWasChanged_IsRefused()
    {
        using CryptConfig key = GoldenStore.NamedKey("key-none");
        TamperedSource source = TamperedSource.Over(Signed);
        source.Files = (name, bytes) => name == "index.json.blob" ? Rewrite(bytes, static json => json.Replace("\"size\": 5", "\"size\": 6", StringComparison.Ordinal)) : bytes;
        BackupSignatureException exception = await Assert.ThrowsAsync<BackupSignatureException>(() => SnapshotReader.OpenAsync(source, new() { Key = key }, Stop));
        Assert.False(exception.IsMissing);
        Assert.Contains("signature", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Signed)]
    [InlineData(Encrypted)]
    public async Task Open_SignatureWasRemoved_IsRefusedUnlessItIsAllowed(string snapshot)
    {
        using CryptConfig key = GoldenStore.NamedKey("key-none");
        List<string> warnings = [];
        TamperedSource Unsigned(bool withFingerprint = true)
        {
            TamperedSource source = TamperedSource.Over(snapshot);
            source.Files = (name, bytes) => name != "index.json.blob" ? bytes : Rewrite(bytes, json =>
            {
                json = json.Replace("\"signature\"", "\"was-signature\"", StringComparison.Ordinal);
                return withFingerprint ? json : json.Replace("\"key-fingerprint\"", "\"was-fingerprint\"", StringComparison.Ordinal);
            });
            return source;
        }

        // The files say it, too.
        foreach (bool withFingerprint in (bool[])[true, false])
        {
            BackupSignatureException exception = await Assert.ThrowsAsync<BackupSignatureException>(
                () => SnapshotReader.OpenAsync(Unsigned(withFingerprint), new() { Key = key, Warned = warnings.Add }, Stop));
            Assert.True(exception.IsMissing);
        }

        Assert.Empty(warnings);
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(
            Unsigned(), new() { Key = key, RequireSignature = false, Warned = warnings.Add }, Stop);
        Assert.Equal(Formats.Manifests.ManifestSignature.Unsigned, reader.Signature);
        Assert.Contains("no signature", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_MadeWithoutKey_WarnsWhereThereIsOne()
    {
        using CryptConfig key = GoldenStore.NamedKey("key-none");
        List<string> warnings = [];
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(TamperedSource.Over(Golden), new() { Key = key, Warned = warnings.Add }, Stop);
        Assert.Contains("not signed with the key", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.True((await Assert.ThrowsAsync<BackupSignatureException>(
            () => SnapshotReader.OpenAsync(TamperedSource.Over(Golden), new() { Key = key, RequireSignature = true }, Stop))).IsMissing);
    }

    [Fact]
    public async Task Open_ManifestOfAnotherSnapshot_IsRefused()
    {
        TamperedSource source = TamperedSource.Over(Golden);
        source.Files = static (_, _) => GoldenStore.Read("datastore/host/golden/2023-11-14T231320Z/index.json.blob");
        ProxmoxProtocolException exception = await Assert.ThrowsAsync<ProxmoxProtocolException>(() => SnapshotReader.OpenAsync(source, null, Stop));
        Assert.Contains("2023-11-14T23:13:20Z", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_NoSuchSnapshot_IsNotFound() => await Assert.ThrowsAsync<SnapshotFileNotFoundException>(
        () => GoldenStore.Plain.OpenSnapshotAsync(BackupSnapshotPath.Parse("host/golden/2000-01-01T00:00:00Z"), null, Stop));

    [Fact]
    public async Task OpenArchive_WhatIsNotThere_SaysWhatThereIs()
    {
        await using SnapshotReader reader = await GoldenStore.OpenAsync(Golden);
        SnapshotFileNotFoundException exception = await Assert.ThrowsAsync<SnapshotFileNotFoundException>(() => reader.OpenArchiveAsync("home", Stop));
        Assert.Contains("root.pxar", exception.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => reader.OpenArchiveAsync("disk.img", Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => reader.ReadBlobAsync("disk.img", Stop));
    }

    [Fact]
    public async Task Open_MutatedManifests_GiveDocumentedExceptionsOnly()
    {
        Random random = new(1);
        for (int i = 0; i < 500; i++)
        {
            TamperedSource source = TamperedSource.Over(Golden);
            source.Files = (name, bytes) => name == "index.json.blob" ? Rewrite(bytes, json => Mutate(json, random)) : bytes;
            await OnlyDocumentedAsync(async () =>
            {
                await using SnapshotReader reader = await SnapshotReader.OpenAsync(source, null, Stop);
                foreach (SnapshotFile file in reader.Files)
                    await reader.OpenStreamAsync(file.StoredName, Stop);
            });
        }
    }

    [Fact]
    public async Task Open_MutatedFiles_GiveDocumentedExceptionsOnly()
    {
        Random random = new(2);
        for (int i = 0; i < 200; i++)
        {
            TamperedSource source = TamperedSource.Over("ct/101/2023-11-14T22:13:20Z");
            source.Files = (_, bytes) => random.Next(3) == 0 ? Mutation.Of(bytes, random) : bytes;
            source.Chunks = (_, bytes) => random.Next(3) == 0 ? Mutation.Of(bytes, random) : bytes;
            await OnlyDocumentedAsync(async () =>
            {
                await using SnapshotReader reader = await SnapshotReader.OpenAsync(source, null, Stop);
                await reader.VerifyAsync(null, Stop);
                SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);
                await archive.WriteTarAsync(Stream.Null, null, Stop);
            });
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4100)]
    public async Task OpenStream_TruncatedIndex_IsRefused(int length)
    {
        TamperedSource source = TamperedSource.Over(Golden);
        source.Files = (name, bytes) => name == "index.json.blob" ? bytes : bytes[..Math.Min(length, bytes.Length)];
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(source, null, Stop);
        foreach (string name in (string[])["root.pxar", "disk.img", "catalog"])
            await Assert.ThrowsAsync<ProxmoxProtocolException>(() => reader.OpenStreamAsync(name, Stop));
    }

    [Fact]
    public async Task OpenStream_IndexOfAnotherSnapshot_IsRefused()
    {
        TamperedSource source = TamperedSource.Over(Golden);
        source.Files = static (name, bytes) => name == "root.pxar.didx" ? GoldenStore.Read("datastore/host/golden/2023-11-14T231320Z/root.pxar.didx") : bytes;
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(source, null, Stop);
        ProxmoxProtocolException exception = await Assert.ThrowsAsync<ProxmoxProtocolException>(() => reader.OpenStreamAsync("root", Stop));
        Assert.Contains("not what the manifest names", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadBlob_OtherBytes_AreRefused()
    {
        TamperedSource source = TamperedSource.Over(Golden);
        source.Files = static (name, bytes) => name == "qemu-server.conf.blob" ? Rewrite(bytes, static text => text + "\nmemory: 1") : bytes;
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(source, null, Stop);
        await Assert.ThrowsAsync<ProxmoxProtocolException>(() => reader.ReadBlobAsync("qemu-server.conf", Stop));
        SnapshotVerification result = await reader.VerifyAsync(new() { Files = ["qemu-server.conf"] }, Stop);
        Assert.Equal(ChunkProblem.File, Assert.Single(result.Files[0].Damages).Problem);
    }

    [Fact]
    public async Task CopyTo_PlainChunksForAnEncryptedArchive_AreRefused()
    {
        using CryptConfig key = GoldenStore.NamedKey("key-none");
        TamperedSource source = TamperedSource.Over(Encrypted);
        source.Chunks = static (_, _) => Plain("someone else's data");
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(source, new() { Key = key }, Stop);
        ProxmoxProtocolException exception = await Assert.ThrowsAsync<ProxmoxProtocolException>(() => reader.CopyToAsync("root.pxar", Stream.Null, null, Stop));
        Assert.Contains("not encrypted", exception.Message, StringComparison.Ordinal);
        Assert.NotNull(exception.Offset);
    }

    [Fact]
    public async Task CopyTo_ChunkOfOtherData_IsRefused()
    {
        TamperedSource source = TamperedSource.Over("ct/101/2023-11-14T22:13:20Z");
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(source, null, Stop);
        source.Chunks = (_, bytes) => Rewrite(bytes, static _ => new string('x', 5610));
        ProxmoxProtocolException exception = await Assert.ThrowsAsync<ProxmoxProtocolException>(() => reader.CopyToAsync("root.pxar", Stream.Null, null, Stop));
        Assert.Contains("digest", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RestoreFile_MissingChunk_LeavesNoFileBehind()
    {
        using TestFolder folder = new();
        TamperedSource source = TamperedSource.Over(Golden);
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(source, null, Stop);
        source.Chunks = static (_, _) => null;
        MissingChunkException exception = await Assert.ThrowsAsync<MissingChunkException>(() => reader.RestoreFileAsync("disk.img", folder["disk"], null, Stop));
        Assert.Contains("disk.img", exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["disk"]));
        Assert.False(File.Exists(SnapshotReader.GetPartialPath(folder["disk"])));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Verify_ChunkOfAnArchive_NamesThePlaceAndTheFiles(bool missing)
    {
        TamperedSource source = TamperedSource.Over(Golden);
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(source, null, Stop);
        ChunkedFile file = await reader.OpenChunkedAsync(reader.FindFile("root")!, Stop);
        Formats.Indexes.IndexChunk chunk = file.Index[1];
        source.Chunks = (digest, bytes) => digest != chunk.Digest ? bytes : missing ? null : [.. bytes[..^1], (byte)(bytes[^1] ^ 1)];
        SnapshotVerification result = await reader.VerifyAsync(null, Stop);
        Assert.False(result.IsIntact);
        Assert.All(result.Files.Where(static other => other.File.Name != "root.pxar"), static other => Assert.True(other.IsIntact));
        FileDamage damage = Assert.Single(result.Files.Single(static other => other.File.Name == "root.pxar").Damages);
        Assert.Equal(missing ? ChunkProblem.Missing : ChunkProblem.Damaged, damage.Problem);
        Assert.Equal((chunk.Start, chunk.End, chunk.Digest), (damage.Start, damage.End, damage.Digest));
        // The root's own table stands at the end and is lost; what comes before the damage can still be read in order.
        Assert.Equal(["/", "/counter-8m.txt"], damage.AffectedPaths);
    }

    [Fact]
    public async Task Verify_DamagedPayloadChunk_NamesTheFilesThatLoseBytes()
    {
        TamperedSource source = TamperedSource.Over("host/split-many/2024-03-09T16:00:00Z", "split");
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(source, null, Stop);
        ChunkedFile file = await reader.OpenChunkedAsync(reader.FindFile("root.ppxar")!, Stop);
        source.Chunks = (digest, bytes) => digest == file.Index[0].Digest ? null : bytes;
        SnapshotVerification result = await reader.VerifyAsync(null, Stop);
        FileDamage damage = Assert.Single(result.Files.Single(static other => other.File.Name == "root.ppxar").Damages);
        Assert.Equal(ChunkProblem.Missing, damage.Problem);
        Assert.Contains("/f00.txt", damage.AffectedPaths);
        Assert.DoesNotContain("/f47.txt", damage.AffectedPaths);
        Assert.True(result.Files.Single(static other => other.File.Name == "root.mpxar").IsIntact);
    }

    [Fact]
    public async Task Verify_EncryptedWithoutKey_ChecksWhatIsStored()
    {
        TamperedSource source = TamperedSource.Over(Encrypted);
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(source, new() { AllowMissingKey = true }, Stop);
        SnapshotVerification intact = await reader.VerifyAsync(null, Stop);
        Assert.True(intact.IsIntact, string.Join('\n', intact.Files.SelectMany(static file => file.Damages)));
        Assert.All(intact.Files, static file => Assert.False(file.WithContents));
        source.Chunks = static (_, bytes) => [.. bytes[..^1], (byte)(bytes[^1] ^ 1)];
        SnapshotVerification damaged = await reader.VerifyAsync(null, Stop);
        Assert.All(damaged.Files.Where(static file => file.File.IsIndex), static file => Assert.All(file.Damages, static damage => Assert.Equal(ChunkProblem.Damaged, damage.Problem)));
        Assert.False(damaged.IsIntact);
        source.Chunks = static (_, _) => Plain("someone else's data");
        Assert.False((await reader.VerifyAsync(null, Stop)).IsIntact);
    }

    private static async Task OnlyDocumentedAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (ProxmoxException)
        {
            // Every documented failure is one.
        }
    }

    private static byte[] Rewrite(byte[] blob, Func<string, string> change)
    {
        using DataBlobDecoder decoder = new();
        ArrayBufferWriter<byte> text = new();
        decoder.Decode(blob, text);
        return Plain(change(Encoding.Latin1.GetString(text.WrittenSpan)));
    }

    private static byte[] Plain(string text)
    {
        using DataBlobEncoder encoder = new();
        ArrayBufferWriter<byte> blob = new();
        encoder.Encode(Encoding.Latin1.GetBytes(text), blob);
        return blob.WrittenSpan.ToArray();
    }

    private static string Mutate(string text, Random random) => Encoding.Latin1.GetString(Mutation.Of(Encoding.Latin1.GetBytes(text), random));
}
