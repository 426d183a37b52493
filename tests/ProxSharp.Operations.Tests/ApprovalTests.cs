using ProxSharp.Api;
using ProxSharp.Operations.Approvals;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Tests;

/// <summary>Approvals that others leave: they count by their signature alone.</summary>
public sealed class ApprovalTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task SecondPrincipal_SignedByAKeyOfThePolicy_IsEnough()
    {
        using ApprovalKey key = ApprovalKey.Create();
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy(key));
        Plan plan = await PlanDeletion(cluster);
        cluster.Guard.Approvals.Add(Approval.Parse(key.Approve(plan, "alice", s_now).ToJson()));
        ApplyResult result = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(result.IsComplete, string.Join('\n', result.Steps));
        Assert.Equal(0, cluster.Asked.Count);
        Assert.Equal("key alice", cluster.Guard.Ledger.Show(1)!.Facts.GetProperty("approval").GetString());
    }

    [Theory]
    [InlineData("no approval", "")]
    [InlineData("another key under the same name", "not of the key that the policy names")]
    [InlineData("the right key under another name", "names nobody of that name")]
    [InlineData("for another plan", "")]
    [InlineData("renamed to this plan", "not of the key that the policy names")]
    [InlineData("a person at the agent's own terminal", "")]
    [InlineData("no JSON", "")]
    public async Task SecondPrincipal_MadeByTheAgentItself_IsRefused(string how, string why)
    {
        using ApprovalKey key = ApprovalKey.Create();
        using ApprovalKey own = ApprovalKey.Create();
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy(key));
        Plan plan = await PlanDeletion(cluster);
        Plan other = await PlanDeletion(cluster);
        ApprovalStore store = cluster.Guard.Approvals;
        switch (how)
        {
            case "another key under the same name":
                store.Add(own.Approve(plan, "alice", s_now));
                break;
            case "the right key under another name":
                store.Add(key.Approve(plan, "mallory", s_now));
                break;
            case "for another plan":
                store.Add(key.Approve(other, "alice", s_now));
                break;
            case "renamed to this plan":
                store.Add(key.Approve(other, "alice", s_now) with { PlanId = plan.Id });
                break;
            case "a person at the agent's own terminal":
                store.AddPrompt(plan, "agent", s_now);
                break;
            case "no JSON":
                Directory.CreateDirectory(Path.Combine(cluster.Folder, "state", "approvals"));
                File.WriteAllText(Path.Combine(cluster.Folder, "state", "approvals", plan.Id + ".key.alice.json"), "yes");
                break;
            default:
                break;
        }

        GuardRefusedException refused = await Assert.ThrowsAsync<GuardRefusedException>(() => cluster.Guard.ApplyAsync(plan.Id));
        Assert.Equal("approval", refused.Reason);
        Assert.Equal(why.Length > 0, refused.Message.Contains("does not count", StringComparison.Ordinal));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policy_RaisedWhileSomebodyIsAsked_WantsMoreThanTheyGive()
    {
        using ApprovalKey key = ApprovalKey.Create();
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""{"version":1,"allow":[{"classes":["destructive"]}]}""");
        Plan plan = await PlanDeletion(cluster);
        cluster.Asked.Answer = _ =>
        {
            cluster.Policy(Policy(key));
            return Task.FromResult(true);
        };
        Assert.Equal("approval", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
        Assert.Equal(1, cluster.Asked.Count);

        // It was not used up: who may approve now still can.
        cluster.Guard.Approvals.Add(key.Approve(plan, "alice", s_now));
        Assert.True((await cluster.Guard.ApplyAsync(plan.Id)).IsComplete);
        Assert.Equal("key alice", cluster.Guard.Ledger.Show(1)!.Facts.GetProperty("approval").GetString());
    }

    [Fact]
    public async Task Prompt_LeftByAPersonElsewhere_IsEnoughForPromptOnly()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""{"version":1,"allow":[{"classes":["destructive"]}]}""");
        await using OperationGuard alone = cluster.OpenGuard(canAsk: false);
        Plan plan = await alone.PlanAsync([new PlanRequest(ApiMethod.Delete, "/nodes/pve1/qemu/106")]);
        Assert.Equal("approval", await cluster.RefusedAsync(() => alone.ApplyAsync(plan.Id)));
        alone.Approvals.AddPrompt(plan, "me", s_now);
        Assert.True((await alone.ApplyAsync(plan.Id)).IsComplete);
    }

    [Fact]
    public async Task Approval_WithANameThatIsAPath_CannotBeLeft()
    {
        using ApprovalKey key = ApprovalKey.Create();
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy(key));
        Plan plan = await PlanDeletion(cluster);
        Assert.Throws<ArgumentException>(() => key.Approve(plan, "../../x", s_now));
        Assert.Throws<ArgumentException>(() => cluster.Guard.Approvals.Add(new Approval("../x", "key", "alice", s_now, "")));
    }

    [Theory]
    [InlineData("/nodes/pve1/qemu/106/config", "args", "-device vfio-pci,host=01:00.0", "-device vfio-pci,host=01:00.0")]
    [InlineData("/nodes/pve1/qemu/106/config", "description", "first\nsecond", @"""first\\nsecond""")]
    [InlineData("/cluster/ha/resources/vm:106", "state", "disabled", "disabled")]
    [InlineData("/cluster/ceph/flags/noout", "value", "1", "1")]
    [InlineData("/nodes/pve1/lxc/203/config", "entrypoint", "/bin/sh -c reboot", "/bin/sh -c reboot")]
    [InlineData("/storage/local", "content", "iso,backup", "iso,backup")]
    public async Task Describe_OfAParameterThatDecides_ShowsIt(string path, string name, string value, string shown)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""{"version":1}""");
        PlannedCall call = PlannedCall.Of(cluster.Guard.Client.Schema, new PlanRequest(ApiMethod.Put, path, new ApiParameters { { name, value } }));
        string[] lines = [.. Describe(call)];
        Assert.Contains(lines, line => line.Contains($"{name}={shown}", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, static line => line.StartsWith("Masked", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ApiMethod.Put, "/nodes/pve1/qemu/106/config", "cipassword", "hunter2-hunter2")]
    [InlineData(ApiMethod.Put, "/nodes/pve1/qemu/106/config", "description", "login with password=hunter2-hunter2")]
    [InlineData(ApiMethod.Post, "/access/tfa/demo@pve", "value", "hunter2-hunter2")]
    [InlineData(ApiMethod.Post, "/cluster/acme/plugins", "data", "hunter2-hunter2")]
    [InlineData(ApiMethod.Post, "/access/users", "password", "hunter2-hunter2")]
    [InlineData(ApiMethod.Put, "/cluster/options", "http_proxy", "http://user:hunter2-hunter2@proxy")]
    [InlineData(ApiMethod.Post, "/nodes/pve1/qemu/106/remote_migrate", "target-endpoint", "apitoken=PVEAPIToken=root@pam!x=hunter2-hunter2,host=10.0.0.9")]
    public async Task Describe_OfASecret_NamesItAndHidesIt(ApiMethod method, string path, string name, string value)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""{"version":1}""");
        PlannedCall call = PlannedCall.Of(cluster.Guard.Client.Schema, new PlanRequest(method, path, new ApiParameters { { name, value } }));
        string text = string.Join('\n', Describe(call));
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Assert.Contains($"Masked as secrets: {name}.", text, StringComparison.Ordinal);
        Assert.Equal(name == "target-endpoint", text.Contains("host=10.0.0.9", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Describe_OfALongCall_CutsNothing_AndShowsNoControlCharacters()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""{"version":1}""");
        string value = $"{new string('x', 5000)}\u001b[2J\u202E-end";
        PlannedCall call = PlannedCall.Of(
            cluster.Guard.Client.Schema, new PlanRequest(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "args", value } }));
        string text = string.Join('\n', Describe(call));
        Assert.Contains("-end", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
        Assert.DoesNotContain('\u202E', text);
        Assert.DoesNotContain("xxx", call.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Approvals_ThatCannotBeRead_AreAnErrorOfTheirOwn()
    {
        using ApprovalKey key = ApprovalKey.Create();
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy(key));
        Plan plan = await PlanDeletion(cluster);
        string folder = Path.Combine(cluster.Folder, "state", "approvals");
        await File.WriteAllTextAsync(folder, "a file where the folder should be");
        Assert.Equal("approval-file", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
        Assert.Equal("approval-file", Assert.Throws<GuardRefusedException>(() => cluster.Guard.Approvals.Add(key.Approve(plan, "alice", s_now))).Reason);
    }

    [Fact]
    public async Task Approvals_ByRootInTheFolderOfAnother_AreRefused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && File.Exists("/bin/chown"), "Only root can give folders away.");
        using ApprovalKey key = ApprovalKey.Create();
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy(key));
        Plan plan = await PlanDeletion(cluster);
        using (System.Diagnostics.Process chown = System.Diagnostics.Process.Start("/bin/chown", ["65534", Path.Combine(cluster.Folder, "state")]))
        {
            await chown.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, chown.ExitCode);
        }

        GuardRefusedException refusal = Assert.Throws<GuardRefusedException>(() => cluster.Guard.Approvals.Add(key.Approve(plan, "alice", s_now)));
        Assert.Equal("approval-file", refusal.Reason);
        Assert.Contains("--output-file", refusal.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(cluster.Folder, "state", "approvals")));
    }

    [Fact]
    public async Task Plan_ThroughItsText_StaysTheSame_AndNothingElseIsOne()
    {
        using ApprovalKey key = ApprovalKey.Create();
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy(key));
        Plan plan = await PlanDeletion(cluster);
        Plan again = Plan.Parse(plan.ToJson() + "\n");
        Assert.Equal(plan.Id, again.Id);
        Assert.Equal(plan.Describe(), again.Describe());
        Assert.False(plan.HasSecrets);
        foreach (string text in new[] { "", "{}", "[]", "null", plan.ToJson().Replace("106", "102", StringComparison.Ordinal) + "x", plan.ToJson().Replace("{\"version\":2", "{\"version\":1", StringComparison.Ordinal) })
        {
            Assert.Throws<FormatException>(() => Plan.Parse(text));
        }
    }

    [Fact]
    public void Key_ThroughItsText_StaysTheSame()
    {
        using ApprovalKey key = ApprovalKey.Create();
        using ApprovalKey again = ApprovalKey.Parse(key.ToPem());
        Assert.Equal(key.PublicKey, again.PublicKey);
        Assert.Throws<FormatException>(() => ApprovalKey.Parse("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"));
        Assert.Throws<FormatException>(() => Approval.Parse("{}"));
    }

    [Theory]
    [InlineData("""[{"name":"alice"}]""", "'approvers.key'")]
    [InlineData("""[{"name":"alice","key":"AAAA"}]""", "'approvers.key'")]
    [InlineData("""[{"name":"a/b","key":"AAAA"}]""", "'approvers.name'")]
    [InlineData("""[{"name":"alice","keys":"AAAA"}]""", "'approvers.keys'")]
    public void Policy_WithAnApproverThatIsNone_RefusesEverything(string approvers, string expected)
    {
        GuardRefusedException refusal = Assert.Throws<GuardRefusedException>(() => GuardPolicy.Parse($$"""{"version":1,"approvers":{{approvers}}}"""));
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    private static string Policy(ApprovalKey key) => $$"""
        {"version":1,"allow":[{"classes":["destructive"]}],"approval":{"destructive":"second-principal"},
         "approvers":[{"name":"alice","key":"{{key.PublicKey}}"}]}
        """;

    private static Task<Plan> PlanDeletion(GuardedCluster cluster) => cluster.PlanAsync(ApiMethod.Delete, "/nodes/pve1/qemu/106");

    private static IReadOnlyList<string> Describe(PlannedCall call)
    {
        PlanTarget target = new("somebody", new Dictionary<string, string>(), "", new Dictionary<string, string>());
        return Plan.Create(ProxmoxProduct.VirtualEnvironment, "lab", s_now, TimeSpan.FromMinutes(1), new PlanDraft([call], [target], [], [])).Describe();
    }
}
