using System.Net;
using System.Text;
using ProxSharp.Pve;
using ProxSharp.Pve.Agents;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Consoles;

namespace ProxSharp.Guide.Tests;

public sealed class ConsolesAndAgentGuide(GuideCluster cluster) : IClassFixture<GuideCluster>
{
    private static readonly CancellationToken s_token = CancellationToken.None;

    [Fact]
    public async Task Terminal_OfAMachine_IsAStream()
    {
        PveClient pve = cluster.Pve;

        #region terminal
        Vm vm = pve.Vms[100];
        await using TerminalSession terminal = await vm.OpenTerminalAsync(new TerminalOptions { Columns = 120, Rows = 40 });
        await terminal.WriteAsync("uptime\r"u8.ToArray());

        byte[] buffer = new byte[4096];
        int count = await terminal.ReadAsync(buffer);
        Console.Write(Encoding.UTF8.GetString(buffer, 0, count));
        await terminal.ResizeAsync(100, 30);
        #endregion

        Assert.True(count > 0);
    }

    [Fact]
    public async Task Screen_OfAMachine_SpeaksVncAndSpice()
    {
        PveClient pve = cluster.Pve;
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await pve.Vms[101].Config.UpdateAsync(static config => config with { Vga = new() { Type = VgaType.Qxl } });
        await pve.Vms[101].StopAsync().WaitForCompletionAsync();
        await pve.Vms[101].StartAsync().WaitForCompletionAsync();

        #region vnc
        await using VncSession vnc = await pve.Vms[100].OpenVncAsync();
        byte[] greeting = new byte[12];
        await vnc.ReadExactlyAsync(greeting);                   // RFB 003.008
        Console.WriteLine($"Log in with {vnc.Password}");
        #endregion

        #region spice
        SpiceConnection spice = await pve.Vms[101].GetSpiceAsync();
        await File.WriteAllTextAsync(path, spice.ToVvFile());
        #endregion

        File.Delete(path);
        Assert.StartsWith("RFB ", Encoding.ASCII.GetString(greeting), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_InAMachine_RunsProgramsAndMovesFiles()
    {
        PveClient pve = cluster.Pve;
        Vm vm = pve.Vms[102];

        #region agent
        IPAddress address = await vm.Agent.WaitForAddressAsync(new AddressWaitOptions { Timeout = TimeSpan.FromMinutes(2) });
        GuestOperatingSystem system = await vm.Agent.GetOperatingSystemAsync();
        Console.WriteLine($"{system} at {address}");
        #endregion

        #region exec
        AgentExecResult result = await vm.Agent.ExecAsync(["uname", "-a"], new AgentExecOptions { Timeout = TimeSpan.FromSeconds(30) });
        result.EnsureSucceeded();
        Console.WriteLine(result.Output);
        #endregion

        #region files
        await vm.Agent.WriteFileAsync("/etc/motd", "Welcome\n"u8.ToArray());
        AgentFileContent content = await vm.Agent.ReadFileAsync("/etc/motd");
        Console.WriteLine(Encoding.UTF8.GetString(content.Content.Span));
        #endregion

        Assert.Equal("Welcome\n", Encoding.UTF8.GetString(content.Content.Span));

        #region freeze
        await vm.Agent.FreezeAsync();
        try
        {
            await TakeArraySnapshotAsync();
        }
        finally
        {
            await vm.Agent.ThawAsync();
        }
        #endregion

        Task TakeArraySnapshotAsync() => vm.GetStatusAsync(s_token);
    }

    [Fact]
    public async Task Agent_ThatIsAway_IsToldFromOtherErrors()
    {
        PveClient pve = cluster.Pve;
        Vm vm = pve.Vms[105];

        #region away
        try
        {
            await vm.Agent.PingAsync();
        }
        catch (GuestAgentUnavailableException away)
        {
            Console.WriteLine($"{away.Message} Worth another try: {away.IsTransient}");
        }
        #endregion

        await Assert.ThrowsAsync<GuestAgentUnavailableException>(() => vm.Agent.PingAsync());
    }
}
