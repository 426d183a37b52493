using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs.Tests;

/// <summary>What the client itself offers.</summary>
public sealed class PbsClientTests(PbsServer server) : IClassFixture<PbsServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetVersion_OfTheServer_IsANumber(bool sync)
    {
        VersionResult version = sync ? server.Pbs.GetVersion(Token) : await server.Pbs.GetVersionAsync(Token);
        Assert.Matches(@"^\d+\.\d+", version.Version);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ping_ServerThatIsUp_IsTrue(bool sync) => Assert.True(sync ? server.Pbs.Ping(Token) : await server.Pbs.PingAsync(Token));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "18")]
    public async Task ListNodes_OfAServer_IsLocalhost(bool sync)
    {
        using StubPbs stub = new("""[{"node":"localhost"}]""");
        IReadOnlyList<NodesItem> nodes = await stub.RunAsync(sync, () => stub.Pbs.ListNodes(Token), () => stub.Pbs.ListNodesAsync(Token));
        Assert.Equal([server.Pbs.Node.Name.Value], nodes.Select(static node => node.Node));
        Assert.Equal("GET /nodes", stub.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetStatus_OfTheNode_HasMemory(bool sync)
    {
        NodesStatusResult status = sync ? server.Pbs.Node.GetStatus(Token) : await server.Pbs.Node.GetStatusAsync(Token);
        Assert.NotNull(status.Memory);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RebootAndShutdown_OfTheNode_SendTheCommand(bool sync)
    {
        using StubPbs stub = new("null");
        await stub.RunAsync(sync, () => stub.Pbs.Node.Reboot(Token), () => stub.Pbs.Node.RebootAsync(Token));
        Assert.Equal("POST /nodes/localhost/status command=reboot", stub.LastCall);
        await stub.RunAsync(sync, () => stub.Pbs.Node.Shutdown(Token), () => stub.Pbs.Node.ShutdownAsync(Token));
        Assert.Equal("POST /nodes/localhost/status command=shutdown", stub.LastCall);
    }

    [Fact]
    public void Names_OfHandles_AreTheirTexts()
    {
        using StubPbs stub = new("null");
        Assert.Equal("localhost", stub.Pbs.Node.ToString());
        Assert.Equal("drive0", stub.Pbs.Tape.Drives["drive0"].ToString());
        Assert.Equal("sl3", stub.Pbs.Tape.Changers["sl3"].ToString());
        Assert.Equal("store1", stub.Store.ToString());
        Assert.Equal("a/b", stub.Store.Namespaces["a/b"].ToString());
        Assert.Equal("vm/100", stub.Group.ToString());
        Assert.Equal("vm/100/2024-05-01T10:11:12Z", stub.Snapshot.ToString());
        Assert.Equal("vm/100", stub.Snapshot.Group.ToString());
        Assert.Throws<ArgumentException>(() => stub.Pbs.Tape.Drives[""]);
        Assert.Throws<FormatException>(() => stub.Pbs.Datastores["a/b"]);
        Assert.Throws<FormatException>(() => stub.Store.Groups["vm"]);
    }
}
