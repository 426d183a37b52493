using System.Text;
using System.Text.Json.Nodes;

namespace ProxSharp.Simulator.Tests;

/// <summary>Programs run through the guest agent.</summary>
public sealed class GuestShellTests : SimulatedCluster
{
    private const string Agent = "/nodes/pve1/qemu/100/agent";

    [Theory]
    [InlineData("echo hello", "hello\n", "", 0)]
    [InlineData("echo \"a  b\" 'c $HOME' d\\ e", "a  b c $HOME d e\n", "", 0)]
    [InlineData("X=1; Y=\"$X 2\"; echo $Y \"$Y\" ${Z:-none}", "1 2 1 2 none\n", "", 0)]
    [InlineData("echo err >&2; exit 3", "", "err\n", 3)]
    [InlineData("false || echo no; true && echo yes; ! true; echo $?", "no\nyes\n1\n", "", 0)]
    [InlineData("printf 'a\\nb\\nc\\n' | grep -v b | wc -l", "2\n", "", 0)]
    [InlineData("echo aGk= | base64 -d", "hi", "", 0)]
    [InlineData("printf hi | base64", "aGk=\n", "", 0)]
    [InlineData("for i in 1 2 3; do echo $i; done | tail -n 1", "3\n", "", 0)]
    [InlineData("i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i", "3\n", "", 0)]
    [InlineData("if [ -f /etc/hostname ]; then cat /etc/hostname; else echo none; fi", "web-1\n", "", 0)]
    [InlineData("nosuch", "", "sh: 1: nosuch: not found\n", 127)]
    [InlineData("cat /nosuch", "", "cat: /nosuch: No such file or directory\n", 1)]
    [InlineData("echo x > /nosuch/file", "", "sh: 1: cannot create /nosuch/file: Directory nonexistent\n", 2)]
    [InlineData("(cd /etc; pwd); pwd", "/etc\n/\n", "", 0)]
    [InlineData("set -e; false; echo never", "", "", 1)]
    [InlineData("echo $(echo inner) `echo old`", "inner old\n", "", 0)]
    [InlineData("echo both 2>&1; nosuch 2>/dev/null; echo $?", "both\n127\n", "", 0)]
    [InlineData("A=b env | grep ^A=; printenv PATH", "A=b\n/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n", "", 0)]
    [InlineData("if true; then echo", "", "sh: 1: Syntax error: end of file unexpected\n", 2)]
    [InlineData("echo 'open", "", "sh: 1: Syntax error: Unterminated quoted string\n", 2)]
    [InlineData("mkdir -p /opt/a/b && touch /opt/a/b/c && ls /opt/a/b && rm -r /opt/a && ls /opt/a", "c\n", "ls: cannot access '/opt/a': No such file or directory\n", 2)]
    public async Task Sh_OfAScript_WritesAndEndsAsAShellDoes(string script, string output, string errors, int exit)
    {
        JsonNode status = await ExecAsync(null, "sh", "-c", script);

        Assert.Equal((1, exit, output, errors), (status["exited"]!.GetValue<int>(), status["exitcode"]!.GetValue<int>(), Text(status, "out-data"), Text(status, "err-data")));
    }

    [Fact]
    public async Task Sh_WithArguments_HasThemAsParameters()
    {
        JsonNode status = await ExecAsync(null, "/bin/sh", "-c", "echo \"$0:$1:$2:$#\"; for a in \"$@\"; do echo \"[$a]\"; done", "name", "a b", "c");
        Assert.Equal("name:a b:c:2\n[a b]\n[c]\n", Text(status, "out-data"));
    }

    [Fact]
    public async Task Sh_ThatAppendsDecodedInput_MakesFilesOfAnyLength()
    {
        byte[] content = new byte[200_000];
        new Random(7).NextBytes(content);
        Assert.Equal(200, (await Client.PostAsync($"{Agent}/file-write", ("file", "/tmp/big file"), ("content", Convert.ToBase64String(content, 0, 45 * 1024)), ("encode", "0"))).Status);
        for (int offset = 45 * 1024; offset < content.Length; offset += 45 * 1024)
        {
            string part = Convert.ToBase64String(content, offset, Math.Min(45 * 1024, content.Length - offset));
            JsonNode status = await ExecAsync(part, "/bin/sh", "-c", "base64 -d >> \"$1\"", "sh", "/tmp/big file");
            Assert.Equal(0, status["exitcode"]!.GetValue<int>());
        }

        JsonNode read = await DataAsync($"{Agent}/file-read?file=%2Ftmp%2Fbig%20file&decode=0&offset=100000&count=1000");
        Assert.Equal(Convert.ToBase64String(content, 100_000, 1000), read["content"]!.GetValue<string>());
        Assert.Equal(1, read["truncated"]!.GetValue<int>());
        JsonNode all = await DataAsync($"{Agent}/file-read?file=%2Ftmp%2Fbig%20file&decode=0");
        Assert.Equal(content, Convert.FromBase64String(all["content"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Exec_ThatSleeps_EndsWhenTheTimeHasPassed()
    {
        int pid = await StartAsync(null, "sh", "-c", "echo early > /tmp/early; sleep 30; echo late > /tmp/late; echo done");

        Assert.Equal("""{"exited":0}""", (await DataAsync($"{Agent}/exec-status?pid={pid}")).ToJsonString());
        Assert.Equal(200, (await Client.GetAsync($"{Agent}/file-read?file=/tmp/early")).Status);
        Assert.Equal(500, (await Client.GetAsync($"{Agent}/file-read?file=/tmp/late")).Status);
        await AdvanceAsync(TimeSpan.FromSeconds(31));
        Assert.Equal("late\n", (await DataAsync($"{Agent}/file-read?file=/tmp/late"))["content"]!.GetValue<string>());
        Assert.Equal("done\n", (await DataAsync($"{Agent}/exec-status?pid={pid}"))["out-data"]!.GetValue<string>());
        Assert.Equal((500, "Agent error: Invalid parameter 'pid'"), Answer(await Client.GetAsync($"{Agent}/exec-status?pid={pid}")));
    }

    [Fact]
    public async Task Exec_ThatIsKilled_TellsTheSignal()
    {
        Assert.Equal(9, (await ExecAsync(null, "sh", "-c", "kill -9 $$"))["signal"]!.GetValue<int>());

        int pid = await StartAsync(null, "sh", "-c", "while true; do sleep 1; done");
        await AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Equal(0, (await DataAsync($"{Agent}/exec-status?pid={pid}"))["exited"]!.GetValue<int>());
        Assert.Equal(0, (await ExecAsync(null, "kill", $"{pid}"))["exitcode"]!.GetValue<int>());
        JsonNode killed = await DataAsync($"{Agent}/exec-status?pid={pid}");
        Assert.Equal((1, 15, false), (killed["exited"]!.GetValue<int>(), killed["signal"]!.GetValue<int>(), killed.AsObject().ContainsKey("exitcode")));
    }

    [Fact]
    public async Task Exec_OfWhatIsNoProgram_Fails()
    {
        TestReply reply = await Client.PostAsync($"{Agent}/exec", ("command", "hello"));
        Assert.InRange(reply.Status, 500, 599);
    }

    [Fact]
    public async Task Exec_WithTextBeyondAscii_PassesBytesOn()
    {
        string bytes = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("grün"));
        JsonNode status = await ExecAsync(bytes, "cat");
        Assert.Equal(bytes, Text(status, "out-data"));
        Assert.Equal((500, "Wide character in subroutine entry at /usr/share/perl5/PVE/API2/Qemu/Agent.pm line 476."), Answer(await Client.PostAsync($"{Agent}/file-write", ("file", "/tmp/x"), ("content", "日本"))));
        Assert.Equal((500, "Agent error: failed to open file '/nosuch/x' (mode: 'wb'): No such file or directory"), Answer(await Client.PostAsync($"{Agent}/file-write", ("file", "/nosuch/x"), ("content", "x"))));
    }

    private static string Text(JsonNode status, string name) => status[name]?.GetValue<string>() ?? "";

    private async Task<int> StartAsync(string? input, params string[] command)
    {
        List<(string, string)> fields = [.. command.Select(static word => ("command", word))];
        if (input is not null)
        {
            fields.Add(("input-data", input));
        }

        TestReply reply = await Client.PostAsync($"{Agent}/exec", [.. fields]);
        Assert.True(reply.Status == 200, reply.Text);
        return reply.Data!["pid"]!.GetValue<int>();
    }

    private async Task<JsonNode> ExecAsync(string? input, params string[] command) => await DataAsync($"{Agent}/exec-status?pid={await StartAsync(input, command)}");
}
