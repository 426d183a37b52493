using ProxSharp.Api;
using ProxSharp.Pbs.Api;
using ProxSharp.Pve.Api;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Tests;

public sealed class CatalogueTests
{
    public static TheoryData<ProxmoxProduct> Products() => [ProxmoxProduct.VirtualEnvironment, ProxmoxProduct.BackupServer];

    internal static ApiSchema SchemaOf(ProxmoxProduct product) =>
        product == ProxmoxProduct.BackupServer ? PbsApiSchema.Embedded : PveApiSchema.Embedded;

    [Theory]
    [MemberData(nameof(Products))]
    public void Catalogue_AgainstSchema_IsComplete(ProxmoxProduct product)
    {
        string[] endpoints = [.. SchemaOf(product).Endpoints.Select(static endpoint => endpoint.ToString()).Order(StringComparer.Ordinal)];
        string[] entries = [.. OperationCatalogue.For(product).Entries.Select(static entry => entry.ToString()).Order(StringComparer.Ordinal)];
        Assert.NotEmpty(endpoints);
        Assert.Equal(endpoints, entries);
    }

    [Theory]
    [MemberData(nameof(Products))]
    public void Raise_OfEveryEntry_NamesParametersThatExistAndIsWorse(ProxmoxProduct product)
    {
        foreach (OperationEntry entry in OperationCatalogue.For(product).Entries)
        {
            ApiEndpoint endpoint = SchemaOf(product).Find(entry.Method, entry.Path)!;
            foreach (ClassRaise raise in entry.Raises)
            {
                Assert.True(raise.Class > entry.Class, $"{entry}: {raise.Parameter} raises nothing.");
                string stem = raise.Parameter.TrimEnd('*');
                Assert.True(endpoint.Parameters.Keys.Any(name => name.StartsWith(stem, StringComparison.Ordinal)), $"{entry} has no parameter {raise.Parameter}.");
            }
        }
    }

    [Fact]
    public void Find_UnknownOperation_IsPrivilegedAndUnclassified()
    {
        OperationEntry entry = OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(ApiMethod.Post, "/nodes/{node}/new-thing");
        Assert.False(entry.IsClassified);
        Assert.Equal(OperationClass.Privileged, entry.Class);
    }

    [Theory]
    [InlineData("memory", "2048", OperationClass.Reversible)]
    [InlineData("delete", "description", OperationClass.Reversible)]
    [InlineData("delete", "description,scsi1", OperationClass.Destructive)]
    [InlineData("delete", "unused0", OperationClass.Destructive)]
    [InlineData("delete", "protection", OperationClass.Privileged)]
    [InlineData("protection", "0", OperationClass.Privileged)]
    [InlineData("protection", "1", OperationClass.Reversible)]
    [InlineData("args", "-device x", OperationClass.Privileged)]
    [InlineData("hookscript", "local:snippets/a.pl", OperationClass.Privileged)]
    [InlineData("hostpci0", "0000:01:00.0", OperationClass.Privileged)]
    [InlineData("hostpci0", "mapping=gpu", OperationClass.Reversible)]
    [InlineData("usb1", "host=1234:5678", OperationClass.Privileged)]
    [InlineData("usb1", "spice", OperationClass.Reversible)]
    [InlineData("scsi2", "/dev/sda", OperationClass.Privileged)]
    [InlineData("scsi2", "local-lvm:8,import-from=/etc/shadow", OperationClass.Privileged)]
    [InlineData("scsi2", "local-lvm:8", OperationClass.Reversible)]
    [InlineData("skiplock", "1", OperationClass.Privileged)]
    [InlineData("force", "1", OperationClass.Destructive)]
    [InlineData("force", "0", OperationClass.Reversible)]
    public void ClassOf_ConfigParameter_IsRaised(string name, string value, OperationClass expected)
    {
        OperationEntry entry = OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(ApiMethod.Put, "/nodes/{node}/qemu/{vmid}/config");
        Assert.Equal(expected, entry.ClassOf(new ApiParameters { { name, value } }));
    }

    [Theory]
    [InlineData("mp0", "/etc,mp=/mnt", OperationClass.Privileged)]
    [InlineData("mp0", "local-lvm:8,mp=/mnt", OperationClass.Reversible)]
    [InlineData("dev0", "/dev/kvm", OperationClass.Privileged)]
    [InlineData("features", "nesting=1,keyctl=1", OperationClass.Privileged)]
    public void ClassOf_ContainerParameter_IsRaised(string name, string value, OperationClass expected)
    {
        OperationEntry entry = OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(ApiMethod.Put, "/nodes/{node}/lxc/{vmid}/config");
        Assert.Equal(expected, entry.ClassOf(new ApiParameters { { name, value } }));
    }

    [Theory]
    [InlineData("dry-run=1", OperationClass.Read)]
    [InlineData("dry-run=true", OperationClass.Read)]
    [InlineData("dry-run=0", OperationClass.Destructive)]
    [InlineData("dry-run=", OperationClass.Destructive)]
    [InlineData("Dry-Run=1", OperationClass.Destructive)]
    [InlineData("dry-run=1 dry-run=0", OperationClass.Destructive)]
    [InlineData("dry-run=1 DRY-RUN=0", OperationClass.Destructive)]
    [InlineData("keep-last=1", OperationClass.Destructive)]
    public void ClassOf_PruneThatOnlySaysWhatItWouldDo_IsARead(string parameters, OperationClass expected)
    {
        ApiParameters values = [];
        foreach (string[] pair in parameters.Split(' ').Select(static item => item.Split('=')))
        {
            values.Add(pair[0], pair[1]);
        }

        Assert.Equal(expected, OperationCatalogue.For(ProxmoxProduct.BackupServer).Find(ApiMethod.Post, "/admin/datastore/{store}/prune").ClassOf(values));
    }

    [Theory]
    [InlineData(ProxmoxProduct.VirtualEnvironment)]
    [InlineData(ProxmoxProduct.BackupServer)]
    public void Trial_OfEveryEntry_NamesAParameterThatExists(ProxmoxProduct product)
    {
        ApiSchema schema = product == ProxmoxProduct.BackupServer ? PbsApiSchema.Embedded : PveApiSchema.Embedded;
        Assert.All(
            OperationCatalogue.For(product).Entries.Where(static entry => entry.Trial is not null),
            entry => Assert.Equal(ApiValueType.Boolean, schema.Find(entry.Method, entry.Path)!.Parameters[entry.Trial!].Type));
    }

    [Fact]
    public void TapeMediaDestroy_ThoughItIsAGet_IsDestructive() =>
        Assert.Equal(OperationClass.Destructive, OperationCatalogue.For(ProxmoxProduct.BackupServer).Find(ApiMethod.Get, "/tape/media/destroy").Class);
}
