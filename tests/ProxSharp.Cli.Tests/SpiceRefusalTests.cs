using System.Text.Json;
using ProxSharp.Cli.Tests.Backups;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>A VM whose screen is none of SPICE: the hint makes it one.</summary>
public sealed class SpiceRefusalTests
{
    [Fact]
    public async Task Spice_ScreenOfAnotherKind_SaysHowToGetOne()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();

        string error = (await cli.LineAsync("spice web-1")).FailedWith(1);
        Assert.Contains("prox vm set 100 --vga qxl; then stop it and start it again. For VNC: prox vnc 100", error, StringComparison.Ordinal);

        (await cli.LineAsync("vm set 100 --vga qxl")).Succeeded();
        (await cli.LineAsync("vm stop 100")).Succeeded();
        (await cli.LineAsync("vm start 100")).Succeeded();
        Assert.StartsWith("[virt-viewer]", (await cli.LineAsync("spice 100")).Succeeded(), StringComparison.Ordinal);

        JsonElement settings = await cli.JsonAsync("spice 100");
        Assert.Equal("spice", settings.GetProperty("type").GetString());
        Assert.True(settings.GetProperty("password").GetString()!.Length > 0);

        string file = cli.Write("there.vv", "old");
        (await cli.LineAsync("spice 100 --output-file new.vv")).Succeeded();
        (await cli.LineAsync("spice 100 --output-file there.vv")).Succeeded();
        Assert.StartsWith("[virt-viewer]", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(cli.Home, "new.vv")));
        }
    }
}
