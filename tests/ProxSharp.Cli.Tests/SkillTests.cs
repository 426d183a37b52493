using System.Text.RegularExpressions;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

public sealed partial class SkillTests(SimulatedCluster cluster, SimulatedBackupServer backup) : IClassFixture<SimulatedCluster>, IClassFixture<SimulatedBackupServer>
{
    [Fact]
    public async Task Commands_All_DoWhatTheSkillSays()
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.With("PVE_SECRET", "unused");
        await backup.UseAsync(cli, "backup");
        (await cli.LineAsync("context remove lab")).Succeeded();
        string[] lines = [.. CommandLines()];
        Assert.NotEmpty(lines);

        foreach (string line in lines)
        {
            int expected = ExpectedExit().Match(line) is { Success: true } match ? int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : 0;
            CliRun run = await cli.LineAsync(ExpectedExit().Replace(line, "")["prox ".Length..]);
            Assert.True(run.ExitCode == expected, $"{line}\nended with {run.ExitCode} instead of {expected}: {run.Errors}");
            if (line.StartsWith("prox context add lab", StringComparison.Ordinal))
            {
                await cluster.UseAsync(cli, "lab");
            }
        }
    }

    [Fact]
    public void Format_FrontMatter_FollowsTheAgentSkillsFormat()
    {
        string text = Text();
        Match front = FrontMatter().Match(text);

        Assert.True(front.Success);
        YamlDotNet.RepresentationModel.YamlStream yaml = [];
        yaml.Load(new StringReader(front.Groups[1].Value));
        YamlDotNet.RepresentationModel.YamlMappingNode root = (YamlDotNet.RepresentationModel.YamlMappingNode)yaml.Documents[0].RootNode;
        Assert.Equal("proxmox", (string?)root["name"]);
        Assert.InRange(((string?)root["description"])!.Length, 1, 1024);
        Assert.InRange(((string?)root["compatibility"])!.Length, 1, 500);
        Assert.All(root.Children.Keys, static key => Assert.Contains((string?)key, new[] { "name", "description", "license", "compatibility", "metadata", "allowed-tools" }));
        Assert.InRange(text.Split('\n').Length, 1, 200);
    }

    [Fact]
    public void ExitCodes_Table_NamesEveryCode()
    {
        string text = Text();

        Assert.All(Errors.ExitCodes.All, code => Assert.Contains($"| {code.Code} |", text, StringComparison.Ordinal));
    }

    private static IEnumerable<string> CommandLines() => Blocks().Matches(Text())
        .SelectMany(static block => block.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        .Where(static line => line.StartsWith("prox ", StringComparison.Ordinal));

    private static string Text()
    {
        using StreamReader reader = new(typeof(SkillTests).Assembly.GetManifestResourceStream("SKILL.md")!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    [GeneratedRegex(@"^---\n(.*?)\n---\n", RegexOptions.Singleline)]
    private static partial Regex FrontMatter();

    [GeneratedRegex(@"```bash\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"\s+# exit (\d+)$")]
    private static partial Regex ExpectedExit();
}
