using System.Diagnostics;
using System.Globalization;
using ProxSharp.Authentication;

namespace ProxSharp.Core.Tests.Authentication;

public sealed class SecretSourceTests
{
    [Theory]
    [InlineData("one line", "one line")]
    [InlineData("first\nsecond\n", "first")]
    [InlineData("windows\r\nsecond", "windows")]
    [InlineData("  spaces stay ", "  spaces stay ")]
    [InlineData("p\u00e4ssw\u00f6rd\n", "p\u00e4ssw\u00f6rd")]
    public async Task FromFile_FirstLine_IsTheSecret(string content, string secret)
    {
        using TemporaryFolder folder = new();
        SecretSource source = SecretSource.FromFile(folder.Write("secret", content));
        Assert.Equal(secret, source.Read());
        Assert.Equal(secret, await source.ReadAsync());
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherExecute)]
    public async Task FromFile_OthersHaveAccess_IsRefusedWithTheRemedy(UnixFileMode more)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix file modes");
        using TemporaryFolder folder = new();
        string path = folder.Write("secret", "hidden-value", UnixFileMode.UserRead | UnixFileMode.UserWrite | more);
        SecretSource source = SecretSource.FromFile(path);
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => source.Read());
        Assert.Contains($"chmod 600 {path}", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden-value", exception.ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await source.ReadAsync());
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead | UnixFileMode.OtherRead, true)]
    [InlineData(UnixFileMode.OtherRead | UnixFileMode.OtherExecute, true)]
    [InlineData(UnixFileMode.GroupWrite, false)]
    [InlineData(UnixFileMode.OtherWrite, false)]
    public async Task FromFile_MountedForAContainer_MayBeReadableButNotWritable(UnixFileMode more, bool isAccepted)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix file modes");
        using TemporaryFolder folder = new();
        string path = folder.Write("secret", "mounted", UnixFileMode.UserRead | more);
        FileSecret mounted = new(path, [Path.GetDirectoryName(path)!]);
        FileSecret beside = new(path, [path[..^4]]);

        foreach (bool sync in new[] { true, false })
        {
            Task<string> Read(FileSecret source) => sync ? Task.Run(() => source.Read(), TestContext.Current.CancellationToken) : source.ReadAsync(TestContext.Current.CancellationToken).AsTask();
            if (isAccepted)
            {
                Assert.Equal("mounted", await Read(mounted));
            }
            else
            {
                await Assert.ThrowsAsync<InvalidOperationException>(() => Read(mounted));
            }

            await Assert.ThrowsAsync<InvalidOperationException>(() => Read(beside));
        }
    }

    [Fact]
    public void FromFile_MissingOrEmpty_SaysSo()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("missing");
        Assert.Contains(path, Assert.Throws<InvalidOperationException>(() => SecretSource.FromFile(path).Read()).Message, StringComparison.Ordinal);
        string empty = folder.Write("empty", "\nsecond line");
        Assert.Contains("first line is empty", Assert.Throws<InvalidOperationException>(() => SecretSource.FromFile(empty).Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FromEnvironment_Variable_IsReadWhenNeeded()
    {
        string name = "PROXSHARP_TEST_" + Guid.NewGuid().ToString("N");
        SecretSource source = SecretSource.FromEnvironment(name);
        Assert.Contains(name, Assert.Throws<InvalidOperationException>(() => source.Read()).Message, StringComparison.Ordinal);
        Environment.SetEnvironmentVariable(name, "from-environment\nmore");
        try
        {
            Assert.Equal("from-environment", source.Read());
            Assert.Equal("from-environment", await source.ReadAsync());
            Assert.Equal($"env:{name}", source.ToString());
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }

    [Fact]
    public async Task FromExec_Arguments_ReachTheProgramUnexpanded()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs printf");
        SecretSource source = SecretSource.FromExec("printf", "%s\nsecond", "$HOME * 'x' \"y\"; id");
        Assert.Equal("$HOME * 'x' \"y\"; id", source.Read());
        Assert.Equal("$HOME * 'x' \"y\"; id", await source.ReadAsync());
    }

    [Fact]
    public async Task FromExec_Failing_SaysHow()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs sh");
        SecretSource failing = SecretSource.FromExec("sh", "-c", "echo half-secret; exit 3");
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => failing.Read());
        Assert.Contains("exit code 3", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("half-secret", exception.ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await failing.ReadAsync());
        Assert.Throws<InvalidOperationException>(() => SecretSource.FromExec("/nonexistent/program").Read());
        Assert.Throws<InvalidOperationException>(() => SecretSource.FromExec("true").Read());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FromExec_Cancelled_EndsTheProgram(bool synchronous)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs sh and named pipes");
        using TemporaryFolder folder = new();
        string pipe = folder.File("pipe");
        await Process.Start("mkfifo", [pipe]).WaitForExitAsync(TestContext.Current.CancellationToken);
        using CancellationTokenSource cancellation = new();
        SecretSource source = SecretSource.FromExec("sh", "-c", "echo $$ > \"$0\"; exec sleep 600", pipe);
        Task<string> reading = synchronous ? Task.Run(() => source.Read(cancellation.Token)) : source.ReadAsync(cancellation.Token).AsTask();
        int program = int.Parse(await File.ReadAllTextAsync(pipe, TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(HasEnded(program));
    }

    private static bool HasEnded(int program)
    {
        try
        {
            using Process left = Process.GetProcessById(program);
            return left.WaitForExit(TimeSpan.FromSeconds(30));
        }
        catch (ArgumentException)
        {
            return true; // There is none of that number any more.
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FromExec_SomethingKeepsThePipe_EndsWithTheTime(bool synchronous)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs sh");

        // The program itself ends at once, what it left behind does not: reading to the end would take a minute.
        CommandSecret source = new("sh", ["-c", "sleep 60 2>/dev/null & echo half-secret"], TimeSpan.FromMilliseconds(200));
        Task<string> reading = synchronous
            ? Task.Run(() => source.Read(), TestContext.Current.CancellationToken)
            : source.ReadAsync(TestContext.Current.CancellationToken).AsTask();

        InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(() => reading.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        Assert.Equal("The command sh for the secret did not end within 0.2 seconds.", exception.Message);
    }

    [Fact]
    public async Task FromCallback_Asynchronous_IsRefusedToSynchronousCalls()
    {
        SecretSource source = SecretSource.FromCallback(static _ => ValueTask.FromResult("async"));
        Assert.Equal("async", await source.ReadAsync());
        Assert.Contains("asynchronous", Assert.Throws<InvalidOperationException>(() => source.Read()).Message, StringComparison.Ordinal);
        Assert.Equal("sync", SecretSource.FromCallback(static _ => ValueTask.FromResult("async"), static () => "sync").Read());
        SecretSource both = SecretSource.FromCallback(static () => "both");
        Assert.Equal("both", both.Read());
        Assert.Equal("both", await both.ReadAsync());
    }

    [Fact]
    public async Task Parse_References_GiveTheirKind()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a b", "from-file");
        Assert.Equal("from-file", await SecretSource.Parse($"file:{path}").ReadAsync());
        Assert.Equal("env:SOME_NAME", SecretSource.Parse("env:SOME_NAME").ToString());
        Assert.Equal("exec:pass", SecretSource.Parse("exec:pass show pve/root").ToString());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal("a  b|c\"d|", await SecretSource.Parse("""exec:printf %s|%s|%s 'a  b' "c\"d" ''""").ReadAsync());
        }
    }

    [Theory]
    [InlineData("S3cret!")]
    [InlineData("https://x")]
    [InlineData("ENV:NAME")]
    [InlineData("keyring:pve")]
    [InlineData("exec:'unclosed")]
    public void Parse_AnythingElse_IsRefusedWithoutShowingIt(string reference)
    {
        FormatException exception = Assert.Throws<FormatException>(() => SecretSource.Parse(reference));
        Assert.DoesNotContain(reference, exception.Message, StringComparison.Ordinal);
    }
}
