using System.CommandLine;
using System.Text.Json;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Tests;

/// <summary><c>-o name</c> prints what other commands take.</summary>
public sealed class ItemNameTests(SimulatedCluster cluster, SimulatedBackupServer backups) : IClassFixture<SimulatedCluster>, IClassFixture<SimulatedBackupServer>
{
    [Theory]
    [InlineData("storage content list ceph", "ceph:vm-100-disk-0")]
    [InlineData("node disk list pve1", "/dev/sda")]
    [InlineData("access acl show", "/")]
    public async Task List_OfACluster_NamesItems(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync($"{line} -o name")).Succeeded().Split('\n'));
    }

    [Fact]
    public async Task List_OfSnapshots_NamesTheirPaths()
    {
        using CliHarness cli = new();
        await backups.UseAsync(cli, "backup");

        string[] names = (await cli.LineAsync("datastore snapshot list store1 -o name")).Succeeded().TrimEnd('\n').Split('\n');

        Assert.All(names, static name => Assert.True(Ids.BackupSnapshotPath.TryParse(name, out _), name));
    }

    [Fact]
    public async Task List_WithRows_HasNames()
    {
        using CliHarness cli = await cluster.UserAsync();
        await backups.UseAsync(cli, "backup");
        List<string> wrong = [];
        int count = 0;
        foreach ((string path, VerbCommand command) in Lists())
        {
            string context = path.Split(' ')[0] is "pbs" or "tape" or "datastore" ? "backup" : "lab";
            string line = $"{command.Examples[0].Line.Split(" -o ")[0]} --context {context}";
            CliRun json = await cli.LineAsync($"{line} -o json");
            if (json.ExitCode == 0 && HasRows(json.Output))
            {
                count++;
                string[] names = (await cli.LineAsync($"{line} -o name")).Succeeded().TrimEnd('\n').Split('\n');
                if (names.All(static name => name.Length == 0))
                {
                    wrong.Add($"{line}: {json.Output}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.InRange(count, 30, int.MaxValue);
    }

    private static IEnumerable<(string Path, VerbCommand Command)> Lists() => HelpTests.Walk()
        .Where(static item => item.Command is VerbCommand { Verb.IsDerived: true, Verb.Class: VerbClass.Read } && item.Command.Name is "list" or "index")
        .Select(static item => (item.Path, (VerbCommand)item.Command));

    private static bool HasRows(string output)
    {
        using JsonDocument document = JsonDocument.Parse(output);
        return document.RootElement.GetProperty("data") is { ValueKind: JsonValueKind.Array } data && data.GetArrayLength() > 0
            && data[0].ValueKind == JsonValueKind.Object && data[0].EnumerateObject().Any();
    }
}
