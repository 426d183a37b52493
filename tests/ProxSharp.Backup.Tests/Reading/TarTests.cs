using System.Formats.Tar;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Backup.Reading.Tars;

namespace ProxSharp.Backup.Tests.Reading;

public sealed class TarTests
{
    private const string Golden = "host/golden/2023-11-14T22:13:20Z";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(ArchiveTests.Trees), MemberType = typeof(ArchiveTests))]
    public async Task WriteTar_GoldenTree_HoldsEveryEntry(string store, string snapshot, string manifest)
    {
        Assert.NotEmpty(manifest);
        await using SnapshotReader reader = await GoldenStore.OpenAsync(snapshot, store);
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);
        (TarResult result, MemoryStream tar) = await WriteAsync(archive);
        Assert.Equal(tar.Length, result.Length);
        Assert.Equal(0, tar.Length % 512);
        Dictionary<string, string> members = TarMember.Read(tar.ToArray()).ToDictionary(static member => member.Name, Describe);
        Dictionary<string, string> expected = [];
        expected["./"] = await DescribeAsync(archive, await archive.GetAsync("", Stop));
        await foreach (ArchiveEntry entry in archive.WalkAsync("", true, Stop))
        {
            string path = "./" + Encoding.Latin1.GetString(entry.PathBytes.Span) + (entry.Kind == PxarEntryKind.Directory ? "/" : "");
            if (entry.Kind != PxarEntryKind.Socket)
                expected[path] = await DescribeAsync(archive, entry);
        }

        Assert.Equal(expected.OrderBy(static pair => pair.Key, StringComparer.Ordinal), members.OrderBy(static pair => pair.Key, StringComparer.Ordinal));
        Assert.Equal(expected.Count, result.Entries);
        Assert.Equal(result.Skipped.Count, result.SkippedCount);
    }

    [Fact]
    public async Task WriteTar_AttributesAndAcls_AreRecordsAsTarProgramsWriteThem()
    {
        await using SnapshotReader reader = await GoldenStore.OpenAsync(Golden);
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);
        (TarResult result, MemoryStream tar) = await WriteAsync(archive, "/meta", "/sock");
        Assert.Equal(["sock"], result.Skipped);
        string text = Encoding.Latin1.GetString(tar.ToArray());
        await foreach (ArchiveEntry entry in archive.WalkAsync("meta", true, Stop))
        {
            foreach (PxarXattr xattr in entry.Metadata!.Xattrs)
                Assert.Contains($"SCHILY.xattr.{Encoding.Latin1.GetString(xattr.Name.Span)}={Encoding.Latin1.GetString(xattr.Value.Span)}\n", text, StringComparison.Ordinal);
            if (entry.Metadata.FileCapability is { } capability)
                Assert.Contains($"SCHILY.xattr.security.capability={Encoding.Latin1.GetString(capability.Span)}\n", text, StringComparison.Ordinal);
        }

        Assert.Contains("SCHILY.acl.access=user::", text, StringComparison.Ordinal);
        Assert.Contains("SCHILY.acl.default=user::", text, StringComparison.Ordinal);
        Assert.Contains("hdrcharset=BINARY", Encoding.Latin1.GetString((await WriteAsync(archive, "latin1-*")).Tar.ToArray()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain", Golden, new[] { "/a" }, new[] { "./", "./a/", "./a/.hidden", "./a/b/", "./a/b/c/", "./a/b/c/d/", "./a/b/c/d/e/", "./a/b/c/d/e/deep.txt", "./a/link-loop", "./a/three" })]
    [InlineData("plain", Golden, new[] { "/a", "!b" }, new[] { "./", "./a/", "./a/.hidden", "./a/link-loop", "./a/three" })]
    [InlineData("plain", Golden, new[] { "deep.txt" }, new[] { "./", "./a/", "./a/b/", "./a/b/c/", "./a/b/c/d/", "./a/b/c/d/e/", "./a/b/c/d/e/deep.txt" })]
    [InlineData("plain", Golden, new[] { "/hard/*" }, new[] { "./", "./hard/", "./hard/one", "./hard/two" })]
    [InlineData("split", "host/split-many/2024-03-09T18:00:00Z", new[] { "f0[12].txt" }, new[] { "./", "./f01.txt", "./f02.txt" })]
    public async Task WriteTar_Patterns_TakeWhatTheyMatchAndTheWayToIt(string store, string snapshot, string[] patterns, string[] expected)
    {
        await using SnapshotReader reader = await GoldenStore.OpenAsync(snapshot, store);
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);
        (TarResult result, MemoryStream tar) = await WriteAsync(archive, patterns);
        Assert.Equal(expected, TarMember.Read(tar.ToArray()).Select(static member => member.Name));
        Assert.Equal(expected.Length, result.Entries);
    }

    [Fact]
    public async Task WriteTar_LinksWithoutTheirTarget_BecomeTheFile()
    {
        await using SnapshotReader reader = await GoldenStore.OpenAsync(Golden);
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);
        (_, MemoryStream tar) = await WriteAsync(archive, "/hard");
        List<TarMember> members = TarMember.Read(tar.ToArray());
        Assert.Equal(("./hard/one", '0', ""), (members[2].Name, members[2].Type, members[2].Link));
        Assert.Equal(("./hard/two", '1', "./hard/one"), (members[3].Name, members[3].Type, members[3].Link));
    }

    [Theory]
    [InlineData("split", "host/split-many/2024-03-09T18:00:00Z")]
    [InlineData("split", "host/split-small/2024-03-09T18:00:00Z")]
    public async Task WriteTar_ReadByTheFramework_IsTheSame(string store, string snapshot)
    {
        await using SnapshotReader reader = await GoldenStore.OpenAsync(snapshot, store);
        (_, MemoryStream tar) = await WriteAsync(await reader.OpenArchiveAsync("root", Stop));
        tar.Position = 0;
        using TarReader members = new(tar);
        foreach (TarMember expected in TarMember.Read(tar.ToArray()))
        {
            TarEntry member = (await members.GetNextEntryAsync(copyData: true, Stop))!;
            Assert.Equal((expected.Name, expected.Link, expected.Mode), (member.Name, member.LinkName, (uint)member.Mode));
            MemoryStream content = new();
            await (member.DataStream ?? Stream.Null).CopyToAsync(content, Stop);
            Assert.Equal(expected.Content, content.ToArray());
        }

        Assert.Null(await members.GetNextEntryAsync(copyData: false, Stop));
    }

    [Theory]
    [InlineData(0, 0, "0")]
    [InlineData(1700000000, 123456789, "1700000000.123456789")]
    [InlineData(1, 500000000, "1.5")]
    [InlineData(-2, 500000000, "-1.5")]
    [InlineData(-1, 999999999, "-0.000000001")]
    [InlineData(-31536000, 0, "-31536000")]
    public void Time_AnyTime_IsInDecimalSeconds(long seconds, uint nanoseconds, string expected) =>
        Assert.Equal(expected, TarRecords.Time(new(seconds, nanoseconds)));

    [Fact]
    public void Records_AllLengths_CountTheirOwnDigits()
    {
        for (int length = 0; length < 1200; length++)
        {
            TarRecords records = new();
            records.Add("k", new string('v', length));
            string text = Encoding.ASCII.GetString(records.Span);
            Assert.Equal(text.Length, int.Parse(text[..text.IndexOf(' ', StringComparison.Ordinal)], CultureInfo.InvariantCulture));
        }
    }

    private static async Task<(TarResult Result, MemoryStream Tar)> WriteAsync(SnapshotArchive archive, params string[] patterns)
    {
        MemoryStream tar = new();
        TarOptions options = new() { Patterns = [.. patterns.Select(PathPattern.Parse)] };
        return (await archive.WriteTarAsync(tar, options, Stop), tar);
    }

    private static string Describe(TarMember member)
    {
        string content = Convert.ToHexStringLower(SHA256.HashData(member.Content));
        string rest = member.Type == '1' ? "" : Text(member.Mode, member.User, member.Group, member.Time, member.Major, member.Minor);
        return $"{member.Type} {member.Link} {content} {rest}";
    }

    private static async Task<string> DescribeAsync(SnapshotArchive archive, ArchiveEntry entry)
    {
        char type = entry.Kind switch
        {
            PxarEntryKind.Directory => '5',
            PxarEntryKind.File => '0',
            PxarEntryKind.Symlink => '2',
            PxarEntryKind.HardLink => '1',
            PxarEntryKind.BlockDevice => '4',
            PxarEntryKind.CharacterDevice => '3',
            _ => '6',
        };
        string target = (entry.Kind == PxarEntryKind.HardLink ? "./" : "") + Encoding.Latin1.GetString(entry.LinkTarget.Span);
        await using Stream content = entry.Kind == PxarEntryKind.File ? await archive.OpenFileAsync(entry, Stop) : Stream.Null;
        string hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, Stop));
        PxarMetadata metadata = entry.Metadata!;
        string time = TarRecords.Time(metadata.ModificationTime);
        string rest = entry.Kind == PxarEntryKind.HardLink
            ? ""
            : Text(metadata.Mode & 0xFFF, metadata.UserId, metadata.GroupId, time, (long)entry.DeviceMajor, (long)entry.DeviceMinor);
        return $"{type} {target} {hash} {rest}";
    }

    private static string Text(uint mode, uint user, uint group, string time, long major, long minor) =>
        string.Create(CultureInfo.InvariantCulture, $"{Convert.ToString(mode, 8)} {user}:{group} {time} {major},{minor}");
}
