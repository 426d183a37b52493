using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Formats.Tests.Pxar;

public sealed class PxarGoldenTests
{
    public static TheoryData<string> SmallArchives => [.. Golden.SmallArchives];

    [Theory]
    [MemberData(nameof(SmallArchives))]
    public async Task Rewrite_SmallArchive_IsTheSameBytes(string name)
    {
        byte[] bytes = Golden.Read(name);
        using PxarReader reader = new(new MemoryStream(bytes));
        Assert.Equal(bytes, ArchiveCopier.Copy(reader, split: false).Archive);
        using PxarReader again = new(new OneByteStream(bytes));
        Assert.Equal(bytes, (await ArchiveCopier.CopyAsync(again, split: false)).Archive);
    }

    [Fact]
    public async Task Rewrite_WholeTree_IsTheSameBytes()
    {
        byte[] bytes = Golden.Tree;
        Assert.StartsWith(Convert.ToHexStringLower(SHA256.HashData(bytes)), File.ReadAllText(Golden.Path("pxar/tree.pxar.sha256")));
        using PxarReader reader = new(new MemoryStream(bytes));
        Assert.Equal(SHA256.HashData(bytes), SHA256.HashData(ArchiveCopier.Copy(reader, split: false).Archive));
        using PxarReader again = new(new MemoryStream(bytes));
        Assert.Equal(SHA256.HashData(bytes), SHA256.HashData((await ArchiveCopier.CopyAsync(again, split: false)).Archive));
    }

    [Theory]
    [MemberData(nameof(SmallArchives))]
    public async Task RandomAccess_SmallArchive_EqualsStreaming(string name)
    {
        byte[] bytes = Golden.Read(name);
        List<string> expected = ArchiveDump.Streaming(new MemoryStream(bytes));
        Assert.Equal(expected, await ArchiveDump.StreamingAsync(new OneByteStream(bytes)));
        Assert.Equal(expected, ArchiveDump.RandomAccess(PxarArchive.Open(RandomAccessSource.FromMemory(bytes))));
        RandomAccessSource source = RandomAccessSource.FromStream(new MemoryStream(bytes));
        Assert.Equal(expected, await ArchiveDump.RandomAccessAsync(await PxarArchive.OpenAsync(source, null, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public void RandomAccess_WholeTree_EqualsStreaming() => Assert.Equal(
        ArchiveDump.Streaming(new MemoryStream(Golden.Tree)),
        ArchiveDump.RandomAccess(PxarArchive.Open(RandomAccessSource.FromMemory(Golden.Tree))));

    [Theory]
    [InlineData("pxar/tree-small.pxar", "source/tree-small.manifest.json")]
    [InlineData("", "source/tree.manifest.json")]
    public void Find_EveryEntryOfTheSource_HasItsMetadataAndContent(string archiveName, string manifest)
    {
        byte[] bytes = archiveName.Length == 0 ? Golden.Tree : Golden.Read(archiveName);
        PxarArchive archive = PxarArchive.Open(RandomAccessSource.FromMemory(bytes));
        int found = 0;
        foreach (JsonElement expected in Golden.Json(manifest).EnumerateArray())
        {
            string path = expected.GetProperty("path").GetString()!;
            byte[] bytesOfPath = path == "." ? [] : Convert.FromHexString(expected.GetProperty("path_hex").GetString()!);
            PxarNode? node = archive.Find(bytesOfPath);
            if (path == "excl/a.tmp" || (node is null && path.StartsWith("excl/skipdir", StringComparison.Ordinal)))
                continue;
            Assert.NotNull(node);
            AssertMatches(expected, archive, node);
            found++;
        }

        Assert.Equal(ArchiveDump.RandomAccess(archive, contents: false).Count, found);
    }

    [Fact]
    public void Find_WhatIsNotThere_IsNull()
    {
        PxarArchive archive = PxarArchive.Open(RandomAccessSource.FromMemory(Golden.Read("pxar/tree-nolarge.pxar")));
        Assert.Null(archive.Find("nothing"));
        Assert.Null(archive.Find("hello.txt/below"));
        Assert.Null(archive.Find("a/../hello.txt"));
        Assert.Same(archive.Root, archive.Find("/"));
        Assert.Equal("hello.txt", archive.Find("//hello.txt/")!.Name.ToString());
        Assert.Throws<ArgumentException>(() => archive.FindChild(archive.Find("hello.txt")!, new("x")));
        Assert.Throws<ArgumentException>(() => archive.OpenContent(archive.Root));
    }

    [Fact]
    public async Task Find_Path_ReadsLittle()
    {
        CountingSource source = new(Golden.Tree);
        PxarArchive archive = PxarArchive.Open(source);
        Assert.NotNull(archive.Find("a/b/c/d/e/deep.txt"));
        Assert.InRange(source.BytesRead, 1, 64 * 1024);
        long sync = source.BytesRead;
        archive = await PxarArchive.OpenAsync(source, null, TestContext.Current.CancellationToken);
        Assert.NotNull(await archive.FindAsync("a/b/c/d/e/deep.txt", TestContext.Current.CancellationToken));
        Assert.Equal(2 * sync, source.BytesRead);
    }

    [Fact]
    public async Task HardLink_Opened_IsContentOfItsTarget()
    {
        PxarArchive archive = PxarArchive.Open(RandomAccessSource.FromMemory(Golden.Read("pxar/tree-nolarge.pxar")));
        PxarNode link = archive.Find("hard/one")!;
        Assert.Equal(PxarEntryKind.HardLink, link.Kind);
        Assert.Equal("a/three", PxarName.Text(link.Entry.LinkTarget.Span));
        Assert.Equal("three", archive.ResolveHardLink(link).Name.ToString());
        using MemoryStream viaLink = new();
        using MemoryStream direct = new();
        archive.OpenContent(link).CopyTo(viaLink);
        await (await archive.OpenContentAsync(archive.Find("a/three")!, TestContext.Current.CancellationToken))
            .CopyToAsync(direct, TestContext.Current.CancellationToken);
        Assert.Equal(19, direct.Length);
        Assert.Equal(direct.ToArray(), viaLink.ToArray());
    }

    [Fact]
    public void Metadata_OfGoldenMeta_IsComplete()
    {
        PxarArchive archive = PxarArchive.Open(RandomAccessSource.FromMemory(Golden.Read("pxar/meta.pxar")));
        PxarMetadata file = archive.Find("acl.txt")!.Entry.Metadata!;
        Assert.Equal([new(33, PosixAclPermissions.None), new(1234, PosixAclPermissions.Read | PosixAclPermissions.Write)], file.Acl!.Users);
        Assert.Equal([new(4321, PosixAclPermissions.Read)], file.Acl.Groups);
        Assert.Equal(PosixAclPermissions.Read, file.Acl.GroupObject);
        PosixAcl directory = archive.Find("acldir")!.Entry.Metadata!.Acl!;
        PosixAclPermissions all = (PosixAclPermissions)7;
        Assert.Equal(new PosixAclDefaults(all, (PosixAclPermissions)5, (PosixAclPermissions)5, all), directory.Defaults);
        Assert.Equal([new(1234, all)], directory.DefaultUsers);
        Assert.Equal([new(4321, (PosixAclPermissions)5)], directory.DefaultGroups);
        Assert.Equal(20, archive.Find("caps")!.Entry.Metadata!.FileCapability!.Value.Length);
        Assert.Equal(PxarFlags.NoAccessTime, archive.Find("noatime")!.Entry.Metadata!.Flags);
        Assert.Equal(PxarFlags.NoDump, archive.Find("nodump")!.Entry.Metadata!.Flags);
        Assert.Equal(new PxarTimestamp(-31536000, 500000000), archive.Find("old")!.Entry.Metadata!.ModificationTime);
        Assert.Equal(["user.comment", "user.empty", "user.binary"], archive.Find("xattr.txt")!.Entry.Metadata!.Xattrs.Select(x => PxarName.Text(x.Name.Span)));
    }

    [Fact]
    public void Content_CanSeek_AndEndsWhereTheFileEnds()
    {
        PxarArchive archive = PxarArchive.Open(RandomAccessSource.FromMemory(Golden.Tree));
        using Stream content = archive.OpenContent(archive.Find("hello.txt")!);
        Assert.Equal(13, content.Length);
        content.Seek(-3, SeekOrigin.End);
        byte[] rest = new byte[10];
        Assert.Equal(3, content.Read(rest, 0, 10));
        Assert.Equal(-1, content.ReadByte());
        content.Position = 100;
        Assert.Equal(0, content.Read(rest));
        Assert.Throws<ArgumentOutOfRangeException>(() => content.Position = -1);
    }

    private static void AssertMatches(JsonElement expected, PxarArchive archive, PxarNode node)
    {
        PxarEntry entry = node.Entry;
        PxarMetadata metadata = archive.ResolveHardLink(node).Entry.Metadata!;
        Assert.Equal(Convert.ToUInt32(expected.GetProperty("mode").GetString()![2..], 8), metadata.Mode);
        Assert.Equal(expected.GetProperty("uid").GetUInt32(), metadata.UserId);
        Assert.Equal(expected.GetProperty("gid").GetUInt32(), metadata.GroupId);
        Int128 nanoseconds = ((Int128)metadata.ModificationTime.Seconds * 1_000_000_000) + metadata.ModificationTime.Nanoseconds;
        Assert.Equal(expected.GetProperty("mtime_ns").GetInt64(), (long)nanoseconds);
        if (expected.TryGetProperty("target", out JsonElement target))
            Assert.Equal(target.GetString(), PxarName.Text(entry.LinkTarget.Span));
        if (expected.TryGetProperty("rdev", out JsonElement device))
            Assert.Equal((device[0].GetUInt64(), device[1].GetUInt64()), (entry.DeviceMajor, entry.DeviceMinor));
        if (expected.TryGetProperty("sha256", out JsonElement hash))
            Assert.Equal(hash.GetString(), Convert.ToHexStringLower(SHA256.HashData(archive.OpenContent(node))));
        if (expected.TryGetProperty("xattrs_hex", out JsonElement xattrs))
            AssertXattrs(xattrs, metadata);
    }

    private static void AssertXattrs(JsonElement expected, PxarMetadata metadata)
    {
        Dictionary<string, string> actual = metadata.Xattrs.ToDictionary(
            xattr => PxarName.Text(xattr.Name.Span),
            xattr => Convert.ToHexStringLower(xattr.Value.Span));
        if (metadata.FileCapability is { } capability)
            actual["security.capability"] = Convert.ToHexStringLower(capability.Span);
        string[] kept = [.. expected.EnumerateObject().Select(x => x.Name).Where(x => !x.StartsWith("system.", false, CultureInfo.InvariantCulture))];
        Assert.Equal(kept.Order(), actual.Keys.Order());
        Assert.All(kept, name => Assert.Equal(expected.GetProperty(name).GetString(), actual[name]));
    }
}
