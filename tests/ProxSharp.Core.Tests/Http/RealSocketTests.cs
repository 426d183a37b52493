using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Http;
using ProxSharp.Testing;
using ProxSharp.Tls;

namespace ProxSharp.Core.Tests.Http;

/// <summary>What only shows on real sockets: repetitions that the socket layer makes by itself, and threads that wait for each other.</summary>
public sealed class RealSocketTests
{
    private const string Login = """{"data":{"username":"a@pve","ticket":"PVE:a@pve:00000000::x","CSRFPreventionToken":"t"}}""";

    public static TheoryData<ApiMethod, bool> Writes() => new MatrixTheoryData<ApiMethod, bool>([ApiMethod.Delete, ApiMethod.Post, ApiMethod.Put], [true, false]);

    [Theory]
    [MemberData(nameof(Writes))]
    [Trait("Acceptance", "6")]
    public async Task WriteOnAKeptConnection_AnswerLost_IsSentOnce(ApiMethod method, bool sync)
    {
        await using StubServer server = StubServer.Start(static request => request.Method == "GET" ? StubReply.Json("""{"data":1}""") : StubReply.Drop);
        using ProxmoxConnection connection = Connect(server, ProxmoxCredentials.None);
        ApiOperation read = new(ApiMethod.Get, "/version");
        ApiOperation write = new(method, "/nodes/{node}/qemu/{vmid}/firewall/rules/{pos}");
        ApiParameters rule = new() { { "node", "pve1" }, { "vmid", 100 }, { "pos", 0 } };
        ApiCallOptions withoutCheck = new() { ValidateParameters = false };
        await SendAsync(connection, read, new(), null, sync);

        ProxmoxConnectionException lost = await LostAnswer.AssertAsync<ProxmoxConnectionException>(() => SendAsync(connection, write, rule, withoutCheck, sync));

        Assert.True(lost.OutcomeUnknown);
        Assert.Single(server.Requests, static request => request.Method != "GET");
        Assert.Equal(1, server.Requests[^1].Connection);
    }

    [Fact]
    public async Task DestructiveGet_AnswerLost_IsSentOnceAndSaysSo()
    {
        await using StubServer server = StubServer.Start(static request => request.Target.EndsWith("/version", StringComparison.Ordinal) ? StubReply.Json("""{"data":1}""") : StubReply.Drop);
        using ProxmoxConnection connection = Connect(server, ProxmoxCredentials.None, ProxmoxProduct.BackupServer);
        await SendAsync(connection, new ApiOperation(ApiMethod.Get, "/version"), new(), null, sync: false);

        ProxmoxConnectionException lost = await LostAnswer.AssertAsync<ProxmoxConnectionException>(
            () => SendAsync(connection, new ApiOperation(ApiMethod.Get, "/tape/media/destroy"), new() { { "label-text", "tape1" } }, null, sync: false));

        Assert.True(lost.OutcomeUnknown);
        Assert.Single(server.Requests, static request => request.Target.Contains("destroy", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Acceptance", "4")]
    public async Task ColdClient_ManySynchronousCallsOnThePool_ShareOneLogin()
    {
        await using StubServer server = StubServer.Start(static request => StubReply.Json(request.Target.EndsWith("/ticket", StringComparison.Ordinal) ? Login : """{"data":1}"""));
        using ProxmoxConnection connection = Connect(server, ProxmoxCredentials.Password("a@pve", "secret"));
        ApiOperation read = new(ApiMethod.Get, "/version");

        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => connection.Send(read, new(), ApiReaders.Element))));

        Assert.Single(server.Requests, static request => request.Target.EndsWith("/ticket", StringComparison.Ordinal));
    }

    [Fact]
    public void AnswersGivenUp_AreNotReadToTheirEnd()
    {
        using SocketsHttpHandler handler = SocketsHandlerFactory.Create(ProxmoxEndpoint.Parse("pve1", ProxmoxProduct.VirtualEnvironment), ServerTrust.System, TimeSpan.FromSeconds(1), repairConnectionHeader: true);
        Assert.Equal(TimeSpan.Zero, handler.ResponseDrainTimeout);
    }

    private static ProxmoxConnection Connect(StubServer server, ProxmoxCredentials credentials, ProxmoxProduct product = ProxmoxProduct.VirtualEnvironment) => new(
        new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(server.Address.ToString(), product)],
            Credentials = credentials,
            Trust = ServerTrust.Pin(server.Fingerprint),
        },
        product,
        product == ProxmoxProduct.BackupServer ? RepositoryFiles.Pbs : RepositoryFiles.Pve);

    private static async Task SendAsync(ProxmoxConnection connection, ApiOperation operation, ApiParameters parameters, ApiCallOptions? options, bool sync)
    {
        if (sync)
        {
            connection.Send(operation, parameters, ApiReaders.Element, options);
        }
        else
        {
            await connection.SendAsync(operation, parameters, ApiReaders.Element, options);
        }
    }
}
