using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Pve;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Guide.Tests;

/// <summary>What the readme shows of the library compiles and runs.</summary>
public sealed class ReadmeTests(GuideCluster cluster) : IClassFixture<GuideCluster>
{
    [Fact]
    public async Task Readme_Example_Runs()
    {
        PveClient pve = cluster.Pve;

        #region readme
        Vm template = await pve.FindVmAsync("debian-13-template");      // by name or number, wherever it is
        Vm web = await template.CloneAsync(new GuestCloneOptions { Name = "web-9", Full = true }).WaitForCompletionAsync();
        await web.Config.UpdateAsync(config => config with { Cores = 4, Memory = 8192 });   // only the change is sent
        await web.StartAsync().WaitForCompletionAsync();

        // Every endpoint is there, typed; and any path, whatever the version of the server.
        ApiResponse<NodesStatusResult> node = await pve.Api.Nodes.Status.GetAsync("pve1");
        ApiResponse<JsonElement> any = await pve.Raw.GetAsync("/cluster/resources", new ApiParameters { { "type", "vm" } });
        #endregion

        Assert.Equal("web-9", (await web.Config.GetAsync()).Name);
        Assert.True(node.Data.Uptime > 0);
        Assert.Equal(JsonValueKind.Array, any.Data.ValueKind);
        string[] regions = [.. GuidePage.RegionsOf(nameof(ReadmeTests)).Select(GuidePage.Normalize)];
        Assert.Contains(Assert.Single(regions), GuidePage.Normalize(GuidePage.Readme.Blocks("csharp")[0]), StringComparison.Ordinal);
    }
}
