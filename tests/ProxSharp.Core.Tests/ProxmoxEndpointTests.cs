namespace ProxSharp.Core.Tests;

public sealed class ProxmoxEndpointTests
{
    [Theory]
    [InlineData("pve1", "https://pve1:8006/")]
    [InlineData("PVE1.Example.org", "https://pve1.example.org:8006/")]
    [InlineData("pve1:443", "https://pve1:443/")]
    [InlineData("https://pve1:8006", "https://pve1:8006/")]
    [InlineData("https://pve1", "https://pve1:8006/")]
    [InlineData("https://pve1/", "https://pve1:8006/")]
    [InlineData("http://127.0.0.1:85", "http://127.0.0.1:85/")]
    [InlineData("192.0.2.7", "https://192.0.2.7:8006/")]
    [InlineData("2001:db8::1", "https://[2001:db8::1]:8006/")]
    [InlineData("[2001:db8::1]", "https://[2001:db8::1]:8006/")]
    [InlineData("[2001:DB8::1]:9000", "https://[2001:db8::1]:9000/")]
    [InlineData("https://[::1]:8006", "https://[::1]:8006/")]
    [InlineData("  pve1 ", "https://pve1:8006/")]
    [InlineData("https://b\u00fccher.example:8006", "https://xn--bcher-kva.example:8006/")]
    public void Parse_Address_IsReadAsMeant(string text, string url)
    {
        ProxmoxEndpoint endpoint = ProxmoxEndpoint.Parse(text, ProxmoxProduct.VirtualEnvironment);
        Assert.Equal(url, endpoint.BaseAddress.OriginalString);
        Assert.Equal(endpoint, ProxmoxEndpoint.Parse(endpoint.BaseAddress.OriginalString, ProxmoxProduct.VirtualEnvironment));
        Assert.Equal(endpoint.Authority, endpoint.ToString());
    }

    [Fact]
    public void Parse_WithoutPort_TakesTheProductsOwn()
        => Assert.Equal(8007, ProxmoxEndpoint.Parse("pbs1", ProxmoxProduct.BackupServer).Port);

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("ftp://pve1")]
    [InlineData("pve1:0")]
    [InlineData("pve1:65536")]
    [InlineData("pve1:x")]
    [InlineData("pve1:")]
    [InlineData("pve 1")]
    [InlineData("pve1/api2/json")]
    [InlineData("user@pve1")]
    [InlineData("[2001:db8::1")]
    [InlineData("[pve1]")]
    [InlineData("https://")]
    [InlineData("pve1?x")]
    public void TryParse_SomethingElse_IsRefused(string? text)
    {
        Assert.False(ProxmoxEndpoint.TryParse(text, ProxmoxProduct.VirtualEnvironment, out ProxmoxEndpoint? endpoint));
        Assert.Null(endpoint);
        if (text is not null)
        {
            Assert.Contains("pve1:8006", Assert.Throws<FormatException>(() => ProxmoxEndpoint.Parse(text, ProxmoxProduct.VirtualEnvironment)).Message, StringComparison.Ordinal);
        }
    }
}
