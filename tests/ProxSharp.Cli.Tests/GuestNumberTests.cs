using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>The number of a new guest stands where people of qm and pct write it.</summary>
public sealed class GuestNumberTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    private const string Backup = "local:backup/vzdump-qemu-100-2026_01_01-00_00_00.vma.zst";
    private const string Archive = "local:backup/vzdump-lxc-200-2026_01_01-00_00_00.tar.zst";
    private const string Template = "--ostemplate local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst";

    [Theory]
    [InlineData("vm create 640 --node pve1", "vmid=640", "name=")]
    [InlineData("vm create 640 --name web-640 --node pve1", "vmid=640 name=web-640", "name=640")]
    [InlineData("vm create 640 --vmid 640 --name web-640 --node pve1", "vmid=640 name=web-640", "name=640")]
    [InlineData("vm create web-640 --vmid 641 --node pve1", "vmid=641 name=web-640", "vmid=640")]
    [InlineData("vm create --name web-640 --vmid 641 --node pve1", "vmid=641 name=web-640", "vmid=640")]
    [InlineData("vm create --name 7 --vmid 641 --node pve1", "vmid=641 name=7", "vmid=7")]
    [InlineData("vm create 640 --vmid 640 --node pve1", "vmid=640", "name=640")]
    [InlineData("ct create 640 local:vztmpl/debian.tar.zst --hostname mail --node pve1", "vmid=640 hostname=mail ostemplate=local:vztmpl/debian.tar.zst", "hostname=640")]
    [InlineData("ct create mail local:vztmpl/debian.tar.zst --vmid 640 --node pve1", "vmid=640 hostname=mail ostemplate=local:vztmpl/debian.tar.zst", "x=")]
    [InlineData("vm create --name web-640 --node pve1", "name=web-640", "name=640")]
    [InlineData("ct create 640 --hostname mail --node pve1 " + Template, "vmid=640 hostname=mail", "hostname=640")]
    [InlineData("vm clone debian-13-template 640 --name web-640", "newid=640 name=web-640", "name=640")]
    [InlineData("ct clone dns 640 --hostname dns-2", "newid=640 hostname=dns-2", "hostname=640")]
    [InlineData("vm restore " + Backup + " 640 --node pve1", "vmid=640 archive=" + Backup, "archive=640")]
    [InlineData("vm restore 640 " + Backup + " --node pve1", "vmid=640 archive=" + Backup, "archive=640")]
    [InlineData("ct restore 640 " + Archive + " --node pve1", "vmid=640 ostemplate=" + Archive, "ostemplate=640")]
    [InlineData("ct restore " + Archive + " --vmid 640 --node pve1", "vmid=640 ostemplate=" + Archive, "ostemplate=640")]
    public async Task Number_WhereItIsUsual_IsTheNumberOfTheGuest(string line, string expected, string never)
    {
        using CliHarness cli = await cluster.UserAsync();

        string call = (await cli.LineAsync($"{line} --dry-run")).Succeeded().Split('\n')[0];

        Assert.All(expected.Split(' '), word => Assert.Contains($" {word}", call + " ", StringComparison.Ordinal));
        Assert.DoesNotContain($" {never} ", call + " ", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm create 640 --vmid 641 --name web-640 --node pve1", "Two numbers are given: 640 and --vmid 641")]
    [InlineData("vm create 640 --vmid 641 --node pve1", "Two numbers are given: 640 and --vmid 641")]
    [InlineData("vm clone debian-13-template 640 --newid 641", "Two numbers are given: 640 and --newid 641")]
    [InlineData("ct create 640 local:vztmpl/a.tar.zst --ostemplate local:vztmpl/b.tar.zst --node pve1", "Two templates are given")]
    [InlineData("vm restore 150 151 --node pve1", "Neither 150 nor 151 names a backup")]
    [InlineData("vm restore 150 151 --node pve1", "prox storage content list STORAGE --content backup --vmid 150")]
    [InlineData("vm create web-1 --name web-2 --node pve1", "Two names are given: 'web-1' and --name 'web-2'")]
    [InlineData("vm restore " + Backup + " 640 --vmid 641 --node pve1", "Two numbers are given: 640 and --vmid 641")]
    [InlineData("vm restore " + Backup + " web-9 --node pve1", "'web-9' is no number of a guest")]
    [InlineData("vm restore 100 --node pve1", "prox storage content list STORAGE --content backup --vmid 100")]
    public async Task Number_ThatContradicts_IsUsageErrorWithTheReason(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync($"{line} --dry-run")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_SeveralAtOnceWithoutNumbers_AllAreMade()
    {
        using CliHarness first = await cluster.RootAsync("first");
        using CliHarness second = await cluster.RootAsync("second");
        using CliHarness third = await cluster.RootAsync("third");

        CliRun[] runs = await Task.WhenAll(((CliHarness[])[first, second, third]).Select(
            (cli, at) => cli.LineAsync($"vm create par-{at} --node pve1 --memory 512 -o name")));

        Assert.Equal(3, runs.Select(static run => run.Succeeded()).Distinct().Count());
    }

    [Fact]
    public async Task Create_Number_MakesThatGuest()
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Equal("650\n", (await cli.LineAsync("vm create 650 --name web-650 --node pve1 --memory 512 -o name")).Succeeded());

        Assert.Contains("web-650", (await cli.LineAsync("vm list 650 -o csv")).Succeeded(), StringComparison.Ordinal);
    }
}
