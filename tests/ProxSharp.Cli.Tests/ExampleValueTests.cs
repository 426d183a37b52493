using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Examples of commands that follow from the schema have values that could be meant, and no words to fill in.</summary>
public sealed class ExampleValueTests
{
    // What only a server or a provider of identities gives out.
    private static readonly string[] s_given = ["CODE", "STATE", "KEY"];

    private static readonly string[] s_words = ["TAPE01", "ACCEPT", "MAX", "DELETE", "POST"];

    [Fact]
    public void Examples_OfDerivedVerbs_AreFilledIn()
    {
        string[] hollow =
        [
            .. HelpTests.Walk().Select(static item => item.Command).OfType<ProxCommand>()
                .SelectMany(static command => command.Examples)
                .Where(static example => ShellWords.Split(example.Line).Any(static word => IsPlaceholder(word)))
                .Select(static example => example.Line),
        ];

        Assert.Empty(hollow);
    }

    [Theory]
    [InlineData("vm firewall ipset entry create", "web-1 blocklist 192.0.2.0/24")]
    [InlineData("firewall alias create", "office --cidr 192.0.2.0/24")]
    [InlineData("node disk zfs show", "pve1 tank")]
    [InlineData("pbs prune-job show", "prune-daily")]
    [InlineData("ha group create", "prefer-pve1 --nodes pve1")]
    [InlineData("access user token create", "demo@pve ci")]
    [InlineData("sdn zone show", "zone1")]
    [InlineData("access user set", "demo@pve --comment 'looked after by Ada'")]
    [InlineData("backup-job set", "backup-daily --comment 'looked after by Ada'")]
    [InlineData("ct firewall options set", "dns --enable")]
    [InlineData("node time set", "pve1 --timezone Europe/Vienna")]
    public void Example_OfAVerb_HasTheUsualValues(string path, string expected)
    {
        ProxCommand command = Assert.IsAssignableFrom<ProxCommand>(HelpTests.Walk().Single(item => item.Path == path).Command);

        Assert.Contains($"{path} {expected}".TrimEnd(), command.Examples.Select(static example => example.Line));
    }

    private static bool IsPlaceholder(string word) => word == "name-1"
        || (word.Length > 1 && char.IsAsciiLetterUpper(word[0]) && word.All(static c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c is '-' or '_')
            && !s_given.Contains(word) && !s_words.Contains(word) && !word.EndsWith("EXAMPLE", StringComparison.Ordinal));
}
