using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Files that a call answers with: they are there as a whole or not at all.</summary>
public sealed class ReceivedFileTests
{
    private const string Raw =
        "api get /admin/datastore/store1/download backup-type=vm backup-id=100 backup-time=1767232800 file-name=index.json.blob --output-file out.blob";

    private const string Verb =
        "datastore download store1 --backup-type vm --backup-id 100 --backup-time 1767232800 --file-name index.json.blob --output-file out.blob";

    // Half of what it promises.
    private static StubReply Broken => new()
    {
        Bytes = StubReply.Raw("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000000\r\n\r\nhalf of it").Bytes,
        CloseAfter = true,
    };

    private static StubReply Whole => StubReply.Http(200, "OK", "new", "Content-Type: application/octet-stream");

    [Theory]
    [InlineData(Raw, true)]
    [InlineData(Verb, true)]
    [InlineData(Raw, false)]
    [InlineData(Verb, false)]
    public async Task Download_ThatBreaks_LeavesWhatIsThere(string line, bool exists)
    {
        await using StubServer server = StubServer.Start(Broken);
        using CliHarness cli = await ServerReplyTests.UserAsync(server, "pbs");
        if (exists)
        {
            cli.Write("out.blob", "precious");
        }

        string error = (await cli.LineAsync(line)).FailedWith(3);

        Assert.Contains(exists ? "out.blob is as it was" : $"there is no {cli.Home}/out.blob", error, StringComparison.Ordinal);
        Assert.Equal(exists ? "precious" : null, exists ? await File.ReadAllTextAsync(PathOf(cli), TestContext.Current.CancellationToken) : null);
        Assert.Equal(exists ? 1 : 0, Directory.GetFiles(cli.Home).Length);
    }

    [Fact]
    public async Task Download_OverALink_ReplacesWhatItLeadsToAndKeepsItsMode()
    {
        await using StubServer server = StubServer.Start(Whole);
        using CliHarness cli = await ServerReplyTests.UserAsync(server, "pbs");
        cli.Write("real", "precious");
        string real = Path.Combine(cli.Home, "real");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(real, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.CreateSymbolicLink(PathOf(cli), "real");

        (await cli.LineAsync(Raw)).Succeeded();

        Assert.Equal("real", new FileInfo(PathOf(cli)).LinkTarget);
        Assert.Equal("new", await File.ReadAllTextAsync(real, TestContext.Current.CancellationToken));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(real));
        }
    }

    [Fact]
    public async Task Download_ToADirectory_SaysSo()
    {
        await using StubServer server = StubServer.Start(Whole);
        using CliHarness cli = await ServerReplyTests.UserAsync(server, "pbs");
        Directory.CreateDirectory(PathOf(cli));

        Assert.Contains("it is a folder", (await cli.LineAsync(Raw)).FailedWith(1), StringComparison.Ordinal);
    }

    private static string PathOf(CliHarness cli) => Path.Combine(cli.Home, "out.blob");
}
