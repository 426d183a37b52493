using ProxSharp.Api;
using ProxSharp.Schema;
using ProxSharp.Testing;

namespace ProxSharp.Core.Tests.Http;

/// <summary>The schema of the client's own server in place of the one that ships with the library.</summary>
public sealed class ServerSchemaLoadingTests
{
    private const string Script = """
        const apiSchema = [{"path":"/version","text":"version","leaf":1,"info":{"GET":{"method":"GET","name":"version","description":"d","parameters":{"additionalProperties":0,
        "properties":{"brand-new":{"type":"boolean","optional":1,"description":"x"}}},"returns":{"type":"object"}}}}];
        Ext.onReady(function() {});
        """;

    [Fact]
    public async Task LoadSchema_ThenANewParameter_IsAcceptedByValidationAndTyped()
    {
        foreach (bool sync in new[] { true, false })
        {
            StubHandler stub = new(static call => call.Target.EndsWith(".js", StringComparison.Ordinal) ? StubHandler.Text(200, "OK", Script) : StubHandler.Json("""{"data":{"version":"10.1.2"}}"""));
            await using TestClient client = new(stub);
            ApiParameters parameters = new() { { "brand-new", "yes" } };
            Assert.Throws<ProxmoxValidationException>(() => client.Raw.Get("/version", parameters));
            ApiSchema schema = sync ? client.LoadSchema(TestContext.Current.CancellationToken) : await client.LoadSchemaAsync(TestContext.Current.CancellationToken);
            Assert.Same(schema, client.Schema);
            Assert.Equal(("10.1.2", true), (schema.Version, schema.IsFromServer));
            Assert.Equal("/pve-docs/api-viewer/apidoc.js", stub.Calls[^1].Target);
            client.Raw.Get("/version", parameters);
            Assert.Equal("/api2/json/version?brand-new=1", stub.Calls[^1].Target);
        }
    }

    [Fact]
    public async Task LoadSchema_PageIsNoSchema_KeepsTheOldOne()
    {
        StubHandler stub = new(static call => call.Target.EndsWith(".js", StringComparison.Ordinal) ? StubHandler.Text(200, "OK", "<html></html>") : StubHandler.Json("""{"data":{}}"""));
        await using TestClient client = new(stub);
        ApiSchema before = client.Schema;
        await Assert.ThrowsAsync<ProxmoxProtocolException>(() => client.LoadSchemaAsync(TestContext.Current.CancellationToken));
        Assert.Same(before, client.Schema);
        Assert.Throws<ArgumentException>(() => client.Schema = RepositoryFiles.Pbs);
    }

    [Theory]
    [InlineData(401, "permission denied - invalid PVE ticket", true)]
    [InlineData(404, "Not Found", true)]
    [InlineData(501, "no such uri", true)]
    [InlineData(500, "no such file '/pve-docs/api-viewer/apidoc.js'", true)]
    [InlineData(500, "Internal Server Error", false)]
    [InlineData(403, "Permission check failed", false)]
    public async Task LoadSchema_PageIsMissing_SaysThatNoneIsPublished(int status, string reason, bool isMissing)
    {
        foreach (bool sync in new[] { true, false })
        {
            StubHandler stub = new(call => call.Target.EndsWith(".js", StringComparison.Ordinal) ? StubHandler.Text(status, reason) : StubHandler.Json("""{"data":{}}"""));
            await using TestClient client = new(stub);
            ApiSchema before = client.Schema;

            ProxmoxException thrown = await Assert.ThrowsAnyAsync<ProxmoxException>(
                async () => _ = sync ? client.LoadSchema(TestContext.Current.CancellationToken) : await client.LoadSchemaAsync(TestContext.Current.CancellationToken));

            Assert.Equal(isMissing, thrown is ProxmoxProtocolException);
            Assert.Equal(isMissing, thrown.Message.Contains("publishes no schema", StringComparison.Ordinal));
            Assert.Same(before, client.Schema);
        }
    }

    private sealed class TestClient(StubHandler stub) : ProxmoxClient(
        new ProxmoxClientOptions { Endpoints = [ProxmoxEndpoint.Parse("pve1", ProxmoxProduct.VirtualEnvironment)], Handler = _ => stub },
        RepositoryFiles.Pve);
}
