using ProxSharp.Api;
using ProxSharp.Schema;
using ProxSharp.Validation;

namespace ProxSharp.Core.Tests.Validation;

public sealed class ParameterValidatorTests
{
    private static readonly ParameterValidator s_validator = new(RepositoryFiles.Pve);

    [Fact]
    public void Validate_SeveralBadParameters_NamesAllInOneException()
    {
        ApiParameters parameters = new();
        parameters.Add("node", "pve1");
        parameters.Add("vmid", 5);
        parameters.Add("cores", 0);
        parameters.Add("net0", "foo=bar");
        parameters.Add("bogus", true);

        ProxmoxValidationException exception = Assert.Throws<ProxmoxValidationException>(
            () => s_validator.Validate(RepositoryFiles.Pve.Find(ApiMethod.Post, "/nodes/{node}/qemu")!, parameters));

        Assert.Equal(["bogus", "cores", "net0", "vmid"], exception.ParameterErrors.Keys.Order());
        Assert.Equal("value must have a minimum value of 1", exception.ParameterErrors["cores"]);
        Assert.Equal((ApiMethod.Post, "/nodes/{node}/qemu"), (exception.Method, exception.Path));
        Assert.DoesNotContain('\n', exception.Message);
        Assert.StartsWith("POST /nodes/{node}/qemu was not sent because of 4 parameters. ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_OneBadParameter_SaysSoInOneLine()
    {
        ApiParameters parameters = new();
        parameters.Add("node", "pve1");
        parameters.Add("vmid", "5");

        ProxmoxValidationException exception = Assert.Throws<ProxmoxValidationException>(
            () => s_validator.Validate(RepositoryFiles.Pve.Find(ApiMethod.Get, "/nodes/{node}/qemu/{vmid}/config")!, parameters));

        Assert.Equal(
            "GET /nodes/{node}/qemu/{vmid}/config was not sent because of the parameter vmid: invalid format - value does not look like a valid VM ID",
            exception.Message);
    }

    [Fact]
    public void Validate_EndpointTheSchemaDoesNotHave_IsLeftToTheServer() =>
        s_validator.Validate(RepositoryFiles.Pbs.Find(ApiMethod.Get, "/admin/datastore/{store}/status")!, new ApiParameters());

    [Fact]
    public void Validate_EndpointOfAnotherSchema_UsesItsOwn()
    {
        ApiSchema other = ApiSchemaReader.Read("""{"product":"pve","endpoints":[{"method":"GET","path":"/version","params":{"deep":{"type":"boolean"}}}]}"""u8.ToArray());
        ApiEndpoint embedded = RepositoryFiles.Pve.Find(ApiMethod.Get, "/version")!;

        Assert.Throws<ProxmoxValidationException>(() => new ParameterValidator(other).Validate(embedded, new ApiParameters()));
    }

    [Fact]
    public void Validate_PlainCall_AllocatesNothing()
    {
        ApiEndpoint endpoint = RepositoryFiles.Pve.Find(ApiMethod.Get, "/nodes/{node}/qemu/{vmid}/config")!;
        ApiParameters parameters = new();
        parameters.Add("node", "pve1");
        parameters.Add("vmid", "100");
        parameters.Add("current", "1");
        for (int i = 0; i < 100; i++)
        {
            s_validator.Validate(endpoint, parameters);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            s_validator.Validate(endpoint, parameters);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Every format the schema names is either known, or deliberately free.</summary>
    [Theory]
    [InlineData("pve-vmid-list", "100,x", false)]
    [InlineData("email-opt", "", true)]
    [InlineData("email-opt", "x", false)]
    [InlineData("ipv4", "256.1.1.1", false)]
    [InlineData("ipv4", "01.1.1.1", false)]
    [InlineData("ipv6", "::1", true)]
    [InlineData("ipv6", "fe80::1%eth0", false)]
    [InlineData("CIDR", "10.0.0.0/8", true)]
    [InlineData("CIDR", "10.0.0.0/7", false)]
    [InlineData("FullRangeCIDR", "0.0.0.0/0", true)]
    [InlineData("ipv4mask", "255.255.252.0", true)]
    [InlineData("ipv4mask", "255.0.255.0", false)]
    [InlineData("ipv4mask", "0.0.0.0", true)]
    [InlineData("mac-prefix", "BC:24:11", true)]
    [InlineData("pve-poolid", "a/b/c", true)]
    [InlineData("pve-poolid", "a/b/c/d", false)]
    [InlineData("pve-tokenid-list", "root@pam!ab", true)]
    [InlineData("storage-pair-list", "1", true)]
    [InlineData("storage-pair-list", "local:nfs1,other", true)]
    [InlineData("storage-pair-list", "a:b:c", false)]
    [InlineData("pve-vlan-id-or-range-list", "2-10 20", true)]
    [InlineData("pve-vlan-id-or-range-list", "10-2", false)]
    [InlineData("pve-vlan-id-or-range-list", "4095", false)]
    [InlineData("pve-phys-bits", "host", true)]
    [InlineData("pve-phys-bits", "7", false)]
    [InlineData("lxc-ip-with-ll-iface-list", "fe80::1%eth0 1.1.1.1", true)]
    [InlineData("pve-ct-timezone", "Europe/Vienna", true)]
    [InlineData("pve-lxc-mp-string", "/srv/../etc", false)]
    [InlineData("pve-ha-node-list", "pve1:10,pve2", true)]
    [InlineData("disk-size", "32G", true)]
    [InlineData("disk-size", "32GB", false)]
    [InlineData("a-format-of-the-future", "anything", true)]
    [InlineData("a-format-of-the-future-list", "anything", true)]
    public void FormatRule_Text_FitsOrNot(string format, string value, bool fits) =>
        Assert.Equal(fits, FormatRules.Find(format)?.Invoke(value) is null);
}
