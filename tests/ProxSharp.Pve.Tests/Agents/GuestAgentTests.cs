using System.Net;
using ProxSharp.Pve.Agents;
using ProxSharp.Testing;

namespace ProxSharp.Pve.Tests.Agents;

/// <summary>The guest agent against recorded answers of a real one.</summary>
public sealed class GuestAgentTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_FactsOfTheGuest_AreTyped(bool sync)
    {
        using StubCluster stub = new(static call => StubCluster.Data($$"""{"result":{{StubCluster.PathOf(call).Split('/')[^1] switch
        {
            "ping" => "{}",
            "info" => """{"version":"7.2.19","supported_commands":[{"name":"guest-exec","enabled":true,"success-response":true},{"name":"guest-file-write","enabled":false,"success-response":true}]}""",
            "get-osinfo" => """{"id":"debian","kernel-release":"6.14.11-2-pve","machine":"x86_64","pretty-name":"Debian GNU/Linux 12 (bookworm)","version-id":"12"}""",
            "get-host-name" => """{"host-name":"web1"}""",
            "get-time" => "1795385432432730000",
            "get-timezone" => """{"offset":3600,"zone":"CET"}""",
            "get-users" => """[{"user":"root","login-time":1795385430.5}]""",
            "get-vcpus" => """[{"logical-id":0,"online":true,"can-offline":false},{"logical-id":1,"online":true}]""",
            "get-memory-blocks" => """[{"can-offline":true,"online":true,"phys-index":188}]""",
            "get-memory-block-info" => """{"size":134217728}""",
            "get-fsinfo" => """[{"disk":[{"bus":0,"bus-type":"virtio","dev":"/dev/vda","pci-controller":{"bus":0,"domain":0,"function":0,"slot":10},"target":0,"unit":0}],"mountpoint":"/","name":"vda","total-bytes":99100643328,"type":"ext4","used-bytes":25714364416}]""",
            "fsfreeze-status" => "\"thawed\"",
            "fsfreeze-freeze" or "fsfreeze-thaw" => "3",
            "fstrim" => """{"paths":[{"path":"/","minimum":0,"trimmed":4096},{"path":"/boot","error":"not supported"}]}""",
            _ => "null",
        }}}}"""));
        GuestAgent agent = stub.Vm.Agent;
        if (sync)
        {
            agent.Ping(Token);
        }
        else
        {
            await agent.PingAsync(Token);
        }

        AgentInfo info = sync ? agent.GetInfo(Token) : await agent.GetInfoAsync(Token);
        Assert.Equal(("7.2.19", true, false, false), (info.Version, info.Supports("guest-exec"), info.Supports("guest-file-write"), info.Supports("guest-x")));
        GuestOperatingSystem system = sync ? agent.GetOperatingSystem(Token) : await agent.GetOperatingSystemAsync(Token);
        Assert.Equal(("debian", "12", "", false), (system.Id, system.VersionId, system.Variant, system.IsWindows));
        Assert.Equal("web1", sync ? agent.GetHostName(Token) : await agent.GetHostNameAsync(Token));
        DateTimeOffset time = sync ? agent.GetTime(Token) : await agent.GetTimeAsync(Token);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1795385432432).AddTicks(7300), time);
        Assert.Equal(new GuestTimeZone("CET", TimeSpan.FromHours(1)), sync ? agent.GetTimeZone(Token) : await agent.GetTimeZoneAsync(Token));
        GuestUser user = Assert.Single(sync ? agent.ListUsers(Token) : await agent.ListUsersAsync(Token));
        Assert.Equal(("root", "", DateTimeOffset.FromUnixTimeMilliseconds(1795385430500)), (user.Name, user.Domain, user.LoginTime));
        Assert.Equal([new GuestProcessor(0, true, false), new GuestProcessor(1, true, null)], sync ? agent.ListProcessors(Token) : await agent.ListProcessorsAsync(Token));
        Assert.Equal([new GuestMemoryBlock(188, true, true)], sync ? agent.ListMemoryBlocks(Token) : await agent.ListMemoryBlocksAsync(Token));
        Assert.Equal(134217728, sync ? agent.GetMemoryBlockSize(Token) : await agent.GetMemoryBlockSizeAsync(Token));
        GuestFileSystem files = Assert.Single(sync ? agent.ListFileSystems(Token) : await agent.ListFileSystemsAsync(Token));
        Assert.Equal(("/", 99100643328L, "/dev/vda", "0000:00:0a.0"), (files.MountPoint, files.TotalBytes, files.Disks[0].Device, files.Disks[0].PciAddress));
        Assert.Equal(FreezeStatus.Thawed, sync ? agent.GetFreezeStatus(Token) : await agent.GetFreezeStatusAsync(Token));
        Assert.Equal(3, sync ? agent.Freeze(Token) : await agent.FreezeAsync(Token));
        Assert.Equal(3, sync ? agent.Thaw(Token) : await agent.ThawAsync(Token));
        Assert.Equal([new GuestTrim("/", 4096, null), new GuestTrim("/boot", null, "not supported")], sync ? agent.Trim(Token) : await agent.TrimAsync(Token));
        Assert.All(stub.Handler.Calls, call => Assert.Equal(sync, call.IsSync));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "23")]
    public async Task Exec_ArgumentsWithSpacesAndSigns_ArriveOneByOne(bool sync)
    {
        int looks = 0;
        using StubCluster stub = new(call => call.Method == "POST"
            ? StubCluster.Data("""{"pid":4711}""")
            : StubCluster.Data(++looks < 2 ? """{"exited":0}""" : """{"exited":1,"exitcode":3,"out-data":"hell\u00c3\u00b6\n","out-truncated":1,"err-data":"err\n"}"""));
        string[] command = ["sh", "-c", "echo \"$1\" & exit 3", "a b;c=d%+&é", ""];
        AgentExecOptions options = new() { Input = "päss" };
        AgentExecResult result = sync ? stub.Vm.Agent.Exec(command, options, Token) : await stub.Vm.Agent.ExecAsync(command, options, Token);

        StubCall start = stub.Handler.Calls[0];
        Assert.Equal(command, StubCluster.Values(start, "command"));
        Assert.Equal(["p\u00c3\u00a4ss"], StubCluster.Values(start, "input-data"));
        Assert.Equal(["4711"], StubCluster.Values(stub.Handler.Calls[1], "pid"));
        Assert.Equal(3, stub.Handler.Calls.Count);
        Assert.Equal((true, 3, null, "hellö\n", "err\n", true, false), (result.HasExited, result.ExitCode, result.Signal, result.Output, result.Error, result.IsOutputTruncated, result.IsErrorTruncated));
        GuestCommandFailedException exception = Assert.Throws<GuestCommandFailedException>(result.EnsureSucceeded);
        Assert.Equal("The command failed inside the guest; process 4711 ended with exit code 3: err", exception.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Exec_NoCommandOrTooMuchInput_IsRefusedBeforeSending(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Data("null"));
        await Assert.ThrowsAsync<ArgumentException>(async () => _ = sync ? stub.Vm.Agent.Exec([], null, Token) : await stub.Vm.Agent.ExecAsync([], null, Token));
        AgentExecOptions much = new() { Input = new string('x', 65537) };
        await Assert.ThrowsAsync<ArgumentException>(async () => _ = sync ? stub.Vm.Agent.Exec(["cat"], much, Token) : await stub.Vm.Agent.ExecAsync(["cat"], much, Token));
        Assert.Empty(stub.Handler.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Exec_ProgramThatDoesNotEnd_TimesOutAndNamesTheProcess(bool sync)
    {
        using StubCluster stub = new(static call => StubCluster.Data(call.Method == "POST" ? """{"pid":5}""" : """{"exited":0}"""), new LeapingTime());
        AgentExecOptions options = new() { Timeout = TimeSpan.FromSeconds(5) };
        TimeoutException exception = await Assert.ThrowsAsync<TimeoutException>(
            async () => _ = sync ? stub.Vm.Agent.Exec(["sleep", "99"], options, Token) : await stub.Vm.Agent.ExecAsync(["sleep", "99"], options, Token));
        Assert.InRange(stub.Handler.Calls.Count, 6, 8);
        Assert.StartsWith("Process 5 inside the guest has not ended within 5 s", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WaitForExec_ProgramThatWasStartedBefore_WaitsForItAlone(bool sync)
    {
        int looks = 0;
        using StubCluster stub = new(
            _ => StubCluster.Data(++looks < 3 ? """{"exited":0}""" : """{"exited":1,"exitcode":0,"out-data":"done"}"""), new LeapingTime());
        AgentExecResult result = sync ? stub.Vm.Agent.WaitForExec(4711, null, Token) : await stub.Vm.Agent.WaitForExecAsync(4711, null, Token);
        Assert.Equal((4711, true, "done"), (result.ProcessId, result.IsSuccess, result.Output));
        Assert.Equal(3, stub.Handler.Calls.Count);
        Assert.All(stub.Handler.Calls, call => Assert.Equal(("GET", sync), (call.Method, call.IsSync)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_AnswerWithoutAProcess_IsATypedError(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Data("{}"));
        await Assert.ThrowsAsync<ProxmoxProtocolException>(
            async () => _ = sync ? stub.Vm.Agent.Start(["true"], null, Token) : await stub.Vm.Agent.StartAsync(["true"], null, Token));
    }

    [Theory]
    [InlineData(true, "QEMU guest agent is not running", true, "Install and start qemu-guest-agent")]
    [InlineData(false, "QEMU guest agent is not running", true, "Install and start qemu-guest-agent")]
    [InlineData(true, "No QEMU guest agent configured", false, "set its option 'agent' to 1")]
    [InlineData(false, "No QEMU guest agent configured", false, "set its option 'agent' to 1")]
    [InlineData(true, "VM 100 is not running", false, "start it first")]
    [InlineData(false, "VM 100 is not running", false, "start it first")]
    public async Task Ping_AgentThatIsNotThere_SaysWhatToDo(bool sync, string said, bool transient, string advice)
    {
        using StubCluster stub = new(_ => StubCluster.Failure(500, said));
        GuestAgentUnavailableException exception = await Assert.ThrowsAsync<GuestAgentUnavailableException>(async () =>
        {
            if (sync)
            {
                stub.Vm.Agent.Ping(Token);
            }
            else
            {
                await stub.Vm.Agent.PingAsync(Token);
            }
        });
        Assert.Contains(advice, exception.Message, StringComparison.Ordinal);
        Assert.Equal((transient, said, HttpStatusCode.InternalServerError), (exception.IsTransient, exception.ServerMessage, exception.StatusCode));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Call_AgentThatRefusesACommand_IsAnOrdinaryError(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Failure(500, "Agent error: Command guest-file-write has been disabled"));
        ProxmoxApiException exception = await Assert.ThrowsAsync<ProxmoxApiException>(() => WriteAsync(stub.Vm.Agent, new byte[1], sync));
        Assert.Contains("has been disabled", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadFile_BytesOfAllKinds_ArriveUnchanged(bool sync)
    {
        byte[] content = [.. Enumerable.Range(0, 256).Select(static value => (byte)value)];
        using StubCluster stub = new(_ => StubCluster.Data($$"""{"bytes-read":256,"truncated":1,"content":"{{Convert.ToBase64String(content)}}"}"""));
        AgentFileContent read = sync ? stub.Vm.Agent.ReadFile("/etc/x y", 10, 256, Token) : await stub.Vm.Agent.ReadFileAsync("/etc/x y", 10, 256, Token);
        Assert.Equal(content, read.Content.ToArray());
        Assert.True(read.IsTruncated);
        StubCall call = Assert.Single(stub.Handler.Calls);
        Assert.Equal(("/etc/x y", "0", "10", "256"), (StubCluster.Values(call, "file")[0], StubCluster.Values(call, "decode")[0], StubCluster.Values(call, "offset")[0], StubCluster.Values(call, "count")[0]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CopyFileTo_LongFile_IsReadPartByPart(bool sync)
    {
        using StubCluster stub = new(static call => StubCluster.Data(StubCluster.Values(call, "offset") switch
        {
            [] => """{"content":"YWJj","truncated":1,"bytes-read":3}""",
            ["3"] => """{"content":"ZGVm","truncated":1,"bytes-read":3}""",
            _ => """{"content":"","bytes-read":0}""",
        }));
        using MemoryStream target = new();
        Assert.Equal(6, sync ? stub.Vm.Agent.CopyFileTo("/x", target, Token) : await stub.Vm.Agent.CopyFileToAsync("/x", target, Token));
        Assert.Equal("abcdef"u8.ToArray(), target.ToArray());
        Assert.Equal(3, stub.Handler.Calls.Count);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 0)]
    [InlineData(true, GuestAgent.LongestWrite)]
    [InlineData(false, GuestAgent.LongestWrite)]
    [InlineData(true, (2 * GuestAgent.LongestWrite) + 5)]
    [InlineData(false, (2 * GuestAgent.LongestWrite) + 5)]
    public async Task WriteFile_AnyLength_ArrivesWhole(bool sync, int length)
    {
        ScriptedGuest guest = new("debian");
        using StubCluster stub = new(guest.Answer);
        byte[] content = [.. Enumerable.Range(0, length).Select(static value => (byte)(value * 31))];
        await WriteAsync(stub.Vm.Agent, content, sync);
        Assert.Equal(content, guest.Files["/tmp/a file"]);
        Assert.Equal(length <= GuestAgent.LongestWrite ? 1 : 6, stub.Handler.Calls.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WriteFile_LongForWindows_WritesNothing(bool sync)
    {
        ScriptedGuest guest = new("mswindows");
        using StubCluster stub = new(guest.Answer);
        await Assert.ThrowsAsync<NotSupportedException>(() => WriteAsync(stub.Vm.Agent, new byte[GuestAgent.LongestWrite + 1], sync));
        Assert.Empty(guest.Files);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SetPasswordAndSuspend_SendWhatIsAsked(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Data("""{"result":{}}"""));
        GuestAgent agent = stub.Vm.Agent;
        if (sync)
        {
            agent.SetPassword("root", "s3cret;x", cancellationToken: Token);
            agent.Suspend(SuspendMode.Disk, Token);
            agent.Shutdown(Token);
        }
        else
        {
            await agent.SetPasswordAsync("root", "s3cret;x", cancellationToken: Token);
            await agent.SuspendAsync(SuspendMode.Disk, Token);
            await agent.ShutdownAsync(Token);
        }

        Assert.Equal(["s3cret;x"], StubCluster.Values(stub.Handler.Calls[0], "password"));
        Assert.Equal(["suspend-disk", "shutdown"], stub.Handler.Calls.Skip(1).Select(static call => StubCluster.PathOf(call).Split('/')[^1]));
    }

    private static async Task WriteAsync(GuestAgent agent, byte[] content, bool sync)
    {
        if (sync)
        {
            agent.WriteFile("/tmp/a file", content, Token);
        }
        else
        {
            await agent.WriteFileAsync("/tmp/a file", content, Token);
        }
    }
}
