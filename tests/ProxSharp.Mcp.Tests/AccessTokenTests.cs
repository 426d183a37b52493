using System.Text.Json;
using ModelContextProtocol.Protocol;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Pve;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Mcp.Tests;

/// <summary>What no entry of the access list says: root@pam may do all, and tokens have the rights of their user, or those that both have.</summary>
public sealed class AccessTokenTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"path":"/vms/100"}""")]
    [InlineData("""{"privilege":"Permissions.Modify"}""")]
    public async Task RootAndItsTokens_AreInEveryList(string arguments)
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions());
        await using PveClient root = await PrepareAsync(session);
        JsonElement[] rows = await RowsAsync(session, arguments);
        JsonElement own = Assert.Single(rows, static row => Who(row) == "root@pam");
        Assert.Equal(("(all)", "/", "built in"), (Text(own, "role"), Text(own, "path"), Text(own, "via")));
        JsonElement token = Assert.Single(rows, static row => Who(row) == "root@pam!rt");
        Assert.Equal(("token", "as root@pam"), (Text(token, "type"), Text(token, "via")));
    }

    [Fact]
    public async Task TokenWithTheRightsOfItsUser_IsListedWithThem()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions());
        await using PveClient root = await PrepareAsync(session);
        JsonElement[] rows = await RowsAsync(session, """{"path":"/vms/100","privilege":"VM.PowerMgmt"}""");
        Assert.Equal("as demo@pve", Text(Assert.Single(rows, static row => Who(row) == "demo@pve!full"), "via"));
        Assert.Equal("as gina@pve of operators", Text(Assert.Single(rows, static row => Who(row) == "gina@pve!tok"), "via"));
        Assert.Equal("within demo@pve", Text(Assert.Single(rows, static row => Who(row) == "demo@pve!ci"), "via"));

        // An entry of its own says nothing, and one that its user has not either.
        JsonElement[] all = await RowsAsync(session, """{"filter":"who=demo@pve!full"}""");
        Assert.Contains(all, static row => Text(row, "via") == "no effect: the token has the rights of demo@pve");
        Assert.DoesNotContain(rows, static row => Who(row) == "poor@pve!much");
    }

    [Fact]
    public async Task UserOrTokenThatCannotLogIn_IsMarked()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions());
        await using PveClient root = await PrepareAsync(session);
        await root.Raw.PutAsync("/access/users/gina@pve", new() { { "enable", false } });
        await root.Raw.PutAsync("/access/users/demo@pve/token/full", new() { { "expire", 1000 } });
        JsonElement[] rows = await RowsAsync(session, """{"path":"/vms/100"}""");
        Assert.Equal("no", Text(Assert.Single(rows, static row => Who(row) == "gina@pve!tok"), "enabled"));
        Assert.All(rows.Where(static row => Who(row) == "demo@pve!full"), static row => Assert.Equal("expired", Text(row, "enabled")));
        Assert.All(rows.Where(static row => Who(row) == "demo@pve"), static row => Assert.Equal("yes", Text(row, "enabled")));
        Assert.Equal("gina@pve cannot log in: disabled", (await session.DoneAsync("access_list", """{"user":"gina@pve"}""")).GetProperty("note").GetString());
        Assert.Equal(
            "demo@pve!full cannot log in: expired", (await session.DoneAsync("access_list", """{"user":"demo@pve!full"}""")).GetProperty("note").GetString());
    }

    [Theory]
    [InlineData("/vms/100", "VM.PowerMgmt")]
    [InlineData("/vms/106", "VM.PowerMgmt")]
    [InlineData("/vms/100", "VM.Audit")]
    [InlineData("/", "Permissions.Modify")]
    [InlineData("/storage/local", "Datastore.AllocateSpace")]
    public async Task AllForms_SayTheSame(string path, string privilege)
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions());
        await using PveClient root = await PrepareAsync(session);
        JsonElement[] rows = await RowsAsync(session, $$"""{"path":"{{path}}","privilege":"{{privilege}}"}""");
        string[] listed =
        [
            .. rows.SelectMany(static row => Text(row, "type") == "group" ? (Text(row, "members") ?? "").Split(',') : [Who(row)!])
                .Where(static who => who.Length > 0).Distinct().Order(StringComparer.Ordinal),
        ];

        List<string> byName = [];
        foreach (JsonElement user in (await root.Raw.GetAsync("/access/users", new() { { "full", true } })).Data.EnumerateArray())
        {
            string name = user.GetProperty("userid").GetString()!;
            IEnumerable<JsonElement> tokens = user.GetProperty("tokens").ValueKind == JsonValueKind.Array ? user.GetProperty("tokens").EnumerateArray() : [];
            foreach (string who in tokens.Select(token => $"{name}!{token.GetProperty("tokenid").GetString()}").Prepend(name))
            {
                JsonElement answer = await session.DoneAsync("access_list", $$"""{"user":"{{who}}","path":"{{path}}","privilege":"{{privilege}}"}""");
                if (answer.GetProperty("total").GetInt32() > 0)
                {
                    byName.Add(who);
                }
            }
        }

        Assert.Equal(byName.Order(StringComparer.Ordinal), listed);
    }

    [Fact]
    public async Task BackupServer_HasRootAndTokensWithinTheirUsers()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { WithBackup = true });
        JsonElement[] rows = await RowsAsync(session, """{"context":"backup","privilege":"Datastore.Prune"}""");
        Assert.Contains(rows, static row => Who(row) == "root@pam" && Text(row, "role") == "(all)");
        JsonElement token = Assert.Single(rows, static row => Who(row) == DefaultBackupServer.TokenId);
        Assert.Equal(("token", "within demo@pbs"), (Text(token, "type"), Text(token, "via")));
    }

    [Fact]
    public async Task UsersThatAreNotToBeSeen_AreNotTakenForNone()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions());
        await using PveClient root = await PrepareAsync(session);
        await root.Raw.PutAsync("/access/acl", new() { { "path", "/access/groups" }, { "tokens", DefaultCluster.TokenId }, { "roles", "NoAccess" } });
        CallToolResult answer = await session.CallAsync("access_list", """{"path":"/vms/100"}""");
        Assert.Contains("not all users are to be seen by this API token", AgentSession.TextOf(answer), StringComparison.Ordinal);
    }

    private static async Task<PveClient> PrepareAsync(AgentSession session)
    {
        PveClient root = new(session.Site.PveOptions with { Credentials = ProxmoxCredentials.Password("root@pam", DefaultCluster.RootPassword) });
        ApiParameters shared = new() { { "privsep", false } };
        await root.Raw.PostAsync("/access/users/root@pam/token/rt", shared);
        await root.Raw.PostAsync("/access/users/demo@pve/token/full", shared);
        await root.Raw.PutAsync("/access/acl", new() { { "path", "/vms/106" }, { "tokens", "demo@pve!full" }, { "roles", "NoAccess" } });
        await root.Raw.PostAsync("/access/groups", new() { { "groupid", "operators" } });
        await root.Raw.PostAsync("/access/users", new() { { "userid", "gina@pve" }, { "groups", "operators" } });
        await root.Raw.PostAsync("/access/users/gina@pve/token/tok", shared);
        await root.Raw.PutAsync("/access/acl", new() { { "path", "/vms" }, { "groups", "operators" }, { "roles", "PVEVMAdmin" } });
        await root.Raw.PostAsync("/access/users", new() { { "userid", "poor@pve" } });
        await root.Raw.PostAsync("/access/users/poor@pve/token/much", new() { { "privsep", true } });
        await root.Raw.PutAsync("/access/acl", new() { { "path", "/" }, { "tokens", "poor@pve!much" }, { "roles", "Administrator" } });
        await root.Raw.PutAsync("/access/acl", new() { { "path", "/vms" }, { "users", "poor@pve" }, { "roles", "PVEAuditor" } });
        return root;
    }

    private static async Task<JsonElement[]> RowsAsync(AgentSession session, string arguments) =>
        [.. (await session.DoneAsync("access_list", arguments)).GetProperty("rows").EnumerateArray()];

    private static string? Who(JsonElement row) => Text(row, "who");

    private static string? Text(JsonElement row, string name) => row.TryGetProperty(name, out JsonElement value) ? value.ToString() : null;
}
