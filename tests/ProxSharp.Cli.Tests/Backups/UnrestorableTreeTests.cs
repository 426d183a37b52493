using System.Buffers.Binary;
using System.Text.Json;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>Archives of good chunks that cannot be restored: verification says so, and readers agree.</summary>
public sealed class UnrestorableTreeTests
{
    private const string Store = "--store-directory stores/made";

    [Fact]
    public async Task PayloadReference_Wrong_IsDamageThatNamesTheFile()
    {
        using CliHarness cli = new();
        (byte[] names, byte[] payload) = WriteSplit();
        Patch(names, 0x419d3d6bc4ba977e, last: true, 16, 37);
        Make(cli, ("root.mpxar.didx", names), ("root.ppxar.didx", payload));

        CliRun verified = await cli.LineAsync($"backup verify host/web {Store} -o json");
        string refused = (await cli.LineAsync($"backup restore host/web root.pxar out --verify --ignore-ownership {Store}")).FailedWith(1);
        bool written = Directory.Exists(Path.Combine(cli.Home, "out"));
        (await cli.LineAsync($"backup restore host/web root.pxar out --ignore-ownership {Store} {refused.Split("--verify: ")[1]}")).Succeeded();

        Assert.Equal(1, verified.ExitCode);
        Assert.Equal(["/b"], Paths(verified));
        Assert.False(written);
        Assert.Equal(["a"], cli.ReadTree("out").Keys);
    }

    [Theory]
    [InlineData((byte)'q')]
    [InlineData((byte)'s')]
    [InlineData((byte)'b')]
    public async Task HardLink_ThatLeadsNowhere_IsLeftOutWithExitCode1(byte target)
    {
        using CliHarness cli = new();
        byte[] archive = WriteLink();
        int item = Find(archive, 0x51269c8422bd7275, last: true);
        archive[item + 24] = target;
        Make(cli, ("root.pxar.didx", archive));

        CliRun verified = await cli.LineAsync($"backup verify host/web {Store} -o json");
        CliRun restored = await cli.LineAsync($"backup restore host/web root.pxar out --ignore-ownership {Store}");
        CliRun part = await cli.LineAsync($"backup restore host/web root.pxar part --ignore-ownership --pattern /z --pattern /a {Store}");
        CliRun tar = await cli.LineAsync($"backup restore host/web root.pxar - --tar {Store}");
        CliRun listed = await cli.LineAsync($"backup ls host/web root.pxar -r {Store}");

        Assert.Equal(["/z"], Paths(verified));
        Assert.Equal([1, 1, 1, 1, 1], ((CliRun[])[verified, restored, part, tar, listed]).Select(static run => run.ExitCode));
        Assert.All((CliRun[])[restored, part, tar], static run => Assert.Contains("z", Assert.Single(Warnings(run)), StringComparison.Ordinal));
        Assert.False(Path.Exists(Path.Combine(cli.Home, "out", "z")));
        Assert.True(Path.Exists(Path.Combine(cli.Home, "out", "b")));
        Assert.Equal(["a"], cli.ReadTree("part").Keys);
        (await cli.LineAsync($"backup restore host/web root.pxar never --verify --ignore-ownership {Store}")).FailedWith(1);
        Assert.False(Path.Exists(Path.Combine(cli.Home, "never")));
    }

    [Fact]
    public async Task SplitArchive_ContentsMissing_IsToldByEveryCommand()
    {
        using CliHarness cli = new();
        Make(cli, ("root.mpxar.didx", WriteLink()));

        CliRun listed = await cli.LineAsync($"backup ls host/web {Store}");
        CliRun verified = await cli.LineAsync($"backup verify host/web {Store} -o json");

        listed.FailedWithCode(0);
        Assert.Contains("warning: root.mpxar has no root.ppxar.didx", listed.Errors, StringComparison.Ordinal);
        verified.FailedWithCode(1);
        Assert.Contains("has no root.ppxar.didx: the contents of its files are missing", verified.Output, StringComparison.Ordinal);
        foreach (string option in new[] { "", "--verify " })
        {
            string error = (await cli.LineAsync($"backup restore host/web root.pxar out {option}--ignore-ownership {Store}")).FailedWith(1);
            Assert.Contains("has no root.ppxar.didx: the contents of its files are missing", error, StringComparison.Ordinal);
        }

        Assert.False(Path.Exists(Path.Combine(cli.Home, "out")));
    }

    private static IEnumerable<string> Warnings(CliRun run) => run.Errors.Split('\n').Where(static line => line.StartsWith("warning: ", StringComparison.Ordinal));

    private static IEnumerable<string?> Paths(CliRun verified) => JsonDocument.Parse(verified.Output).RootElement.GetProperty("data").EnumerateArray()
        .SelectMany(static file => file.TryGetProperty("damage", out JsonElement damage) ? damage.EnumerateArray() : default)
        .SelectMany(static damage => damage.GetProperty("paths").EnumerateArray()).Select(static path => path.GetString());

    private static void Make(CliHarness cli, params (string Name, byte[] Content)[] archives) =>
        MadeStore.Write(Path.Combine(cli.Home, "stores", "made"), "host/web/2026-02-01T00:00:00Z", archives);

    private static int Find(byte[] archive, ulong type, bool last)
    {
        Span<byte> wanted = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(wanted, type);
        return last ? archive.AsSpan().LastIndexOf(wanted) : archive.AsSpan().IndexOf(wanted);
    }

    private static void Patch(byte[] archive, ulong type, bool last, int at, long value) =>
        BinaryPrimitives.WriteInt64LittleEndian(archive.AsSpan(Find(archive, type, last) + at), value);

    private static byte[] WriteLink()
    {
        using MemoryStream stream = new();
        PxarMetadata file = PxarMetadata.Create(PxarEntryKind.File, 0b110_100_100);
        PxarWriter writer = PxarWriter.Create(stream, PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101));
        writer.WriteFile(new("a"), file, "one"u8.ToArray());
        PxarLinkTarget link = writer.GetLastFile();
        writer.WriteFile(new("b"), file, "two"u8.ToArray());
        writer.WriteSymlink(new("s"), PxarMetadata.Create(PxarEntryKind.Symlink, 0b111_111_111), "/etc/passwd"u8.ToArray());
        writer.WriteHardLink(new("z"), link);
        writer.Finish();
        return stream.ToArray();
    }

    private static (byte[] Names, byte[] Payload) WriteSplit()
    {
        using MemoryStream names = new();
        using MemoryStream payload = new();
        PxarMetadata file = PxarMetadata.Create(PxarEntryKind.File, 0b110_100_100);
        PxarWriter writer = PxarWriter.CreateSplit(names, payload, PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101), default);
        writer.WriteFile(new("a"), file, "one"u8.ToArray());
        writer.WriteFile(new("b"), file, "twotwo"u8.ToArray());
        writer.Finish();
        return (names.ToArray(), payload.ToArray());
    }
}
