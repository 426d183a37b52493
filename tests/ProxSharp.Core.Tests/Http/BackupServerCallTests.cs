using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Testing;

namespace ProxSharp.Core.Tests.Http;

/// <summary>What a backup server does differently from Proxmox VE.</summary>
[Trait("Acceptance", "18")]
public sealed class BackupServerCallTests
{
    [Fact]
    public async Task Delete_Options_GoAsRepeatedParameters()
    {
        using TestConnection connection = Connect("""{"data":null}""");
        ApiParameters parameters = new() { { "userid", "a@pbs" } };
        parameters.AddList("delete", ["comment", "email"]);
        await connection.SendAsync(false, new ApiOperation(ApiMethod.Put, "/access/users/{userid}"), parameters);
        Assert.Contains("delete=comment&delete=email", connection.LastCall.Target + connection.LastCall.BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_List_GoesAsJsonArrayWithTypedValues()
    {
        using TestConnection connection = Connect("""{"data":null}""");
        ApiParameters parameters = new() { { "store", "store1" }, { "backup-type", "vm" }, { "backup-id", "100" }, { "keep-last", 3L }, { "dry-run", true }, { "ns", "a/b" } };
        await connection.SendAsync(true, new ApiOperation(ApiMethod.Post, "/admin/datastore/{store}/prune"), parameters);
        using JsonDocument body = JsonDocument.Parse(connection.LastCall.BodyText);
        Assert.Equal(3, body.RootElement.GetProperty("keep-last").GetInt32());
        Assert.True(body.RootElement.GetProperty("dry-run").GetBoolean());
        Assert.Equal("a/b", body.RootElement.GetProperty("ns").GetString());
        Assert.Equal("100", body.RootElement.GetProperty("backup-id").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_NullData_IsNoError(bool sync)
    {
        using TestConnection connection = Connect("""{"data":null}""");
        Assert.Equal(JsonValueKind.Null, (await connection.SendAsync(sync, new ApiOperation(ApiMethod.Get, "/admin/datastore/{store}/gc"), new() { { "store", "store1" } })).Data.ValueKind);
    }

    private static TestConnection Connect(string reply) => new(_ => StubHandler.Json(reply), ProxmoxProduct.BackupServer);
}
