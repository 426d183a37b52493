using System.Text;
using System.Text.Json;
using ProxSharp.Cli.Declare;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Cli.Tests;

/// <summary>Files for <c>diff</c> and <c>apply</c> that mean harm or say little, and an apply that is interrupted.</summary>
public sealed class StateFileTests
{
    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    [InlineData('-')]
    public void Read_NestedAHundredThousandTimes_IsRefused(char open)
    {
        string text = open == '-' ? string.Concat(Enumerable.Repeat("- ", 100_000)) : new string(open, 100_000);

        CliException refused = Assert.Throws<CliException>(() => YamlReading.Read(text, "the file"));

        Assert.Equal(ExitCodes.Usage, refused.Error.ExitCode);
    }

    [Fact]
    public async Task Diff_NestedFile_IsRefused()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("deep.yaml", "prox: 1\nguests: " + new string('[', 100_000));

        Assert.Contains("is nested too deeply", (await cli.LineAsync("diff -f deep.yaml")).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a9: *a8")]
    [InlineData("? *a8\n: x")]
    [InlineData("? [*a8]\n: x")]
    public void Read_AliasesOfAliases_AreRefused(string last)
    {
        StringBuilder bomb = new("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int level = 1; level < 9; level++)
        {
            bomb.Append($"a{level}: &a{level} [{string.Join(',', Enumerable.Repeat($"*a{level - 1}", 10))}]\n");
        }

        CliException refused = Assert.Throws<CliException>(() => YamlReading.Read(bomb.Append(last).ToString(), "the file"));

        Assert.Matches("repeats too much|no word", refused.Error.Message);
    }

    [Theory]
    [InlineData("p\0r\0o\0x\0:\0 \01\0", "the file is no text in UTF-8, but a binary file or a text in UTF-16")]
    [InlineData("\u007fELF\u0002\u0001", "the file is no text in UTF-8, but a binary file or a text in UTF-16")]
    [InlineData("", "the file is empty: it holds no document")]
    [InlineData("# nothing\n", "the file is empty: it holds no document")]
    [InlineData("a: 1\n---\nb: 2\n", "the file holds 2 documents instead of one")]
    public void Read_NoDocument_SaysWhatItIs(string text, string message) =>
        Assert.Equal(message, Assert.Throws<CliException>(() => YamlReading.Read(text, "the file")).Error.Message);

    [Fact]
    public void Read_FewAliases_AreFollowed() => Assert.Equal(
        """{"a":[1,2],"b":[1,2],"c":{"d":[1,2]}}""", JsonText.Compact(YamlReading.Read("a: &a [1, 2]\nb: *a\nc: {d: *a}", "the file")));

    [Theory]
    [InlineData("a: &s {x: 1, y: 2}\nb: {<<: *s, y: 3}", """{"x":1,"y":2}""", """{"y":3,"x":1}""")]
    [InlineData("a: &s {x: 1}\nb: {<<: [*s, {x: 2, z: 4}]}", """{"x":1}""", """{"x":1,"z":4}""")]
    [InlineData("a: &s {<<: {w: 0}, x: 1}\nb:\n  <<: *s\n  x: 2", """{"x":1,"w":0}""", """{"x":2,"w":0}""")]
    [InlineData("a: &s {x: 1}\nb: {\"<<\": *s}", """{"x":1}""", """{"<<":{"x":1}}""")]
    public void Read_MergeKeys_BringTheirMembers(string text, string a, string b) =>
        Assert.Equal($"{{\"a\":{a},\"b\":{b}}}", JsonText.Compact(YamlReading.Read(text, "the file")));

    [Theory]
    [InlineData("a: 1\nb:\n  <<: [{x: 1}, 2]", "the file merges what has no keys (line 3)")]
    [InlineData("a: 1\nb: {<<: text}", "the file merges what has no keys (line 2)")]
    public void Read_MergeOfNoMapping_SaysWhere(string text, string message) =>
        Assert.Equal(message, Assert.Throws<CliException>(() => YamlReading.Read(text, "the file")).Error.Message);

    [Fact]
    public void Read_MergesOfMerges_DoNotTakeForEver()
    {
        StringBuilder bomb = new("a0: &a0 {x: 1}\n");
        for (int level = 1; level < 40; level++)
        {
            bomb.Append($"a{level}: &a{level} {{<<: [*a{level - 1}, *a{level - 1}]}}\n");
        }

        Assert.Equal("""{"x":1}""", JsonText.Compact(YamlReading.Read(bomb.ToString(), "the file").GetProperty("a39")));
    }

    [Fact]
    public async Task Diff_FileWithMergeKeys_IsUnderstood()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("pools.yaml", "prox: 1\npools:\n- &one {poolid: one, comment: shared}\n- <<: *one\n  poolid: two\n");

        CliRun run = await cli.LineAsync("diff -f pools.yaml");

        run.FailedWithCode(1);
        Assert.Equal(2, run.Output.Split("comment: shared").Length - 1);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" -o json")]
    public async Task Apply_Interrupted_TellsHowFarItCame(string format)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        using CancellationTokenSource interrupt = new();
        using TestConsole console = new();
        TaskCompletionSource sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        cli.Write("pools.yaml", "prox: 1\npools:\n  - {poolid: one}\n  - {poolid: two}\n  - {poolid: three}\n");
        int posts = 0;
        cluster.Simulator.Faults.When(
            request =>
            {
                bool isMeant = request.Method == "POST" && request.Path.EndsWith("/pools", StringComparison.Ordinal) && Interlocked.Increment(ref posts) == 2;
                _ = isMeant && sent.TrySetResult();
                return isMeant;
            },
            Fault.SlowReply(TimeSpan.FromHours(1)));

        Task<int> apply = new CliApp(console, cli.Environment, TimeProvider.System).RunAsync($"apply -f pools.yaml{format}".Split(' '), interrupt.Token);
        await sent.Task;
        await interrupt.CancelAsync();

        Assert.Equal(ExitCodes.Interrupted, await apply);
        string text = console.Errors;
        if (format.Length > 0)
        {
            JsonElement error = JsonDocument.Parse(console.Errors).RootElement.GetProperty("error");
            Assert.Equal(("interrupted", 130), (error.GetProperty("code").GetString(), error.GetProperty("exitCode").GetInt32()));
            Assert.True(error.GetProperty("outcomeUnknown").GetBoolean());
            text = $"{error.GetProperty("message").GetString()}. {error.GetProperty("hint").GetString()}";
        }

        Assert.StartsWith("Interrupted: 1 of 3 changes were made, and this one may be under way: create pools two. Run it again", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_RuleWithoutEnable_Works()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("rules.yaml", "prox: 1\nfirewall:\n  rules: [{type: in, action: ACCEPT, proto: tcp, dport: \"22\"}, {type: in, action: DROP, enable: 0}]\n");

        Assert.Contains("enable=1", (await cli.LineAsync("diff -f rules.yaml")).Output, StringComparison.Ordinal);
        (await cli.LineAsync("apply -f rules.yaml")).Succeeded();

        Assert.Equal("1\n0\n", (await cli.LineAsync("firewall rule list --query \"[].enable\" -o name")).Succeeded());
        Assert.Contains("enable: 1", (await cli.LineAsync("export firewall")).Succeeded(), StringComparison.Ordinal);
        Assert.Equal("", (await cli.LineAsync("diff -f rules.yaml")).Succeeded());
    }
}
