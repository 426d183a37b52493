using System.Diagnostics;
using System.Net.Sockets;
using ProxSharp.Api;
using ProxSharp.Operations.Approvals;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Tests;

/// <summary>A pipe, a socket or a device where a file should be: nobody waits for it, and nothing is changed.</summary>
public sealed class RegularFileTests : IDisposable
{
    private const string Policy = """{"version":1,"allow":[{"classes":["reversible","disruptive"]}],"approval":{"disruptive":"prompt"}}""";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("files-").FullName;

    [Theory]
    [InlineData("pipe", "a named pipe")]
    [InlineData("link", "a named pipe")]
    [InlineData("socket", "a socket")]
    [InlineData("device", "a device")]
    public async Task Policy_ThatIsNoRegularFile_RefusesEverythingAtOnce(string kind, string said)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells what a file is.");
        string path = Path.Combine(_folder, "policy.json");
        using Socket? socket = await MakeAsync(path, kind);
        GuardRefusedException refusal = await AtOnceAsync(() => Assert.Throws<GuardRefusedException>(() => GuardPolicy.Load(path)));
        Assert.Equal("policy", refusal.Reason);
        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("freeze", "frozen")]
    [InlineData("ledger.jsonl", "ledger")]
    [InlineData("ledger.head", "ledger")]
    [InlineData("ledger.key", "ledger")]
    [InlineData("ledger.jsonl.lock", "ledger")]
    [InlineData("approvals/PLAN.key.alice.json", "approval-file")]
    [InlineData("plans/PLAN.json", "unknown-plan")]
    public async Task State_ThatIsAPipe_RefusesAtOnce(string name, string reason)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells what a file is.");
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await cluster.PlanAsync(ApiMethod.Post, "/nodes/pve1/qemu/100/status/reboot");
        cluster.Guard.Approvals.AddPrompt(plan, "tester", DateTimeOffset.UtcNow);
        string path = Path.Combine(cluster.Folder, "state", name.Replace("PLAN", plan.Id, StringComparison.Ordinal));
        File.Delete(path);
        using Socket? none = await MakeAsync(path, "pipe");
        await using OperationGuard guard = cluster.OpenGuard(canAsk: false);
        string refused = await cluster.RefusedAsync(() => Task.Run(() => guard.ApplyAsync(plan.Id)).WaitAsync(s_patience));
        Assert.Equal(reason, refused);
    }

    [Fact]
    public async Task Upload_OfAPipe_IsRefusedAtOnce()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells what a file is.");
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        string path = Path.Combine(_folder, "image.iso");
        using Socket? none = await MakeAsync(path, "pipe");
        PlanRequest request = new(ApiMethod.Post, "/nodes/pve1/storage/local/upload", new ApiParameters { { "content", "iso" } })
        {
            Upload = new PlanUpload(path, "image.iso"),
        };
        Assert.Equal("target", await cluster.RefusedAsync(() => Task.Run(() => cluster.Guard.PlanAsync([request])).WaitAsync(s_patience)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Task<T> AtOnceAsync<T>(Func<T> action) => Task.Run(action).WaitAsync(s_patience);

    private static async Task<Socket?> MakeAsync(string path, string kind)
    {
        switch (kind)
        {
            case "socket":
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                socket.Bind(new UnixDomainSocketEndPoint(path));
                return socket;
            case "device":
                File.CreateSymbolicLink(path, "/dev/zero");
                return null;
            case "link":
                await MakeAsync(path + ".pipe", "pipe");
                File.CreateSymbolicLink(path, path + ".pipe");
                return null;
            default:
                using (Process process = Process.Start("mkfifo", [path]))
                {
                    await process.WaitForExitAsync();
                    Assert.Equal(0, process.ExitCode);
                }

                return null;
        }
    }
}
