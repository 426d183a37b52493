using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Operations.Approvals;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Operations.Tests;

/// <summary>
/// Plans that an agent writes itself, with names that fit their content and, because it runs as the user who owns the ledger's key, with seals that fit too:
/// what decides is derived from the calls, so none of them does what the policy does not allow, or shows people what is not so.
/// </summary>
public sealed class RedTeamForgeryTests
{
    private const string Most = """
        {"version":1,"allow":[{"classes":["reversible","destructive"]}],"protect":{"tags":["prod"]},"limits":{"targetsPerPlan":2},
         "approval":{"destructive":"prompt"}}
        """;

    private const string Own = """[["node","pve1",0,false],["vmid","106",0,false]]""";
    private const string Others = """[["node","pve1",0,false],["vmid","102",0,false]]""";

    [Theory]
    [InlineData("nothing at all")]
    [InlineData("class")]
    [InlineData("expiry")]
    [InlineData("calls")]
    public async Task Plan_WrittenWithoutTheKeyOfTheLedger_IsRefused(string what)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        Plan plan = await PlanDeletionAsync(cluster);
        string forged = Forge(cluster, plan, json => Change(json, what), isSealed: false);
        Assert.Equal("tampered", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(forged)));
        Assert.DoesNotContain(cluster.Guard.Plans.List(), found => found.Id == forged);
    }

    [Theory]
    [InlineData("class", "tampered")]
    [InlineData("class of the way back", "tampered")]
    [InlineData("expiry", "tampered")]
    [InlineData("made tomorrow", "tampered")]
    [InlineData("made yesterday", "expired")]
    [InlineData("way back invented", "tampered")]
    [InlineData("way back promised", "tampered")]
    [InlineData("consequences emptied", "tampered")]
    [InlineData("consequences harmless", "tampered")]
    [InlineData("targets emptied", "tampered")]
    [InlineData("targets twice", "tampered")]
    [InlineData("target somebody else", "drift")]
    [InlineData("target of another power", "drift")]
    [InlineData("another target too", "drift")]
    [InlineData("another node", "drift")]
    [InlineData("another product", "context")]
    [InlineData("another context", "context")]
    [InlineData("a later version", "tampered")]
    [InlineData("released", "tampered")]
    [InlineData("undoes", "unknown-plan")]
    [InlineData("parameter of no kind", "tampered")]
    [InlineData("number twice", "tampered")]
    [InlineData("spaces", "tampered")]
    public async Task Plan_ForgedWithTheKeyOfTheLedger_IsRefused_AndNobodyIsAsked(string what, string reason)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        Plan plan = await PlanDeletionAsync(cluster);
        string forged = Forge(cluster, plan, json => Change(json, what), isSealed: true);
        Assert.Equal(reason, await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(forged)));
        Assert.Equal(0, cluster.Asked.Count);
        Assert.Equal("staging", await cluster.ConfigAsync(106, "name"));
    }

    [Theory]
    [InlineData("POST", "/nodes/{node}/qemu/{vmid}/status/stop")]
    [InlineData("DELETE", "/nodes/{node}/qemu/{vmid}")]
    public async Task ProtectedGuest_InAForgedPlanWithItsTrueIdentity_IsRefused(string method, string path)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync("""
            {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"approval":{"destructive":"none","disruptive":"none"}}
            """);
        Plan honest = await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve1/qemu/102/config", new ApiParameters { { "memory", 2222 } });
        cluster.Policy(Most);
        Plan template = await PlanDeletionAsync(cluster);
        string forged = Forge(cluster, template, json =>
        {
            json["targets"] = JsonNode.Parse(honest.ToJson())!["targets"]!.DeepClone();
            json["calls"] = JsonNode.Parse($$"""[{"method":"{{method}}","path":"{{path}}","parameters":{{Others}}}]""");
            json["undo"] = new JsonArray();
            json["consequences"] = new JsonArray();
        }, isSealed: true);
        Assert.Equal("protected", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(forged)));
        Assert.Equal("db-1", await cluster.ConfigAsync(102, "name"));
    }

    [Fact]
    public async Task CallWithoutTheDigest_ThatThePlannerAdds_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        Plan plan = await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "memory", 2222 } });
        string forged = Forge(cluster, plan, static json =>
        {
            JsonArray parameters = json["calls"]![0]!["parameters"]!.AsArray();
            parameters.Remove(parameters.Single(static item => item![0]!.GetValue<string>() == "digest"));
        }, isSealed: true);
        Assert.Equal("tampered", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(forged)));
    }

    [Fact]
    public async Task CallThatTheCatalogueRefuses_InAForgedPlan_IsRefused()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        Plan plan = await PlanDeletionAsync(cluster);
        foreach ((string method, string path, string parameters, string reason) in new[]
        {
            ("POST", "/nodes/pve1/brand-new", "[]", "unclassified"),
            ("GET", "/version", "[]", "target"),
            ("DELETE", "/nodes/pve1/qemu/106", "[]", "tampered"),
            ("POST", "/nodes/{node}/stopall", """[["node","pve1",0,false]]""", "target"),
            ("DELETE", "/nodes/{node}/qemu/{vmid}", """[["node","..",0,false],["vmid","106",0,false]]""", "tampered"),
        })
        {
            string forged = Forge(cluster, plan, json =>
            {
                json["calls"] = JsonNode.Parse($$"""[{"method":"{{method}}","path":"{{path}}","parameters":{{parameters}}}]""");
                json["consequences"] = new JsonArray();
            }, isSealed: true);
            Assert.Equal(reason, await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(forged)));
        }
    }

    [Fact]
    public async Task WordsOfTheFile_AreNotWhatPeopleAreShown()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        Plan plan = await PlanDeletionAsync(cluster);
        string forged = Forge(cluster, plan, static json =>
        {
            JsonArray lines = json["consequences"]!.AsArray();
            lines[^1] = "The latest backup of guest 106 is of today, and the owner has agreed.";
        }, isSealed: true);
        string[] shown = [];
        cluster.Asked.Answer = asked =>
        {
            shown = [.. asked.Describe(), .. asked.Consequences];
            return Task.FromResult(false);
        };
        Assert.Equal("declined", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(forged)));
        Assert.Contains("1. DELETE /nodes/pve1/qemu/106 (destructive)", shown);
        Assert.Contains("There is no way back.", shown);
        Assert.Contains(shown, static line => line.StartsWith("There is no backup of guest 106", StringComparison.Ordinal));
        Assert.DoesNotContain(shown, static line => line.Contains("agreed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task MoreTime_GivenByThePolicyWhenPlanned_EndsWithThePolicy()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(
            Most.Replace("\"targetsPerPlan\"", "\"planMinutes\":60,\"targetsPerPlan\"", StringComparison.Ordinal));
        Plan plan = await PlanDeletionAsync(cluster);
        cluster.Policy(Most);
        Assert.Equal("tampered", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
        cluster.Time.Shift = TimeSpan.FromMinutes(11);
        Assert.Equal("expired", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
    }

    [Fact]
    public async Task UsedPlan_WhoseMarkWasRemoved_IsUsedAllTheSame()
    {
        using ApprovalKey key = ApprovalKey.Create();
        await using GuardedCluster cluster = await GuardedCluster.StartAsync($$"""
            {"version":1,"allow":[{"classes":["reversible"]}],"approval":{"reversible":"second-principal"},
             "approvers":[{"name":"alice","key":"{{key.PublicKey}}"}]}
            """);
        Plan plan = await cluster.PlanAsync(ApiMethod.Put, "/nodes/pve1/qemu/106/config", new ApiParameters { { "description", "once" } });
        cluster.Guard.Approvals.Add(key.Approve(plan, "alice", cluster.Time.GetUtcNow()));
        Assert.True((await cluster.Guard.ApplyAsync(plan.Id)).IsComplete);

        // Everything is as it was when the plan was made, but for what the ledger knows.
        string? before = await cluster.ConfigAsync(106, "digest");
        await cluster.Other.Raw.PutAsync("/nodes/pve1/qemu/106/config", new ApiParameters { { "delete", "description" } });
        Assert.NotEqual(before, await cluster.ConfigAsync(106, "digest"));
        File.Delete(Path.Combine(cluster.Folder, "state", "plans", plan.Id + ".used"));
        Assert.Equal("used", await cluster.RefusedAsync(() => cluster.Guard.ApplyAsync(plan.Id)));
        Assert.Equal(PlanState.Used, cluster.Guard.Plans.StateOf(plan, cluster.Time.GetUtcNow()));
    }

    [Fact]
    public async Task UsedPlan_ThatNeedsAnApproval_IsUsed_AndNobodyIsAsked()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Most);
        Plan plan = await PlanDeletionAsync(cluster);
        Assert.True((await cluster.Guard.ApplyAsync(plan.Id)).IsComplete);
        await using OperationGuard alone = cluster.OpenGuard(canAsk: false);
        Assert.Equal("used", await cluster.RefusedAsync(() => alone.ApplyAsync(plan.Id)));
        Assert.Equal("used", await cluster.RefusedAsync(() => alone.ExamineAsync(plan.Id)));

        // Whoever has lost the answer is told where it is.
        string message = (await Assert.ThrowsAsync<GuardRefusedException>(() => alone.ApplyAsync(plan.Id))).Message;
        Assert.EndsWith("What came of its calls is in the ledger, of the last one under the number 2.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELETE", "", "[]")]
    [InlineData("POST", "/status/start", """["skiplock","1",0,false]""")]
    [InlineData("POST", "/config", """["memory","16",0,false]""")]
    public async Task RetirementInAForgedLedger_ReleasesNothingButItsOwnWayBack(string method, string path, string parameter)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(
            """{"version":1,"allow":[{"classes":["reversible","destructive","privileged"]}],"approval":{"destructive":"none","privileged":"none"}}""");
        Plan retirement = await cluster.Guard.PlanRetirementAsync(106, TimeSpan.FromDays(30));
        Assert.True((await cluster.Guard.ApplyAsync(retirement.Id)).IsComplete);
        string forged = Forge(cluster, retirement, json =>
        {
            string parameters = parameter == "[]" ? Own : $"{Own[..^1]},{parameter}]";
            json["undo"] = JsonNode.Parse($$"""[{"of":0,"method":"{{method}}","path":"/nodes/{node}/qemu/{vmid}{{path}}","parameters":{{parameters}}}]""");
        }, isSealed: true);
        cluster.Guard.Ledger.Append("intent", forged, static json => json.WriteString("call", "as if"));
        long number = cluster.Guard.Ledger.Append("outcome", forged, static json => json.WriteString("result", "succeeded")).Number;
        Assert.Equal("protected", await cluster.RefusedAsync(() => cluster.Guard.PlanUndoAsync(number)));
        Assert.Single((await cluster.Guard.PlanUndoAsync(1)).Calls);
    }

    private static Task<Plan> PlanDeletionAsync(GuardedCluster cluster) => cluster.PlanAsync(ApiMethod.Delete, "/nodes/pve1/qemu/106");

    internal static string Forge(GuardedCluster cluster, Plan plan, Action<JsonObject> change, bool isSealed)
    {
        JsonObject json = JsonNode.Parse(plan.ToJson())!.AsObject();
        json["nonce"] = Guid.NewGuid().ToString();
        change(json);
        string content = json.ContainsKey("pretty")
            ? plan.ToJson().Replace("{\"version\"", "{ \"version\"", StringComparison.Ordinal)
            : json.ToJsonString().Replace("\\u002B", "+", StringComparison.Ordinal);
        string id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
        string folder = Path.Combine(cluster.Folder, "state", "plans");
        File.WriteAllText(Path.Combine(folder, id + ".json"), content);
        if (isSealed)
        {
            byte[] key = File.ReadAllBytes(Path.Combine(cluster.Folder, "state", "ledger.key"));
            byte[] seal = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"seal\nplan\n{id}"));
            File.WriteAllText(Path.Combine(folder, id + ".seal"), Convert.ToHexStringLower(seal));
        }

        return id;
    }

    private static void Change(JsonObject json, string what)
    {
        JsonObject call = json["calls"]![0]!.AsObject();
        JsonArray targets = json["targets"]!.AsArray();
        DateTimeOffset created = json["created"]!.GetValue<DateTimeOffset>();
        const string Start = """{"of":0,"method":"POST","path":"/nodes/{node}/qemu/{vmid}/status/start","parameters":[["node","pve1",0,false],["vmid","106",0,false]]}""";
        switch (what)
        {
            case "class":
                call["class"] = "read";
                break;
            case "class of the way back":
                json["undo"] = JsonNode.Parse($"[{Start[..^1]},\"class\":\"read\"}}]");
                break;
            case "expiry":
                json["expires"] = JsonValue.Create(created.AddDays(3000));
                break;
            case "made tomorrow":
                (json["created"], json["expires"]) = (JsonValue.Create(created.AddDays(1)), JsonValue.Create(created.AddDays(1).AddMinutes(10)));
                break;
            case "made yesterday":
                (json["created"], json["expires"]) = (JsonValue.Create(created.AddDays(-1)), JsonValue.Create(created.AddMinutes(10)));
                break;
            case "calls":
                json["calls"] = JsonNode.Parse($$"""[{"method":"DELETE","path":"/nodes/{node}/qemu/{vmid}","parameters":{{Others}}}]""");
                break;
            case "way back invented":
                (json["undo"], json["final"]) = (JsonNode.Parse($"[{Start}]"), false);
                break;
            case "way back promised":
                json["final"] = false;
                break;
            case "consequences emptied":
                json["consequences"] = new JsonArray();
                break;
            case "consequences harmless":
                json["consequences"] = JsonNode.Parse("""["GET /version: read."]""");
                break;
            case "parameter of no kind":
                call["parameters"]![0]![2] = 9;
                break;
            case "number twice":
                call["parameters"]!.AsArray().Add(JsonNode.Parse("""["vmid","104",0,false]"""));
                json["consequences"] = new JsonArray();
                break;
            case "spaces":
                json["pretty"] = true;
                break;
            default:
                ChangeTargets(json, targets, call, what);
                break;
        }
    }

    private static void ChangeTargets(JsonObject json, JsonArray targets, JsonObject call, string what)
    {
        JsonObject target = targets[0]!.AsObject();
        json["consequences"] = new JsonArray();
        switch (what)
        {
            case "targets emptied":
                targets.Clear();
                break;
            case "targets twice":
                targets.Add(target.DeepClone());
                break;
            case "target somebody else":
                target["identity"]!["vmgenid"] = "00000000-0000-0000-0000-000000000000";
                break;
            case "target of another power":
                target["facts"]!["power"] = "running";
                break;
            case "another target too":
                targets.Add(JsonNode.Parse("""{"key":"guest 999","identity":{"vmid":"999"},"state":"","facts":{}}"""));
                break;
            case "another node":
                call["parameters"]![0]![1] = "pve2";
                target["facts"]!["node"] = "pve2";
                break;
            case "another product":
                json["product"] = "pbs";
                break;
            case "another context":
                json["context"] = "production pve.example.org:8006";
                break;
            case "a later version":
                json["version"] = 3;
                break;
            case "released":
                json["released"] = JsonNode.Parse("""["guest 106"]""");
                break;
            case "undoes":
                json["undoes"] = new string('0', 64);
                break;
            default:
                break;
        }
    }
}
