using System.Text.Json;
using ModelContextProtocol.Protocol;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Pve;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Mcp.Tests;

/// <summary>What <c>access_list</c> says of names that are none: they are no answer "none".</summary>
public sealed class AccessListTests
{
    [Theory]
    [InlineData("""{"privilege":"VM.PowerMgm"}""", "not-found", "There are: VM.")]
    [InlineData("""{"privilege":"Fly"}""", "not-found", "lab has no privilege 'Fly'. There are: ")]
    [InlineData("""{"user":"demo@pve","privilege":"Fly"}""", "not-found", "lab has no privilege 'Fly'")]
    [InlineData("""{"user":"nobody@pve"}""", "not-found", "No user or token 'nobody@pve' is to be seen in lab. There are: ")]
    [InlineData("""{"user":"root"}""", "usage", "'root' is no user: write it with its realm, such as root@pam or root@pve.")]
    [InlineData("""{"user":"demo@pve!none"}""", "not-found", "No user or token 'demo@pve!none'")]
    [InlineData("""{"path":"/vms/4711"}""", "not-found", "See what there is with guest_list")]
    [InlineData("""{"path":"/storage/nowhere"}""", "not-found", "See what there is with storage_list")]
    [InlineData("""{"path":"/nodes/pve9"}""", "not-found", "See what there is with overview")]
    [InlineData("""{"path":"/nosuch"}""", "not-found", "The path /nosuch names nothing in lab. Paths of rights begin with /access, /mapping, ")]
    [InlineData("""{"path":"/datastore/store1"}""", "not-found", "The path /datastore/store1 names nothing in lab.")]
    [InlineData("""{"user":"demo@pve","path":"/nosuch"}""", "not-found", "The path /nosuch names nothing in lab.")]
    [InlineData("""{"path":"vms/100"}""", "usage", "A path begins with a slash")]
    [InlineData("""{"path":"/vms/106/../105"}""", "usage", "it has '.' or '..' in it")]
    [InlineData("""{"user":"demo@pve","path":"/vms/./105"}""", "usage", "it has '.' or '..' in it")]
    [InlineData("""{"path":"/vms/4711/"}""", "not-found", "See what there is with guest_list")]
    public async Task NameThatIsNone_IsAnError(string arguments, string code, string expected)
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions());
        JsonElement failure = await session.FailureAsync("access_list", arguments);
        Assert.Equal(code, failure.GetProperty("error").GetString());
        Assert.Contains(expected, failure.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"privilege":"vm.powermgmt"}""")]
    [InlineData("""{"user":"demo@pve"}""")]
    [InlineData("""{"user":"demo@pve!ci"}""")]
    [InlineData("""{"path":"/vms/100"}""")]
    [InlineData("""{"path":"/vms/100/"}""")]
    [InlineData("""{"path":"//vms//100"}""")]
    [InlineData("""{"path":"/"}""")]
    [InlineData("""{"path":"/pool/production"}""")]
    [InlineData("""{"context":"backup","privilege":"datastore.prune"}""")]
    [InlineData("""{"context":"backup","path":"/datastore/store1"}""")]
    public async Task NameThatIsOne_GivesRows(string arguments)
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { WithBackup = true });
        Assert.NotEqual(0, (await session.DoneAsync("access_list", arguments)).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Privilege_ThatANearerGrantTakesAway_IsNotShown()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions());
        await using PveClient root = new(session.Site.PveOptions with { Credentials = ProxmoxCredentials.Password("root@pam", DefaultCluster.RootPassword) });
        await root.Raw.PostAsync("/access/users", new() { { "userid", "other@pve" } });
        ApiParameters grant = new() { { "path", "/" }, { "users", "other@pve" }, { "roles", "PVEVMAdmin" } };
        await root.Raw.PutAsync("/access/acl", grant);
        Assert.Contains("other@pve", await WhoAsync(session), StringComparison.Ordinal);
        await root.Raw.PutAsync("/access/acl", new() { { "path", "/vms/106" }, { "users", "other@pve" }, { "roles", "NoAccess" } });
        Assert.DoesNotContain("other@pve", await WhoAsync(session), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("users", "other@pve")]
    [InlineData("groups", "others")]
    public async Task Privilege_OfAGroup_IsNotThatOfAMemberWithNoAccessNearer(string kind, string name)
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions());
        await using PveClient root = new(session.Site.PveOptions with { Credentials = ProxmoxCredentials.Password("root@pam", DefaultCluster.RootPassword) });
        await root.Raw.PostAsync("/access/groups", new() { { "groupid", "everybody" } });
        await root.Raw.PostAsync("/access/groups", new() { { "groupid", "others" } });
        await root.Raw.PostAsync("/access/users", new() { { "userid", "other@pve" }, { "groups", "everybody,others" } });
        await root.Raw.PostAsync("/access/users", new() { { "userid", "third@pve" }, { "groups", "everybody" } });
        await root.Raw.PostAsync("/access/users/other@pve/token/same", new() { { "privsep", false } });
        await root.Raw.PostAsync("/access/users/other@pve/token/own", new() { { "privsep", true } });
        await root.Raw.PutAsync("/access/acl", new() { { "path", "/vms" }, { "groups", "everybody" }, { "roles", "PVEVMAdmin" } });
        await root.Raw.PutAsync("/access/acl", new() { { "path", "/vms/106" }, { "tokens", "other@pve!own" }, { "roles", "PVEVMAdmin" } });
        Assert.Contains("other@pve!same", await WhoAsync(session), StringComparison.Ordinal);
        await root.Raw.PutAsync("/access/acl", new() { { "path", "/vms/106" }, { kind, name }, { "roles", "NoAccess" } });
        JsonElement permissions = (await root.Raw.GetAsync("/access/permissions", new() { { "userid", "other@pve!own" }, { "path", "/vms/106" } })).Data;
        Assert.DoesNotContain("VM.PowerMgmt", permissions.ToString(), StringComparison.Ordinal);
        string who = await WhoAsync(session);
        Assert.DoesNotContain("other@pve", who, StringComparison.Ordinal);
        Assert.Contains("everybody", who, StringComparison.Ordinal);
        Assert.Contains("third@pve", who, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/vms/106", "VM.PowerMgmt")]
    [InlineData("/storage/local", "Datastore.AllocateSpace")]
    public async Task Privilege_ThatIsGivenByAPool_IsShown(string path, string privilege)
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions());
        await using PveClient root = new(session.Site.PveOptions with { Credentials = ProxmoxCredentials.Password("root@pam", DefaultCluster.RootPassword) });
        await root.Raw.PostAsync("/access/users", new() { { "userid", "other@pve" } });
        await root.Raw.PostAsync("/pools", new() { { "poolid", "theirs" } });
        await root.Raw.PutAsync("/pools", new() { { "poolid", "theirs" }, { "vms", "106" }, { "storage", "local" }, { "allow-move", true } });
        await root.Raw.PutAsync("/access/acl", new() { { "path", "/pool/theirs" }, { "users", "other@pve" }, { "roles", "PVEAdmin" } });
        string arguments = $$"""{"path":"{{path}}","privilege":"{{privilege}}"}""";
        string elsewhere = $$"""{"path":"{{(path == "/vms/106" ? "/vms/100" : "/storage/ceph")}}","privilege":"{{privilege}}"}""";

        Assert.Contains("/pool/theirs", (await session.DoneAsync("access_list", arguments)).GetProperty("rows").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("/pool/theirs", (await session.DoneAsync("access_list", elsewhere)).GetProperty("rows").ToString(), StringComparison.Ordinal);

        await root.Raw.PutAsync("/access/acl", new() { { "path", path }, { "users", "other@pve" }, { "roles", "NoAccess" } });
        Assert.DoesNotContain("/pool/theirs", (await session.DoneAsync("access_list", arguments)).GetProperty("rows").ToString(), StringComparison.Ordinal);
    }

    private static async Task<string> WhoAsync(AgentSession session) =>
        (await session.DoneAsync("access_list", """{"path":"/vms/106","privilege":"VM.PowerMgmt"}""")).GetProperty("rows").ToString();

    [Theory]
    [InlineData("""{"path":"/"}""", false)]
    [InlineData("""{"path":"/vms"}""", false)]
    [InlineData("""{"path":"/vms/100"}""", false)]
    [InlineData("""{"path":"/pool/nosuch"}""", true)]
    [InlineData("""{"context":"backup","path":"/datastore/nosuch"}""", true)]
    public async Task PathThatMayNameNothing_IsToldWithTheInheritedGrants(string arguments, bool isTold)
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { WithBackup = true });
        JsonElement answer = await session.DoneAsync("access_list", arguments);
        string? note = answer.TryGetProperty("note", out JsonElement said) ? said.GetString() : null;
        Assert.Equal(isTold, note?.Contains("was not looked up: rights from above hold there", StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public async Task UserOfABackupServer_WhoIsNotThere_IsAnError()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { WithBackup = true });
        Assert.Equal("not-found", await session.RefusedAsync("access_list", """{"context":"backup","user":"nobody@pbs"}"""));
    }

    [Fact]
    public async Task PrivilegesOfAUser_AreWholeInTheText()
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions());
        CallToolResult result = await session.CallAsync("access_list", """{"user":"demo@pve!ci"}""");
        string text = AgentSession.TextOf(result);
        JsonElement[] rows = [.. result.StructuredContent!.Value.GetProperty("rows").EnumerateArray()];
        Assert.Contains(rows, static row => row.GetProperty("privileges").GetString()!.Length > 300);
        Assert.All(rows, row => Assert.Contains(row.GetProperty("privileges").GetString()!, text, StringComparison.Ordinal));
        Assert.DoesNotContain("(cut;", text, StringComparison.Ordinal);
    }
}
