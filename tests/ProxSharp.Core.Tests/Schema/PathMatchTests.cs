using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Core.Tests.Schema;

public sealed class PathMatchTests
{
    [Theory]
    [InlineData("/nodes/pve1/qemu/100/config", "/nodes/{node}/qemu/{vmid}/config")]
    [InlineData("/nodes/pve1/qemu/100/", "/nodes/{node}/qemu/{vmid}")]
    [InlineData("//nodes//pve1/status", "/nodes/{node}/status")]
    [InlineData("/nodes/pve1/storage/local/content/local:iso/a b.iso", "/nodes/{node}/storage/{storage}/content/{volume}")]
    [InlineData("/nodes/pve1/storage/local/content/local%3Aiso%2Fa.iso", "/nodes/{node}/storage/{storage}/content/{volume}")]
    [InlineData("/cluster/firewall/ipset/set1/10.0.0.0/8", "/cluster/firewall/ipset/{name}/{cidr}")]
    public void TryMatch_KnownPath_FindsTheEndpoint(string path, string template)
    {
        Assert.True(RepositoryFiles.Pve.TryMatch(ApiMethod.Get, path, out ApiMatch? match));
        Assert.Equal(template, match.Endpoint.Path);
    }

    [Theory]
    [InlineData("/nodes/pve1/qemu/100/snapsho")]
    [InlineData("/access/users/a/b/c")]
    [InlineData("/nosuch")]
    public void TryMatch_UnknownPath_IsNotTakenForAnId(string path)
    {
        Assert.False(RepositoryFiles.Pve.TryMatch(ApiMethod.Get, path, out _));
        Assert.Empty(RepositoryFiles.Pve.MethodsFor(path));
    }

    [Fact]
    public void TryMatch_IdWithSlash_GivesTheDecodedId()
    {
        Assert.True(RepositoryFiles.Pve.TryMatch(ApiMethod.Delete, "/nodes/pve1/storage/local/content/local:iso/a%23b.iso", out ApiMatch? match));
        Assert.Equal("local:iso/a#b.iso", match.PathValues["volume"]);
    }
}
