using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Tests;

/// <summary>What is compared with what is there now, and how that is asked for.</summary>
public sealed class ConfigReadingTests
{
    private const string Template = "/admin/datastore/{store}/group-notes";

    [Fact]
    public void Question_OfACallWithAllThatReadingNeeds_TakesNothingElse()
    {
        ApiParameters? question = ConfigDifference.Question(
            VerbContext.Pbs.Find(ApiMethod.Get, Template)!, Call(("backup-type", "vm"), ("backup-id", "100"), ("notes", "x")));

        Assert.Equal(["backup-type", "backup-id"], question!.Select(static parameter => parameter.Name));
    }

    [Fact]
    public void Question_OfACallWithoutWhatReadingNeeds_IsNone() =>
        Assert.Null(ConfigDifference.Question(VerbContext.Pbs.Find(ApiMethod.Get, Template)!, Call(("backup-type", "vm"), ("notes", "x"))));

    [Fact]
    public void Question_WherePathAndListSayItAll_IsEmpty() =>
        Assert.Empty(ConfigDifference.Question(VerbContext.Pve.Find(ApiMethod.Get, "/pools")!, Call(("poolid", "fresh"), ("comment", "x")))!);

    [Theory]
    [InlineData("\"old\"", "old")]
    [InlineData("null", null)]
    [InlineData("\"\"", null)]
    public void CompareOnly_AnotherValue_IsTheChange(string now, string? from)
    {
        using JsonDocument document = JsonDocument.Parse(now);

        ConfigChange change = Assert.Single(ConfigDifference.CompareOnly(Call(("notes", "new")), document.RootElement));

        Assert.Equal(("notes", from, "new"), (change.Key, change.From, change.To));
    }

    [Fact]
    public void CompareOnly_TheSameValue_IsNoChange()
    {
        using JsonDocument document = JsonDocument.Parse("true");

        Assert.Empty(ConfigDifference.CompareOnly(Call(("protected", "1")), document.RootElement));
    }

    private static PlannedCall Call(params (string Name, string Value)[] given)
    {
        ApiParameters parameters = [];
        foreach ((string name, string value) in given)
        {
            parameters.Add(name, value);
        }

        return new PlannedCall(ApiMethod.Put, "/admin/datastore/store1/group-notes", parameters) { Template = Template };
    }
}
