using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>The examples of derived verbs say what they show.</summary>
public sealed class ExampleMeaningTests
{
    [Theory]
    [InlineData("sdn zone list", "the SDN zones|the SDN zones as JSON, for scripts")]
    [InlineData("sdn zone show", "the SDN zone zone1|the SDN zone zone1 as JSON, for scripts")]
    [InlineData("access user token show", "the API token ci of the user demo@pve|the API token ci of the user demo@pve as JSON, for scripts")]
    [InlineData("vm firewall ipset entry list", "the addresses of the IP set blocklist in the firewall of the VM web-1|the same as JSON, for scripts")]
    [InlineData("node dns show", "the resolver settings of the node pve1|the resolver settings of the node pve1 as JSON, for scripts")]
    [InlineData("node apt changelog", "the changelog of a package|the changelog of a package as JSON, for scripts")]
    [InlineData("ceph cluster flag show", "whether the global Ceph flag noout is set|the same as JSON, for scripts")]
    [InlineData("storage identity", "identify the storage behind a definition, to recognise the same storage elsewhere|the same as JSON, for scripts")]
    [InlineData("datastore notes show", "the notes of a snapshot|the notes of a snapshot as JSON, for scripts")]
    [InlineData("datastore download", "download a file of a snapshot as it is stored, still encoded|the same into a file")]
    [InlineData("pbs s3 show", "the S3 endpoint s3-offsite|the S3 endpoint s3-offsite as JSON, for scripts")]
    [InlineData("pbs metrics influxdb-udp show", "the InfluxDB server influx1 reached by UDP|the InfluxDB server influx1 reached by UDP as JSON, for scripts")]
    [InlineData("node service restart", "stop a system service hard and start it again|")]
    [InlineData("vm firewall alias create", "make the firewall alias office of VM web-1|")]
    [InlineData("ct firewall options set", "set enable of the firewall options of container dns|")]
    [InlineData("storage content create", "make a new content of storage local|")]
    [InlineData("pbs access user create", "make the user demo@pbs|")]
    [InlineData("vm monitor", "run a command in the QEMU monitor of the VM web-1|")]
    public async Task Examples_OfADerivedVerb_SayWhatTheyShow(string command, string expected)
    {
        using CliHarness cli = new();

        string[] help = (await cli.LineAsync($"{command} --help")).Succeeded().Split('\n');

        string[] meanings = [.. Meanings(help)];
        Assert.Equal(expected.Split('|')[0], meanings[0]);
        if (expected.EndsWith('|'))
        {
            Assert.StartsWith("show P", meanings[1], StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(expected.Split('|'), meanings);
        }
    }

    [Fact]
    public void Examples_All_HaveAMeaningInWords() => Assert.All(
        HelpTests.Walk().SelectMany(static item => item.Command is ProxSharp.Cli.Commands.ProxCommand command ? command.Examples : []),
        static example =>
        {
            string[] words = example.Meaning.Split(' ');
            Assert.DoesNotContain(example.Meaning, new[] { "for people", "for programs", "" });
            Assert.DoesNotContain(words.Zip(words.Skip(1)), static pair => pair.First == pair.Second);
            Assert.False(char.IsAsciiLetterUpper(example.Meaning[0]) && char.IsAsciiLetterLower(example.Meaning[1]), example.Meaning);
        });

    private static IEnumerable<string> Meanings(string[] help) => help
        .SkipWhile(static line => line != "Examples:").Skip(1).TakeWhile(static line => line.Trim().Length > 0)
        .Where(static line => line.Contains("# ", StringComparison.Ordinal)).Select(static line => line[(line.IndexOf("# ", StringComparison.Ordinal) + 2)..].Trim());
}
