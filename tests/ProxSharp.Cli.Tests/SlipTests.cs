using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Slips at the command line: what loses data is asked about, and what does nothing is told.</summary>
public sealed class SlipTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("api delete /nodes/pve1/qemu/106")]
    [InlineData("api set /nodes/pve1/qemu/106/config delete=scsi0")]
    [InlineData("api create /nodes/pve1/qemu/106/template")]
    public async Task ApiCall_LosesDataAndNobodyCanBeAsked_NeedsYes(string line)
    {
        using CliHarness cli = await cluster.UserAsync();
        string before = (await cli.LineAsync("vm config staging -o json")).Succeeded();

        Assert.Contains("--yes", (await cli.LineAsync(line)).FailedWith(8), StringComparison.Ordinal);

        Assert.Equal(before, (await cli.LineAsync("vm config staging -o json")).Succeeded());
        (await cli.LineAsync(line + " --dry-run")).Succeeded();
    }

    [Fact]
    public async Task ApiDelete_Yes_Deletes()
    {
        using CliHarness cli = await cluster.UserAsync();
        (await cli.LineAsync("vm clone debian-13-template 611 --full")).Succeeded();

        (await cli.LineAsync("api delete /nodes/pve1/qemu/611 --wait --yes")).Succeeded();

        (await cli.LineAsync("api get /nodes/pve1/qemu/611/config")).FailedWith(5);
    }

    [Theory]
    [InlineData("106", 0)]
    [InlineData("yes", 8)]
    public async Task ApiCall_AtTerminal_TheNumberHasToBeTyped(string typed, int exitCode)
    {
        using CliHarness cli = await cluster.UserAsync(120);
        cli.Input = $"{typed}\n";

        CliRun run = await cli.LineAsync("api set /nodes/pve1/qemu/106/config delete=scsi1");

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains("Type 106 to go on", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm set web-1")]
    [InlineData("vm set web-1 --digest 0000000000000000000000000000000000000000")]
    [InlineData("ct set dns")]
    public async Task Set_NothingToChange_IsUsageError(string line)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains("Nothing to change", (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("explain vm.net0", "bridge")]
    [InlineData("explain net0", "bridge")]
    [InlineData("explain net0=virtio,bridge=vmbr0", "firewall")]
    [InlineData("explain virtio=BC:24:11:00:00:01,bridge=vmbr0", "keys of net[n]")]
    [InlineData("explain virtio,bridge=vmbr0", "keys of net[n]")]
    [InlineData("explain 'net1: e1000=bc:24:11:00:00:01,bridge=vmbr0'", "value e1000=bc:24:11:00:00:01,bridge=vmbr0: breaks no rule")]
    [InlineData("explain name=eth0,bridge=vmbr0,ip=dhcp", "hwaddr")]
    [InlineData("explain bridge=vmbr0", "hwaddr")]
    [InlineData("explain 'vm set net0'", "keys of net[n]")]
    [InlineData("explain virtio=local-lvm:32", "keys of virtio[n]")]
    [InlineData("explain memory", "lxc")]
    [InlineData("explain ct.rootfs", "volume")]
    [InlineData("explain vm.agent", "keys of agent")]
    [InlineData("explain vm agent enabled", "written enabled=VALUE")]
    [InlineData("explain vm set net0 virtio,bridge=vmbr0,tag=5000", "tag: '5000' does not fit integer; 1..4094")]
    [InlineData("explain virtio,bridge=vmbr0,tag=5000", "tag: '5000' does not fit integer; 1..4094")]
    [InlineData("explain net0=virtio,bridge=vmbr0,tag=77", "value virtio,bridge=vmbr0,tag=77: breaks no rule")]
    [InlineData("explain vm.net0.tag=5000", "tag: '5000' does not fit")]
    [InlineData("explain vm set net0 virtio,brigde=vmbr0", "net0 has no key 'brigde': did you mean 'bridge'?")]
    [InlineData("explain vm set scsi0 local-lvm:32,cache=foo", "cache: 'foo' does not fit string; none | writethrough")]
    [InlineData("explain vm set memory 5", "current: '5' does not fit integer; 16 or more")]
    [InlineData("explain vm set cores 0", "cores: '0' does not fit integer; 1 or more")]
    [InlineData("explain vm set ostype windoof", "ostype: 'windoof' does not fit string; other | wxp")]
    [InlineData("explain /nodes/{node}/qemu/{vmid}/config cores=0", "cores: '0' does not fit")]
    [InlineData("explain vm set --memory", "keys of memory")]
    [InlineData("explain vm set web-1 --memory=2048", "value 2048: breaks no rule")]
    [InlineData("explain vm set onboot true", "value true: breaks no rule")]
    [InlineData("explain vm migrate --online yes", "value yes: breaks no rule")]
    [InlineData("explain vm set net0 bridge=vmbr0", "model")]
    [InlineData("explain vm.net0.bridge=vmbr0", "value vmbr0: breaks no rule")]
    [InlineData("explain vm set description 'hello world'", "value hello world: breaks no rule")]
    [InlineData("explain task list --since", "Only those that started since then")]
    [InlineData("explain vm list --watch", "Show it again every few seconds")]
    public async Task Explain_NameOfKey_DescribesIt(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync(line);

        Assert.Contains(expected, run.Output, StringComparison.Ordinal);

        // Whether a value would be taken is what a script asks for.
        run.FailedWithCode(run.Output.Contains("would be refused", StringComparison.Ordinal) ? 2 : 0);
    }

    [Theory]
    [InlineData("explain vm set --memroy", "There is no parameter 'memroy'. Did you mean 'memory'?")]
    [InlineData("explain vm list --wach", "Did you mean 'watch'?")]
    [InlineData("explain --memroy", "Unknown option '--memroy'")]
    public async Task Explain_UnknownOption_NamesANearOne(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_Value_IsHeldAgainstTheSchemaForPrograms()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("explain vm set net0 virtio,bridge=vmbr0,tag=5000 -o json --query [0].parameters[0].value.fits");

        run.FailedWithCode(2);
        Assert.Equal("false", run.Output.Trim());
        Assert.Contains("\"keys\":", (await cli.LineAsync("explain vm.agent -o json")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name: other", "config: {name: other}")]
    [InlineData("type: lxc", "cannot be changed")]
    public async Task Apply_GuestIsOtherwise_IsTold(string member, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("outer.yaml", $"prox: 1\nguests:\n  - vmid: 106\n    {member}\n");

        Assert.Contains(expected, (await cli.LineAsync("apply -f outer.yaml")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clone_NumberInPlaceOfName_IsTheNumberOfTheCopy()
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains("\"vmid\": 612", (await cli.LineAsync("vm clone debian-13-template 612 --full -o json")).Succeeded(), StringComparison.Ordinal);

        Assert.Contains("612", (await cli.LineAsync("vm list 612 -o csv")).Succeeded(), StringComparison.Ordinal);
    }
}
