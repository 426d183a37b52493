using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Tests;

/// <summary>Examples of commands that follow from the schema have values that could be meant, and no words to fill in.</summary>
public sealed class ExampleValueTests
{
    // What only a server or a provider of identities gives out.
    private static readonly string[] s_given = ["CODE", "STATE", "KEY"];

    private static readonly string[] s_words = ["TAPE01", "ACCEPT", "MAX", "DELETE", "POST"];

    // What a call says about itself, or about which object it is.
    private static readonly string[] s_noChange = ["--dry-run", "--yes", "--digest", "--lock-token", "--type", "--protocol", "--zone", "--index", "--path"];

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
    [InlineData("pool set", "web --comment 'looked after by Ada'")]
    [InlineData("ceph pool set", "vm-disks --size 3 --min-size 2")]
    [InlineData("storage set", "local --content iso,vztmpl,backup")]
    [InlineData("node dns set", "pve1 --search example.org --dns1 192.0.2.53")]
    [InlineData("pbs node dns set", "--search example.org --dns1 192.0.2.53")]
    [InlineData("access acl set", "--path /vms --users demo@pve --roles PVEAuditor")]
    [InlineData("pbs access acl set", "--path /datastore/store1 --auth-id demo@pbs --role DatastoreReader")]
    [InlineData("pbs access user set", "demo@pbs --comment 'looked after by Ada'")]
    [InlineData("sdn zone set", "zone1 --mtu 1450")]
    [InlineData("sdn ipam set", "netbox1 --url https://netbox.example.org/api")]
    [InlineData("sdn prefix-list set", "trusted --entries action=permit,prefix=192.0.2.0/24")]
    [InlineData("acme plugin set", "cloudflare --validation-delay 60")]
    [InlineData("pbs s3 set", "s3-offsite --region eu-central-1")]
    [InlineData("ceph cluster flag set-all", "--noout")]
    [InlineData("datastore namespace create", "store1 --name offsite")]
    [InlineData("vm agent file-write", "web-1 --content hello --file /tmp/hello.txt")]
    [InlineData("vm agent set-user-password", "web-1 --password env:SECRET --username ada")]
    [InlineData("pbs access openid auth-url", "--realm sso --redirect-url https://pbs1.example.org:8007")]
    public void Example_OfAVerb_HasTheUsualValues(string path, string expected)
    {
        ProxCommand command = Assert.IsAssignableFrom<ProxCommand>(HelpTests.Walk().Single(item => item.Path == path).Command);

        Assert.Contains($"{path} {expected}".TrimEnd(), command.Examples.Select(static example => example.Line));
    }

    [Fact]
    public void Examples_OfVerbsThatSet_SetSomething()
    {
        (string Path, ProxCommand Command)[] verbs =
        [
            .. HelpTests.Walk()
                .Where(static item => item.Command is VerbCommand { Verb.IsDerived: true } && item.Path.Split(' ')[^1] is "set" or "set-all" or "set-now")
                .Select(static item => (item.Path, (ProxCommand)item.Command)),
        ];

        string[] idle =
        [
            .. verbs.SelectMany(static item => item.Command.Examples).Select(static example => example.Line).Where(static line => !SetsSomething(line)),
        ];

        Assert.True(verbs.Length > 80, $"There are {verbs.Length} of them only.");
        Assert.Empty(idle);
    }

    // What is switched off, or kept only once, is nothing to begin with.
    [Fact]
    public void Examples_OfVerbsThatSet_DoNoHarm() => Assert.DoesNotContain(
        HelpTests.Walk().Select(static item => item.Command).OfType<ProxCommand>().SelectMany(static command => command.Examples),
        static example => ShellWords.Split(example.Line).Contains("--disable") || example.Line.Contains("--size 1 ", StringComparison.Ordinal));

    private static bool SetsSomething(string line) => ShellWords.Split(line).Any(
        static word => word.StartsWith("--", StringComparison.Ordinal) && !s_noChange.Contains(word));

    private static bool IsPlaceholder(string word) => word == "name-1"
        || (word.Length > 1 && char.IsAsciiLetterUpper(word[0]) && word.All(static c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c is '-' or '_')
            && !s_given.Contains(word) && !s_words.Contains(word) && !word.EndsWith("EXAMPLE", StringComparison.Ordinal));
}
