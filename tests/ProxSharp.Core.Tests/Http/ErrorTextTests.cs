using System.Text;
using ProxSharp.Api;
using ProxSharp.Testing;

namespace ProxSharp.Core.Tests.Http;

/// <summary>Where the text of an error is found, and what becomes of it.</summary>
public sealed class ErrorTextTests
{
    private static readonly ApiOperation s_create = new(ApiMethod.Post, "/nodes/{node}/qemu");
    private static readonly ApiCallOptions s_unchecked = new() { ValidateParameters = false };

    [Theory]
    [Trait("Acceptance", "1")]
    [InlineData("storage 'x' does not exist", """{"message":"storage 'x' does not exist\n","data":null}""")]
    [InlineData("Internal Server Error", """{"message":"storage 'x' does not exist\n","data":null}""")]
    [InlineData("storage 'x' does not exist", """{"data":null}""")]
    [InlineData("storage 'x' does not exist", "")]
    [InlineData("storage 'x' does not exist", """{"message":"cut off""")]
    [InlineData("storage 'x' does not exist", "<html><body>500</body></html>")]
    [InlineData("Internal Server Error", "storage 'x' does not exist\n")]
    public async Task Text_InBodyOrStatusLine_IsFound(string reason, string body)
    {
        foreach (bool sync in new[] { true, false })
        {
            using TestConnection connection = new(_ => StubHandler.Text(500, reason, body));
            ProxmoxNotFoundException thrown = await Assert.ThrowsAsync<ProxmoxNotFoundException>(() => connection.SendAsync(sync, s_create, new() { { "node", "pve1" } }, s_unchecked));
            Assert.Equal("storage 'x' does not exist", thrown.ServerMessage);
            Assert.Equal((ApiMethod.Post, "/nodes/pve1/qemu"), (thrown.Method, thrown.Path));
        }
    }

    [Theory]
    [InlineData("authentication failure!", "authentication failure! Check user name, realm and password.")]
    [InlineData("authentication failure", "authentication failure. Check user name, realm and password.")]
    public async Task Text_WithAMarkOfItsOwn_GetsNoSecondOne(string said, string expected)
    {
        using TestConnection connection = new(_ => StubHandler.Text(401, said));
        ProxmoxAuthenticationException thrown = await Assert.ThrowsAsync<ProxmoxAuthenticationException>(() => connection.SendAsync(false, s_create, new() { { "node", "pve1" } }, s_unchecked));
        Assert.EndsWith($": {expected}", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Acceptance", "1")]
    public async Task Errors_OfSeveralParameters_AreADictionaryAndInTheMessage()
    {
        const string Body = """{"errors":{"net0":"invalid format - format error\nnet0.model: property is missing and it is not optional\n","cores":"value must have a minimum value of 1"},"message":"Parameter verification failed.\n","data":null}""";
        using TestConnection connection = new(static _ => StubHandler.Json(Body, 400, "Parameter verification failed."));
        ProxmoxApiException thrown = await Assert.ThrowsAsync<ProxmoxApiException>(() => connection.SendAsync(false, s_create, new() { { "node", "pve1" } }, s_unchecked));
        Assert.Equal("Parameter verification failed.", thrown.ServerMessage);
        Assert.Equal("value must have a minimum value of 1", thrown.ParameterErrors["cores"]);
        Assert.Equal("invalid format - format error\nnet0.model: property is missing and it is not optional", thrown.ParameterErrors["net0"]);
        Assert.Equal(
            "Unable to POST /nodes/pve1/qemu on pve1:8006: Parameter verification failed: net0: invalid format - format error net0.model: property is missing and it is not optional; "
            + "cores: value must have a minimum value of 1. Correct the parameters that are named.",
            thrown.Message);
    }

    [Theory]
    [InlineData("parameter verification failed - 'store': value does not match the regex pattern", "store")]
    [InlineData("parameter verification failed:\n- 'backup-type': value 'bad' is not defined in the enumeration.\n- 'backup-id': value does not match the regex pattern", "backup-type,backup-id")]
    public async Task PbsText_OfBadParameters_BecomesTheSameDictionary(string text, string names)
    {
        using TestConnection connection = new(_ => StubHandler.Text(400, "Bad Request", text), ProxmoxProduct.BackupServer);
        ProxmoxApiException thrown = await Assert.ThrowsAsync<ProxmoxApiException>(() => connection.SendAsync(false, new ApiOperation(ApiMethod.Get, "/version")));
        Assert.Equal(names.Split(','), thrown.ParameterErrors.Keys);
        Assert.Equal(text, thrown.ServerMessage);
        Assert.DoesNotContain("- '", thrown.ParameterErrors[names.Split(',')[0]], StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Acceptance", "1")]
    [InlineData("Permission check failed (/vms/100, VM.Audit)", "/vms/100", "VM.Audit")]
    [InlineData("Permission check failed (/storage/local, Datastore.Audit|Datastore.AllocateSpace)", "/storage/local", "Datastore.Audit|Datastore.AllocateSpace")]
    [InlineData("permission check failed - missing Datastore.Audit on /datastore/golden", "/datastore/golden", "Datastore.Audit")]
    [InlineData("Permission check failed", null, null)]
    [InlineData("Permission check failed (changing feature flags is only allowed for root@pam)", null, null)]
    public async Task Forbidden_WithPathAndPrivilege_KeepsThem(string text, string? path, string? privilege)
    {
        using TestConnection connection = new(_ => StubHandler.Json($$"""{"message":"{{text}}\n","data":null}""", 403, text));
        ProxmoxPermissionException thrown = await Assert.ThrowsAsync<ProxmoxPermissionException>(() => connection.SendAsync(true, new ApiOperation(ApiMethod.Get, "/version")));
        Assert.Equal((path, privilege), (thrown.PrivilegePath, thrown.Privilege));
        if (path is not null)
        {
            Assert.Contains($"Grant {privilege} on {path}", thrown.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Acceptance", "1")]
    public async Task Reason_Utf8ReadAsLatin1_IsRepaired()
    {
        string mojibake = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("Größe zu groß"));
        using TestConnection connection = new(_ => StubHandler.Text(500, mojibake));
        ProxmoxApiException thrown = await Assert.ThrowsAsync<ProxmoxApiException>(() => connection.SendAsync(false, new ApiOperation(ApiMethod.Get, "/version")));
        Assert.Equal("Größe zu groß", thrown.ServerMessage);
    }

    [Fact]
    [Trait("Acceptance", "19")]
    public async Task Error_EchoOfASecret_IsMasked()
    {
        using TestConnection connection = new(static call => StubHandler.Json("""{"message":"bad value 'hunter2hunter2'\n","errors":{"password":"'hunter2hunter2' is too weak"},"data":null}""", 400, "bad"));
        ProxmoxApiException thrown = await Assert.ThrowsAsync<ProxmoxApiException>(
            () => connection.SendAsync(false, new ApiOperation(ApiMethod.Put, "/access/password"), new() { { "userid", "a@pve" }, { "password", "hunter2hunter2" } }, s_unchecked));
        Assert.Equal("'***' is too weak", thrown.ParameterErrors["password"]);
        Assert.DoesNotContain("hunter2", thrown.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", thrown.ServerMessage, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Acceptance", "21")]
    public async Task Timeout_OfASlowList_SaysWhatToDo()
    {
        using TestConnection connection = new(static _ => StubHandler.Text(596, "Connection timed out"));
        ProxmoxApiException thrown = await Assert.ThrowsAsync<ProxmoxApiException>(
            () => connection.SendAsync(false, new ApiOperation(ApiMethod.Get, "/nodes/{node}/storage/{storage}/content"), new() { { "node", "pve1" }, { "storage", "slow" } }));
        Assert.True(thrown.IsTransient);
        Assert.False(thrown.OutcomeUnknown);
        Assert.Contains("30 s", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("vmid", thrown.Message, StringComparison.Ordinal);
    }
}
