using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

public sealed class ApiSchemaCommandTests
{
    [Theory]
    [InlineData("ls-root", "api ls")]
    [InlineData("ls-vm", "api ls /nodes/pve1/qemu/100")]
    [InlineData("ls-leaf", "api ls /version")]
    [InlineData("ls-recursive-jsonl", "api ls /nodes/{node}/qemu/{vmid}/snapshot -r -o jsonl")]
    [InlineData("ls-match-csv", "api ls --match snapname -o csv")]
    [InlineData("ls-pbs-yaml", "api ls /admin/datastore/{store} --product pbs -o yaml --fields path,methods")]
    [InlineData("describe-start", "api describe /nodes/pve1/qemu/100/status/start")]
    [InlineData("describe-start-json", "api describe /nodes/pve1/qemu/100/status/start -m create -o json")]
    [InlineData("describe-network-device", "api describe /nodes/{node}/qemu -m create -p net0")]
    [InlineData("describe-volume", "api describe /nodes/pve1/storage/local/content/local:iso/debian.iso -m delete")]
    [InlineData("describe-pbs-group", "api describe /admin/datastore/store1/groups --product pbs -m delete")]
    public async Task Command_OverTheSchema_PrintsAsRecorded(string name, string line)
    {
        using CliHarness cli = new();

        Snapshot.Match(name, (await cli.LineAsync(line)).Succeeded());
    }

    [Theory]
    [InlineData("api ls /nodez", "Did you mean /nodes?")]
    [InlineData("api ls /nodes/pve1/qemu/100/snapsho", "Did you mean /nodes/pve1/qemu/100/snapshot?")]
    [InlineData("api describe /nodes/pve1/qemu/100/snapsho", "has no path /nodes/pve1/qemu/100/snapsho")]
    [InlineData("api describe /", "prox api ls /")]
    [InlineData("api describe ''", "prox api ls /")]
    [InlineData("api describe /version --method delete", "/version has no delete")]
    [InlineData("api describe /version --method frob", "'frob' is no verb")]
    [InlineData("api describe /version -p nothing", "has no parameter 'nothing'")]
    [InlineData("api ls 'https://pve1:8006/nodes'", "it is an address")]
    [InlineData("api ls '/nodes?x=1'", "key=value")]
    [InlineData("api ls /nodes//pve1", "empty segment")]
    [InlineData("api ls /nodes/../access", "'.' or '..'")]
    [InlineData("api lss", "Did you mean 'ls'?")]
    [InlineData("api ls --outptu json", "Did you mean '--output'?")]
    [InlineData("api ls -o xml", "'xml'")]
    [InlineData("api ls / /nodes", "Unknown argument '/nodes'")]
    [InlineData("api ls --fields nme", "has no field 'nme'")]
    [InlineData("frobnicate", "Unknown command 'frobnicate'")]
    public async Task Command_BadInput_IsOneLineWithCode2(string line, string expected)
    {
        using CliHarness cli = new();

        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_OnANarrowTerminal_KeepsPathsApart()
    {
        using CliHarness cli = new() { TerminalWidth = 40 };

        string[] lines = (await cli.LineAsync("api ls /nodes/{node}/qemu/{vmid} --no-color")).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.All(lines.Where(static line => !line.StartsWith('(')), static line => Assert.InRange(line.Length, 0, 40));
        Assert.Contains(lines, static line => line == "  {vmid}/config");
        Assert.Contains(lines, static line => line == "  {vmid}/migrate");
    }

    [Fact]
    public async Task Error_WithJsonOutput_IsOneEnvelope()
    {
        using CliHarness cli = new();

        CliRun run = await cli.LineAsync("api ls /nodez -o json");

        Assert.Equal(2, run.ExitCode);
        Snapshot.Match("error-envelope", run.Errors);
    }

    [Fact]
    public async Task List_WithContextOfABackupServer_UsesItsSchema()
    {
        using CliHarness cli = new();
        (await cli.LineAsync("context add b pbs1:8007 --user root@pam --secret env:X")).Succeeded();

        Assert.Contains("/admin", (await cli.LineAsync("api ls")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("/pools", (await cli.LineAsync("api ls --product pve")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_Both_NameTheTool()
    {
        using CliHarness cli = new();

        Assert.Equal($"prox {ToolVersion.Text}\n", (await cli.LineAsync("--version")).Succeeded());
        Assert.Contains("pveSchema", (await cli.LineAsync("version")).Succeeded(), StringComparison.Ordinal);
    }
}
