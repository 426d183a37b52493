using System.Globalization;
using ProxSharp.Api;
using ProxSharp.Testing;

namespace ProxSharp.Core.Tests.Http;

/// <summary>What requests look like on the wire: paths, queries, forms and JSON.</summary>
public sealed class RequestEncodingTests
{
    private static readonly ApiOperation s_deleteVolume = new(ApiMethod.Delete, "/nodes/{node}/storage/{storage}/content/{volume}");
    private static readonly ApiCallOptions s_unchecked = new() { ValidateParameters = false };

    [Theory]
    [Trait("Acceptance", "12")]
    [InlineData("local:iso/a b#c.iso", "local%3Aiso%2Fa%20b%23c.iso")]
    [InlineData("local:iso/../x", "local%3Aiso%2F..%2Fx")]
    [InlineData("..", "%2E%2E")]
    [InlineData(".", "%2E")]
    [InlineData("50%?&=+;", "50%25%3F%26%3D%2B%3B")]
    [InlineData("jö", "j%C3%B6")]
    [InlineData("漢😀", "%E6%BC%A2%F0%9F%98%80")]
    public async Task Path_IdWithSpecialCharacters_StaysOneSegment(string id, string encoded)
    {
        foreach (bool sync in new[] { true, false })
        {
            using TestConnection connection = new(static _ => StubHandler.Json("""{"data":null}"""));
            await connection.SendAsync(sync, s_deleteVolume, new() { { "node", "pve1" }, { "storage", "local" }, { "volume", id } }, s_unchecked);
            Assert.Equal($"/api2/json/nodes/pve1/storage/local/content/{encoded}", connection.LastCall.Target);
            Assert.Equal(sync, connection.LastCall.IsSync);
        }
    }

    [Fact]
    public async Task Path_VeIdBeyondAscii_IsSentByWhoChecksNothing()
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":null}"""));
        await connection.SendAsync(false, new(ApiMethod.Delete, "/access/users/{userid}"), new() { { "userid", "jörg@pve" } }, s_unchecked);
        Assert.Equal("/api2/json/access/users/j%C3%B6rg%40pve", connection.LastCall.Target);
    }

    [Fact]
    public async Task Path_VeIdBeyondAscii_IsRefusedWithWhatWorksInstead()
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":null}"""));
        ApiOperation operation = new(ApiMethod.Delete, "/access/users/{userid}");

        ProxmoxValidationException thrown = await Assert.ThrowsAsync<ProxmoxValidationException>(() => connection.SendAsync(
            false, operation, new() { { "userid", "o'jörg@pve" } }, new ApiCallOptions { ValidateParameters = true }));

        Assert.Equal(@"On a node of the cluster: pveum user delete 'o'\''jörg@pve'", thrown.Alternative);
        Assert.Contains("'o'jörg@pve' has letters beyond ASCII", thrown.ParameterErrors["userid"], StringComparison.Ordinal);
        Assert.Contains(thrown.Alternative!, thrown.Message, StringComparison.Ordinal);
        Assert.Empty(connection.Stub.Calls);
    }

    [Fact]
    public async Task Path_PbsIdBeyondAscii_IsSent()
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":null}"""), ProxmoxProduct.BackupServer);
        await connection.SendAsync(false, new(ApiMethod.Delete, "/access/users/{userid}"), new() { { "userid", "jörg@pbs" } }, s_unchecked);
        Assert.Equal("/api2/json/access/users/j%C3%B6rg%40pbs", connection.LastCall.Target);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [Trait("Acceptance", "12")]
    public async Task Path_MissingId_ThrowsInsteadOfAddressingTheCollection(string? id)
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":null}"""));
        await Assert.ThrowsAsync<ArgumentException>(
            () => connection.SendAsync(false, s_deleteVolume, new() { { "node", "pve1" }, { "storage", "local" }, { "volume", id } }, s_unchecked));
        Assert.Empty(connection.Stub.Calls);
    }

    [Fact]
    [Trait("Acceptance", "11")]
    public async Task Form_SpecialCharacters_AreAllEncoded()
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":null}"""));
        ApiOperation operation = new(ApiMethod.Put, "/nodes/{node}/qemu/{vmid}/config");
        await connection.SendAsync(false, operation, new() { { "node", "pve1" }, { "vmid", 100 }, { "description", "a;b=c d+e%f&g\nä~-._" }, { "onboot", true } });
        Assert.Equal("/api2/json/nodes/pve1/qemu/100/config", connection.LastCall.Target);
        Assert.Equal("description=a%3Bb%3Dc%20d%2Be%25f%26g%0A%C3%A4~-._&onboot=1", connection.LastCall.BodyText);
        Assert.Equal("application/x-www-form-urlencoded", connection.LastCall.Headers["Content-Type"]);
        Assert.Equal(connection.LastCall.Body.Length.ToString(CultureInfo.InvariantCulture), connection.LastCall.Headers["Content-Length"]);
    }

    [Fact]
    [Trait("Acceptance", "11")]
    public async Task Form_Numbers_DoNotFollowTheCulture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        commas.NumberFormat.NumberDecimalSeparator = ",";
        commas.NumberFormat.NegativeSign = "~";
        CultureInfo.CurrentCulture = commas;
        try
        {
            using TestConnection connection = new(static _ => StubHandler.Json("""{"data":null}"""));
            ApiOperation operation = new(ApiMethod.Put, "/nodes/{node}/qemu/{vmid}/config");
            await connection.SendAsync(false, operation, new() { { "node", "pve1" }, { "vmid", 100 }, { "cpulimit", 0.5 }, { "x", -1 } }, s_unchecked);
            Assert.Equal("cpulimit=0.5&x=-1", connection.LastCall.BodyText);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [Trait("Acceptance", "11")]
    [InlineData("ssh-ed25519 AAAA+/= me@host\n", "sshkeys=ssh-ed25519%2520AAAA%252B%252F%253D%2520me%2540host%250A")]
    [InlineData("ssh-ed25519%20AAAA%2B me%40host", "sshkeys=ssh-ed25519%252520AAAA%25252B%2520me%252540host")]
    [InlineData("ssh-ed25519%20AAAA%2B%20me%40host", "sshkeys=ssh-ed25519%2520AAAA%252B%2520me%2540host")]
    public async Task Form_SshKeys_AreEncodedTwiceAndNeverThrice(string keys, string body)
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":null}"""));
        ApiOperation operation = new(ApiMethod.Put, "/nodes/{node}/qemu/{vmid}/config");
        await connection.SendAsync(false, operation, new() { { "node", "pve1" }, { "vmid", 100 }, { "sshkeys", keys } });
        Assert.Equal(body, connection.LastCall.BodyText);
    }

    [Fact]
    [Trait("Acceptance", "10")]
    [Trait("Acceptance", "22")]
    public async Task Delete_Parameters_GoIntoTheQuery()
    {
        foreach (bool sync in new[] { true, false })
        {
            using TestConnection connection = new(static _ => StubHandler.Json("""{"data":null}"""));
            ApiOperation operation = new(ApiMethod.Delete, "/nodes/{node}/qemu/{vmid}");
            await connection.SendAsync(sync, operation, new() { { "node", "pve1" }, { "vmid", 100 }, { "purge", true } });
            Assert.Equal("/api2/json/nodes/pve1/qemu/100?purge=1", connection.LastCall.Target);
            Assert.False(connection.LastCall.Headers.ContainsKey("Content-Type"));
            Assert.Empty(connection.LastCall.Body);
        }
    }

    [Fact]
    [Trait("Acceptance", "22")]
    public async Task Put_DeletedKeysAndDigest_TravelAsTheyAre()
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":null}"""));
        ApiOperation operation = new(ApiMethod.Put, "/nodes/{node}/qemu/{vmid}/config");
        await connection.SendAsync(false, operation, new() { { "node", "pve1" }, { "vmid", 100 }, { "delete", "net1,ide2,unused0" }, { "digest", "da39a3ee5e6b4b0d3255bfef95601890afd80709" } });
        Assert.Equal("delete=net1%2Cide2%2Cunused0&digest=da39a3ee5e6b4b0d3255bfef95601890afd80709", connection.LastCall.BodyText);
    }

    [Fact]
    [Trait("Acceptance", "11")]
    public async Task Lists_OnVirtualEnvironment_RepeatTheName()
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":null}"""));
        ApiParameters parameters = new() { { "node", "pve1" }, { "vmid", 100 } };
        parameters.AddList("command", ["ls", "-l a"]);
        await connection.SendAsync(false, new ApiOperation(ApiMethod.Post, "/nodes/{node}/qemu/{vmid}/agent/exec"), parameters);
        Assert.Equal("command=ls&command=-l%20a", connection.LastCall.BodyText);
    }

    [Fact]
    public async Task Post_WithoutParameters_HasLengthZero()
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":null}"""));
        await connection.SendAsync(true, new ApiOperation(ApiMethod.Post, "/nodes/{node}/qemu/{vmid}/status/start"), new() { { "node", "pve1" }, { "vmid", 100 } });
        Assert.Equal("0", connection.LastCall.Headers["Content-Length"]);
    }

    [Fact]
    public async Task PbsPost_TypedAndTextParameters_BecomeTypedJson()
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":[]}"""), ProxmoxProduct.BackupServer);
        ApiParameters parameters = new() { { "store", "golden" }, { "backup-type", "host" }, { "backup-id", "a\"b" }, { "keep-last", 1 }, { "keep-daily", "7" }, { "dry-run", "yes" }, { "use-task", false } };
        await connection.SendAsync(false, new ApiOperation(ApiMethod.Post, "/admin/datastore/{store}/prune"), parameters, s_unchecked);
        Assert.Equal("/api2/json/admin/datastore/golden/prune", connection.LastCall.Target);
        Assert.Equal("""{"backup-type":"host","backup-id":"a\"b","keep-last":1,"keep-daily":7,"dry-run":true,"use-task":false}""", connection.LastCall.BodyText);
        Assert.Equal("application/json", connection.LastCall.Headers["Content-Type"]);
    }

    [Fact]
    public async Task PbsPut_ListAndBoolean_AreAFormWithWrittenBooleans()
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":null}"""), ProxmoxProduct.BackupServer);
        ApiParameters parameters = new() { { "name", "golden" }, { "verify-new", true } };
        parameters.AddList("delete", ["comment", "gc-schedule"]);
        await connection.SendAsync(false, new ApiOperation(ApiMethod.Put, "/config/datastore/{name}"), parameters);
        Assert.Equal("verify-new=true&delete=comment&delete=gc-schedule", connection.LastCall.BodyText);
    }

    [Fact]
    [Trait("Acceptance", "10")]
    public async Task Body_OverTheLimit_IsRefusedBeforeSending()
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":null}"""));
        ApiOperation operation = new(ApiMethod.Put, "/nodes/{node}/qemu/{vmid}/config");
        ApiParameters fits = new() { { "node", "pve1" }, { "vmid", 100 }, { "description", new string('x', (512 * 1024) - "description=".Length) } };
        await connection.SendAsync(false, operation, fits, s_unchecked);
        ApiParameters tooLong = new() { { "node", "pve1" }, { "vmid", 100 }, { "description", new string('x', (512 * 1024) - "description=".Length + 1) } };
        ProxmoxValidationException exception = await Assert.ThrowsAsync<ProxmoxValidationException>(() => connection.SendAsync(true, operation, tooLong, s_unchecked));
        Assert.Contains("524288 bytes", exception.Message, StringComparison.Ordinal);
        Assert.Contains("description", exception.ParameterErrors.Keys);
        Assert.Single(connection.Stub.Calls);
    }

    [Fact]
    [Trait("Acceptance", "10")]
    public async Task PbsTarget_OverTheLimit_IsRefusedBeforeSending()
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":null}"""), ProxmoxProduct.BackupServer);
        ApiOperation operation = new(ApiMethod.Get, "/admin/datastore/{store}/catalog");
        ProxmoxValidationException exception = await Assert.ThrowsAsync<ProxmoxValidationException>(
            () => connection.SendAsync(false, operation, new() { { "store", "golden" }, { "filepath", new string('x', 3072) } }, s_unchecked));
        Assert.Contains("3072 bytes", exception.Message, StringComparison.Ordinal);
        Assert.Empty(connection.Stub.Calls);
    }
}
