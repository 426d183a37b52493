using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Testing;

namespace ProxSharp.Core.Tests.Http;

public sealed class RawApiTests
{
    [Theory]
    [InlineData("/nodes/pve1/qemu/100/config")]
    [InlineData("nodes/pve1/qemu/100/config")]
    [InlineData("/api2/json/nodes/pve1/qemu/100/config")]
    public async Task Get_KnownPath_ReadsData(string path)
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":{"name":"web"},"total":3,"changes":"x"}"""));
        ApiResponse<JsonElement> response = await connection.Raw.GetAsync(path, new() { { "current", "yes" } }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("/api2/json/nodes/pve1/qemu/100/config?current=1", connection.LastCall.Target);
        Assert.Equal("web", response.Data.GetProperty("name").GetString());
        Assert.Equal(3, response.Total);
        Assert.Equal("x", response.Extra["changes"].GetString());
        Assert.Equal("web", connection.Raw.Get(path).Data.GetProperty("name").GetString());
    }

    [Fact]
    public void Get_VolumeWithSlashes_IsOneSegment()
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":{}}"""));
        connection.Raw.Get("/nodes/pve1/storage/local/content/local:iso/a b.iso");
        Assert.Equal("/api2/json/nodes/pve1/storage/local/content/local%3Aiso%2Fa%20b.iso", connection.LastCall.Target);
        connection.Raw.Get("/nodes/pve1/storage/local/content/local%3Aiso%2Fa%23b.iso");
        Assert.Equal("/api2/json/nodes/pve1/storage/local/content/local%3Aiso%2Fa%23b.iso", connection.LastCall.Target);
    }

    [Fact]
    public void Post_UnknownPath_IsSentUnchecked()
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":1}"""));
        connection.Raw.Post("/brand/new/a%2Fb/{x}", new() { { "anything", "goes" } });
        Assert.Equal("/api2/json/brand/new/a%2Fb/%7Bx%7D", connection.LastCall.Target);
        Assert.Equal("anything=goes", connection.LastCall.BodyText);
    }

    [Theory]
    [InlineData("/nodes?full=1")]
    [InlineData("/nodes#x")]
    [InlineData("/nodes/../access")]
    [InlineData("/nodes/%2E%2E/access")]
    public void Get_PathThatMeansSomethingElse_Throws(string path)
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":1}"""));
        Assert.Throws<ArgumentException>(() => connection.Raw.Get(path));
        Assert.Empty(connection.Stub.Calls);
    }

    [Fact]
    public void Post_BadParameterOfAKnownPath_IsRefusedBeforeSending()
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":1}"""));
        ProxmoxValidationException exception = Assert.Throws<ProxmoxValidationException>(() => connection.Raw.Post("/nodes/pve1/qemu", new() { { "vmid", "abc" }, { "bogus", "1" } }));
        Assert.Equal(["bogus", "vmid"], exception.ParameterErrors.Keys.Order());
        Assert.Empty(connection.Stub.Calls);
        connection.Raw.Post("/nodes/pve1/qemu", new() { { "vmid", "abc" }, { "bogus", "1" } }, new() { ValidateParameters = false });
        Assert.Single(connection.Stub.Calls);
    }
}
