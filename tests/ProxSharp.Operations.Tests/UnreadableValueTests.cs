using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Operations.Tests;

/// <summary>What a server shows to nobody, or in another form than it takes it in, is not taken for what it looks like.</summary>
public sealed class UnreadableValueTests
{
    private const string Smtp = "/cluster/notifications/endpoints/smtp";
    private const string Gotify = "/cluster/notifications/endpoints/gotify";
    private const string Job = "/cluster/backup/nightly";

    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],
         "approval":{"disruptive":"none","destructive":"none","privileged":"none"}}
        """;

    [Theory]
    [InlineData("PUT", $"{Smtp}/mail", "password=new", "password")]
    [InlineData("PUT", $"{Smtp}/mail", "port=26 password=new", "password")]
    [InlineData("PUT", $"{Smtp}/mail", "delete=password", "password")]
    [InlineData("DELETE", $"{Smtp}/mail", "", "password")]
    [InlineData("PUT", $"{Gotify}/push", "token=new", "token")]
    [InlineData("DELETE", $"{Gotify}/push", "", "token")]
    public async Task Change_OfAValueThatIsNeverShown_HasNoWayBack_AndSaysOfWhich(string method, string path, string parameters, string name)
    {
        await using GuardedCluster cluster = await StartAsync();
        Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);
        Assert.Empty(plan.Undo);
        Assert.Contains($"There is no way back from {method} {path}: the server does not show what '{name}' was.", plan.Consequences);
        Assert.Equal(plan.Consequences, Plan.Parse(plan.ToJson()).Consequences);

        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete);
        Assert.False(cluster.Guard.Ledger.Show(done.Steps[0].LedgerNumber)!.Facts.TryGetProperty("found", out _));
        Assert.Equal("target", await cluster.RefusedAsync(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)));
    }

    [Theory]
    [InlineData("PUT", $"{Smtp}/mail", "port=26")]
    [InlineData("POST", "/nodes/pve1/qemu/106/config", "cipassword=secret")]
    public async Task Change_OfWhatIsShown_OrWouldBe_HasAWayBack(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await StartAsync();
        Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);
        Assert.Single(plan.Undo);
        Assert.DoesNotContain(plan.Consequences, static line => line.StartsWith("There is no way back", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("PUT", "/nodes/pve1/qemu/106/config", "cpulimit=2", "cpulimit", "1000")]
    [InlineData("POST", "/nodes/pve1/qemu/106/config", "memory=3072 cpulimit=2", "cpulimit", "1000")]
    public async Task Change_WhoseWayBackTheApiWouldRefuse_HasNone_AndSaysForWhat(string method, string path, string parameters, string name, string old)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy, scenario =>
        {
            DefaultCluster.Build(scenario);
            scenario.AddVm("pve1", 116, "old", vm => vm.Options[name] = old);
        });
        string own = path.Replace("106", "116", StringComparison.Ordinal);
        Plan plan = await TextPlans.PlanAsync(cluster, method, own, parameters);
        Assert.Empty(plan.Undo);
        Assert.Contains(plan.Consequences, line => line.StartsWith(
            $"There is no way back from {method} {own}: PUT {own} would be refused for '{name}'".Replace("PUT", method, StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.Single((await TextPlans.PlanAsync(cluster, method, path, parameters)).Undo);
    }

    [Theory]
    [InlineData("DELETE", Job, "")]
    [InlineData("PUT", Job, "prune-backups=keep-last=9")]
    [InlineData("PUT", Job, "delete=fleecing,performance,prune-backups")]
    [InlineData("PUT", Job, "performance=pbs-entries-max=4096,max-workers=2 comment=other")]
    public async Task Undo_OfABackupJob_WhosePropertyStringsAreAnsweredAsObjects_RestoresThem(string method, string path, string parameters)
    {
        await using GuardedCluster cluster = await StartAsync();
        string before = await ShownAsync(cluster);
        Plan plan = await TextPlans.PlanAsync(cluster, method, path, parameters);
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete);
        long number = done.Steps[0].LedgerNumber;
        Assert.False(cluster.Guard.Ledger.Show(number)!.Facts.TryGetProperty("found", out _), cluster.Guard.Ledger.Show(number)!.Facts.ToString());

        Assert.True((await cluster.Guard.ApplyAsync((await cluster.Guard.PlanUndoAsync(number)).Id)).IsComplete);
        Assert.Equal(before, await ShownAsync(cluster));
    }

    [Theory]
    [InlineData("""{"a":{"keep-last":"3","keep-daily":7}}""", "keep-daily=7,keep-last=3")]
    [InlineData("""{"a":{"user-allow":"list","user-allow-list":["b","a"]}}""", "user-allow=list,user-allow-list=b;a")]
    [InlineData("""{"a":{"enabled":true,"storage":"local"}}""", "enabled=1,storage=local")]
    [InlineData("""{"a":"k=v"}""", "k=v")]
    [InlineData("""{"a":null}""", null)]
    [InlineData("""{}""", null)]
    public void Said_IsWhatAParameterWouldSet(string json, string? expected)
    {
        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(json);
        Assert.Equal(expected, document.RootElement.Said("a"));
    }

    private static async Task<string> ShownAsync(GuardedCluster cluster) =>
        JsonTexts.Hash((await cluster.Other.Raw.GetAsync(Job)).Data);

    private static async Task<GuardedCluster> StartAsync()
    {
        GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using PveClient root = cluster.OpenRoot();
        string token = DefaultCluster.TokenId;
        await root.Raw.PutAsync("/access/acl", new ApiParameters
        {
            { "path", "/" }, { "roles", "Administrator" }, { "users", token[..token.IndexOf('!', StringComparison.Ordinal)] }, { "tokens", token },
        });
        await root.Raw.PostAsync(Smtp, new ApiParameters
        {
            { "name", "mail" }, { "server", "mx.example" }, { "port", 25 }, { "from-address", "a@mx.example" }, { "mailto", "b@mx.example" }, { "password", "old" },
        });
        await root.Raw.PostAsync(Gotify, new ApiParameters { { "name", "push" }, { "server", "https://push.example" }, { "token", "old" } });
        await root.Raw.PostAsync("/cluster/backup", new ApiParameters
        {
            { "id", "nightly" }, { "schedule", "02:30" }, { "storage", "local" }, { "vmid", "106" }, { "comment", "first" },
            { "prune-backups", "keep-last=3,keep-daily=7" }, { "fleecing", "enabled=1,storage=local" }, { "performance", "max-workers=4" },
        });
        return cluster;
    }
}
