using ProxSharp.Api;

namespace ProxSharp.Operations.Tests;

/// <summary>A pending change that is taken back is as bad as the change: nobody removes by <c>revert</c> what may not be set or deleted.</summary>
public sealed class RevertClassTests
{
    // What is said beside the settings of a guest, and about the call.
    private static readonly string[] s_ofTheCall = ["node", "vmid", "delete", "revert", "digest", "force", "skiplock", "background_delay", "import-working-storage"];

    // A path of the node as a disk, or its own drive, is privileged. Taken back is only a volume that waits, whose data are lost.
    private const string PathOfADisk = "((file|volume|import-from)=)?";

    [Theory]
    [InlineData("PUT", "/nodes/{node}/lxc/{vmid}/config", 30)]
    [InlineData("PUT", "/nodes/{node}/qemu/{vmid}/config", 60)]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/config", 60)]
    public void Revert_OfEveryKey_IsAtLeastAsBadAsSettingOrDeletingIt(string verb, string path, int least)
    {
        ApiMethod method = verb == "PUT" ? ApiMethod.Put : ApiMethod.Post;
        OperationEntry entry = OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(method, path);
        string[] keys = [.. CatalogueTests.SchemaOf(ProxmoxProduct.VirtualEnvironment).Find(method, path)!.Parameters.Keys
            .Except(s_ofTheCall).Select(static name => name.Replace("[n]", "0", StringComparison.Ordinal))];
        Assert.True(keys.Length >= least, $"{keys.Length} keys");
        foreach (string key in keys)
        {
            OperationClass revert = entry.ClassOf(new ApiParameters { { "revert", key } });
            OperationClass delete = entry.ClassOf(new ApiParameters { { "delete", key } });
            OperationClass set = entry.Raises
                .Where(raise => raise.Item?.StartsWith(PathOfADisk, StringComparison.Ordinal) != true && (raise.Parameter == key || (raise.Parameter.EndsWith('*') && key.StartsWith(raise.Parameter[..^1], StringComparison.Ordinal))))
                .Select(static raise => raise.Class).DefaultIfEmpty(entry.Class).Max();
            Assert.True(revert >= delete, $"{entry}: revert={key} is {revert}, delete={key} is {delete}");
            Assert.True(revert >= set, $"{entry}: revert={key} is {revert}, {key}= is up to {set}");
        }
    }

    [Theory]
    [InlineData("tags", OperationClass.Reversible)]
    [InlineData("tags,net0", OperationClass.Disruptive)]
    [InlineData("scsi1", OperationClass.Destructive)]
    [InlineData("scsi1 hostpci0", OperationClass.Privileged)]
    public void Revert_OfSeveral_HasTheWorstClass(string keys, OperationClass expected) => Assert.Equal(
        expected,
        OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(ApiMethod.Put, "/nodes/{node}/qemu/{vmid}/config").ClassOf(new ApiParameters { { "revert", keys } }));
}
