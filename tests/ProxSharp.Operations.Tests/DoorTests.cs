using ProxSharp.Api;
using ProxSharp.Operations.Http;
using ProxSharp.Schema;
using ProxSharp.Testing;

namespace ProxSharp.Operations.Tests;

public sealed class DoorTests
{
    private static readonly ApiCallOptions s_unchecked = new() { ValidateParameters = false };

    [Theory]
    [MemberData(nameof(CatalogueTests.Products), MemberType = typeof(CatalogueTests))]
    public async Task Door_EveryEndpoint_LetsOnlyReadsThrough(ProxmoxProduct product)
    {
        StubHandler sockets = new(static _ => StubHandler.Json("""{"data":null}"""));
        using ProxmoxClient client = DoorClient.Open(product, sockets, out _);
        int refused = 0;
        foreach (ApiEndpoint endpoint in CatalogueTests.SchemaOf(product).Endpoints)
        {
            ApiParameters parameters = PathOf(endpoint);
            bool isRead = OperationCatalogue.For(product).Find(endpoint.Method, endpoint.Path).Class == OperationClass.Read;
            int before = sockets.Calls.Count;
            Exception? async = await Record.ExceptionAsync(
                () => client.Connection.SendAsync(endpoint.Operation, parameters, ApiReaders.Element, s_unchecked));
            Exception? sync = Record.Exception(() => { client.Connection.Send(endpoint.Operation, parameters, ApiReaders.Element, s_unchecked); });
            if (isRead)
            {
                Assert.True(async is not GuardRefusedException && sync is not GuardRefusedException, $"{endpoint} is a read.");
                Assert.True(sockets.Calls.Count >= before + 2, $"{endpoint} must be sent.");
            }
            else
            {
                refused++;
                Assert.True(Unwrap(async) is { Reason: "door" }, $"{endpoint} async: {async}");
                Assert.True(Unwrap(sync) is { Reason: "door" }, $"{endpoint} sync: {sync}");
                Assert.Equal(before, sockets.Calls.Count);
            }
        }

        Assert.True(refused > 100);
    }

    [Fact]
    public async Task Door_TemplateThatLies_IsJudgedByItsAddress()
    {
        StubHandler sockets = new(static _ => StubHandler.Json("""{"data":null}"""));
        using ProxmoxClient client = DoorClient.Open(ProxmoxProduct.VirtualEnvironment, sockets, out _);
        await Assert.ThrowsAsync<GuardRefusedException>(() => client.Connection.SendAsync(
            new ApiOperation(ApiMethod.Post, "/nodes/pve1/qemu/{vmid}/agent/ping/../../status/stop"), new ApiParameters().WithPath("vmid", 100), ApiReaders.Element, s_unchecked));
        await Assert.ThrowsAsync<GuardRefusedException>(() => client.Raw.PostAsync("/nodes/pve1/something/new"));
        await Assert.ThrowsAsync<GuardRefusedException>(() => client.Raw.GetAsync("/nodes/pve1/something/new"));
        Assert.Empty(sockets.Calls);
    }

    [Fact]
    public async Task Door_Opened_LetsExactlyThisCallThroughUntilItCloses()
    {
        StubHandler sockets = new(static _ => StubHandler.Json("""{"data":null}"""));
        using ProxmoxClient client = DoorClient.Open(ProxmoxProduct.VirtualEnvironment, sockets, out Door door);
        ApiOperation config = new(ApiMethod.Put, "/nodes/{node}/qemu/{vmid}/config");
        ApiParameters planned = Config("2048", 100);
        using (door.Open(config, planned))
        {
            await Assert.ThrowsAsync<GuardRefusedException>(() => Send(Config("4096", 100)));
            await Assert.ThrowsAsync<GuardRefusedException>(() => Send(Config("2048", 101)));
            await Assert.ThrowsAsync<GuardRefusedException>(() => client.Raw.DeleteAsync("/nodes/pve1/qemu/100"));
            Assert.Empty(sockets.Calls);
            await Send(Config("2048", 100));
            client.Connection.Send(config, Config("2048", 100), ApiReaders.Element);
            Assert.Equal(2, sockets.Calls.Count);
        }

        await Assert.ThrowsAsync<GuardRefusedException>(() => Send(Config("2048", 100)));
        Assert.Equal(2, sockets.Calls.Count);

        Task Send(ApiParameters parameters) => client.Connection.SendAsync(config, parameters, ApiReaders.Element);
    }

    [Fact]
    public async Task Door_OpenedForABackup_LetsItsNotesThroughForTheSnapshotThatItMakes()
    {
        StubHandler sockets = new(static _ => StubHandler.Json("""{"data":null}"""));
        using ProxmoxClient client = DoorClient.Open(ProxmoxProduct.BackupServer, sockets, out Door door);
        ApiParameters notes = Group(null, "before the upgrade");
        using (door.Open(new OpenedSession(client.Schema, ["/backup", "/reader"], Group(null, null), notes)))
        {
            await Assert.ThrowsAsync<GuardRefusedException>(() => NoteAsync(Group(1000, "before the upgrade")));
            await client.Connection.SendAsync(new ApiOperation(ApiMethod.Get, "/backup"), Group(1000, null), ApiReaders.Element, s_unchecked);
            await Assert.ThrowsAsync<GuardRefusedException>(() => NoteAsync(Group(2000, "before the upgrade")));
            await Assert.ThrowsAsync<GuardRefusedException>(() => NoteAsync(Group(1000, "something else")));
            Assert.Single(sockets.Calls);
            await NoteAsync(Group(1000, "before the upgrade"));
            Assert.Equal(2, sockets.Calls.Count);
        }

        await Assert.ThrowsAsync<GuardRefusedException>(() => NoteAsync(Group(1000, "before the upgrade")));

        Task NoteAsync(ApiParameters parameters) => client.Connection.SendAsync(SessionOpening.Notes, parameters, ApiReaders.Element, s_unchecked);
    }

    [Fact]
    public async Task Door_OpenedElsewhere_StaysClosedHere()
    {
        StubHandler sockets = new(static _ => StubHandler.Json("""{"data":null}"""));
        using ProxmoxClient client = DoorClient.Open(ProxmoxProduct.VirtualEnvironment, sockets, out Door door);
        ApiOperation config = new(ApiMethod.Put, "/nodes/{node}/qemu/{vmid}/config");
        TaskCompletionSource done = new();
        TaskCompletionSource opened = new();
        Task other = Task.Run(async () =>
        {
            using IDisposable scope = door.Open(config, Config("2048", 100));
            opened.SetResult();
            await done.Task;
        });
        await opened.Task;
        await Assert.ThrowsAsync<GuardRefusedException>(() => client.Connection.SendAsync(config, Config("2048", 100), ApiReaders.Element));
        done.SetResult();
        await other;
        Assert.Empty(sockets.Calls);
    }

    private static ApiParameters Group(long? time, string? notes) =>
        new() { { "store", "store1" }, { "backup-type", "host" }, { "backup-id", "web" }, { "backup-time", time }, { "notes", notes } };

    private static ApiParameters Config(string memory, int vmid) => new ApiParameters { { "memory", memory } }.WithPath("node", "pve1").WithPath("vmid", vmid);

    private static GuardRefusedException? Unwrap(Exception? exception) => exception as GuardRefusedException ?? exception?.InnerException as GuardRefusedException;

    private static ApiParameters PathOf(ApiEndpoint endpoint)
    {
        ApiParameters parameters = [];
        foreach (string segment in endpoint.Path.Split('/').Where(static segment => segment.StartsWith('{')))
        {
            parameters.WithPath(segment[1..^1], "100");
        }

        return parameters;
    }
}
