using ProxSharp.AccessControl;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Simulator;
using ProxSharp.Tls;

namespace ProxSharp.Pve.Tests.AccessControl;

/// <summary>Whether the caller may do something is known before the call, with the reason.</summary>
public sealed class PreflightTests : IAsyncLifetime
{
    private const string Secret = "12345678-1234-1234-1234-123456789abc";

    private PveSimulator _simulator = null!;

    public async ValueTask InitializeAsync() => _simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false, Scenario = Build });

    public ValueTask DisposeAsync() => _simulator.DisposeAsync();

    [Theory]
    [Trait("Acceptance", "24")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Can_SeparatedTokenOfAnAbleUser_NamesPrivilegePathAndSeparation(bool sync)
    {
        PermissionVerdict verdict = await CanCloneAsync("carol@pve!separated", sync);

        Assert.False(verdict.IsAllowed);
        PermissionRequirement missing = Assert.Single(verdict.Missing, static need => need.Path == "/vms/9000");
        Assert.Equal(["VM.Clone"], missing.Privileges);
        Assert.Equal(TokenLimit.Separated, verdict.TokenLimit);
        Assert.Contains("carol@pve!separated lacks VM.Clone on /vms/9000", verdict.Explanation, StringComparison.Ordinal);
        Assert.Contains("privilege separation is on", verdict.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("carol@pve!full", true)]
    [InlineData("carol@pve!full", false)]
    [InlineData("dave@pve!ci", true)]
    [InlineData("dave@pve!ci", false)]
    public async Task Can_AsTheServerSees_IsTheSameAsTheCallItself(string token, bool sync)
    {
        PermissionVerdict verdict = await CanCloneAsync(token, sync);
        await using PveClient pve = Connect(token);
        Exception? failure = await Record.ExceptionAsync(() => pve.Api.Nodes.Qemu.CloneAsync("pve1", 9000, new() { NewId = 9100 }));

        Assert.Equal(failure is null, verdict.IsAllowed);
        Assert.True(failure is null or ProxmoxPermissionException);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Can_TokenWhoseUserMayNotEither_SaysSo(bool sync)
    {
        PermissionVerdict verdict = await CanCloneAsync("dave@pve!ci", sync);

        // Only who may audit access control sees what the user has.
        Assert.Equal(TokenLimit.Unknown, verdict.TokenLimit);
        Assert.Contains("both the token and its user need it", verdict.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Can_RootOnlyCall_NeedsRootWhateverElseIsGranted(bool sync)
    {
        await using PveClient pve = Connect("carol@pve!full");
        PermissionVerdict verdict = sync
            ? pve.Access.Can(ApiMethod.Post, "/nodes/pve1/execute")
            : await pve.Access.CanAsync(ApiMethod.Post, "/nodes/pve1/execute");

        Assert.False(verdict.IsAllowed);
        Assert.True(verdict.NeedsRoot);
        Assert.Contains("only root@pam may", verdict.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Can_PrivilegesOnAPath_ListsWhatIsMissing(bool sync)
    {
        await using PveClient pve = Connect("dave@pve!ci");
        string[] wanted = ["VM.Audit", "VM.PowerMgmt"];
        PermissionVerdict verdict = sync ? pve.Access.Can("/vms/100", wanted) : await pve.Access.CanAsync("/vms/100", wanted);

        Assert.False(verdict.IsAllowed);
        Assert.Equal(["VM.PowerMgmt"], Assert.Single(verdict.Missing).Privileges);
    }

    [Fact]
    public async Task Can_ConditionOnAParameter_OnlyCountsWhenItIsGiven()
    {
        await using PveClient pve = Connect("carol@pve!full");
        PermissionVerdict without = await pve.Access.CanAsync(ApiMethod.Post, "/nodes/pve1/qemu/9000/clone", new() { { "newid", 120 } });
        PermissionVerdict with = await pve.Access.CanAsync(ApiMethod.Post, "/nodes/pve1/qemu/9000/clone", new() { { "newid", 120 }, { "pool", "secret" } });

        Assert.True(without.IsAllowed);
        Assert.True(without.ServerChecksMore);
        Assert.True(with.IsAllowed, with.Explanation);
    }

    [Fact]
    public async Task Can_CallThatRefusesTokens_SaysSoWhateverIsGranted()
    {
        await using PveClient pve = Connect("carol@pve!full");
        PermissionVerdict verdict = await pve.Access.CanAsync(ApiMethod.Post, "/access/tfa/carol@pve");

        Assert.False(verdict.IsAllowed);
        Assert.True(verdict.NeedsTicket);
        Assert.Contains("refuses API tokens", verdict.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Can_UnknownCall_IsAnArgumentError()
    {
        await using PveClient pve = Connect("carol@pve!full");
        await Assert.ThrowsAsync<ArgumentException>(() => pve.Access.CanAsync(ApiMethod.Post, "/nodes/pve1/nonsense"));
    }

    private async Task<PermissionVerdict> CanCloneAsync(string token, bool sync)
    {
        await using PveClient pve = Connect(token);
        ApiParameters parameters = new() { { "newid", 9100 } };
        return sync
            ? pve.Access.Can(ApiMethod.Post, "/nodes/pve1/qemu/9000/clone", parameters)
            : await pve.Access.CanAsync(ApiMethod.Post, "/nodes/pve1/qemu/9000/clone", parameters);
    }

    private PveClient Connect(string token) => new(new ProxmoxClientOptions
    {
        Endpoints = [ProxmoxEndpoint.Parse(_simulator.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
        Credentials = ProxmoxCredentials.ApiToken(token, Secret),
        Trust = ServerTrust.Pin(_simulator.Fingerprint),
    });

    private static void Build(ClusterBuilder cluster)
    {
        DefaultCluster.Build(cluster);
        cluster
            .AddUser("carol@pve", "carol-password")
            .Grant("/", "carol@pve", "Administrator")
            .AddToken("carol@pve", "full", Secret, privilegeSeparation: false)
            .AddToken("carol@pve", "separated", Secret)
            .Grant("/vms/9100", "carol@pve!separated", "PVEVMAdmin")
            .Grant("/access", "carol@pve!separated", "PVEAuditor")
            .AddUser("dave@pve", "dave-password")
            .Grant("/vms", "dave@pve", "PVEAuditor")
            .AddToken("dave@pve", "ci", Secret)
            .Grant("/vms", "dave@pve!ci", "PVEAuditor");
    }
}
