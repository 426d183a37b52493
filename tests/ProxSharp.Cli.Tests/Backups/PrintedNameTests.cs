using System.Text;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>Names in archives are printed so that commands take them back, whatever characters they have.</summary>
public sealed class PrintedNameTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    [Fact]
    public void Printed_EveryCharacter_IsReadBackAsTheName()
    {
        string[] around = ["{0}", "a{0}b", "\u2600{0}", "\u0645{0}\u0646", "\\{0}", "{0}{0}", "{0}\uFE0F", "\uFE0F{0}"];
        foreach (Rune rune in Samples())
        {
            foreach (string name in around.Select(format => format.Replace("{0}", rune.ToString(), StringComparison.Ordinal)))
            {
                byte[] bytes = Encoding.UTF8.GetBytes(name);
                string printed = TextCells.Visible(PxarName.Escape(bytes));
                Assert.True(PxarName.Unescape(printed).AsSpan().SequenceEqual(bytes), $"U+{rune.Value:X4} is printed as {printed}");
                Assert.DoesNotContain("\\u", printed.Replace(@"\\", "", StringComparison.Ordinal), StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("arab\u200Fx", @"arab\xE2\x80\x8Fx")]
    [InlineData("soft\u00ADhyphen", @"soft\xC2\xADhyphen")]
    [InlineData("heart\u2764\uFE0F.txt", "heart\u2764\uFE0F.txt")]
    [InlineData("\u0646\u0645\u200C\u06CC", "\u0646\u0645\u200C\u06CC")]
    [InlineData("tag\U000E0041", @"tag\xF3\xA0\x81\x81")]
    public async Task Find_PrintedPath_IsTakenBackByEveryCommand(string name, string printed)
    {
        using CliHarness cli = new CliHarness().Uses(backup.Simulator);
        Directory.CreateDirectory(Path.Combine(cli.Home, "tree"));
        File.WriteAllText(Path.Combine(cli.Home, "tree", name), "content");
        File.WriteAllText(Path.Combine(cli.Home, "tree", "other"), "other");
        string group = $"host/{BackupUser.NewId()}";
        (await cli.LineAsync($"backup create root.pxar:tree --backup-id {group[5..]}")).Succeeded();

        string path = (await cli.LineAsync($"backup find {group} root.pxar '!other' '*' -o name")).Succeeded().Split('\n').Single(line => line.Length > 1 && line != "/other");

        Assert.Equal($"/{printed}", path);
        Assert.True(PathPattern.TryParse(Encoding.UTF8.GetBytes(path), out _));
        Assert.Equal("content", (await cli.RunAsync("backup", "cat", group, "root.pxar", path)).Succeeded());
        (await cli.RunAsync("backup", "restore", group, "root.pxar", "out", "--pattern", "/*", "--pattern", $"!{path}")).Succeeded();
        Assert.Equal(["other"], cli.ReadTree("out").Keys);
    }

    // All of the plane that texts are made of, and of each further one some, with all tags and the edges of private use.
    private static IEnumerable<Rune> Samples() => Enumerable.Range(1, 0xFFFF)
        .Concat(Enumerable.Range(0xE0000, 0x200))
        .Concat(Enumerable.Range(0x1F300, 0x400))
        .Concat([0x16FE4, 0x1D159, 0x1D173, 0x2F800, 0xF0000, 0xFFFFD, 0x100000, 0x10FFFD])
        .Where(static value => value != '/' && Rune.IsValid(value))
        .Select(static value => new Rune(value));
}
