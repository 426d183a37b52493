using System.Text.Json;

namespace ProxSharp.Mcp.Tests.Tasks;

/// <summary>Ten tasks that people give agents, as the calls that a careful agent makes.</summary>
internal static class AgentTasks
{
    public static IReadOnlyDictionary<string, Func<AgentSession, Conversation, Task>> All { get; } = new Dictionary<string, Func<AgentSession, Conversation, Task>>
    {
        ["inventory"] = InventoryAsync,
        ["right-size a VM"] = RightSizeAsync,
        ["patch window with snapshots"] = PatchAsync,
        ["failed-backup triage"] = TriageAsync,
        ["move guests off a node"] = EvacuateAsync,
        ["restore one file"] = RestoreAsync,
        ["retire a VM"] = RetireAsync,
        ["storage is full"] = FullAsync,
        ["who can do what"] = AccessAsync,
        ["cluster health"] = HealthAsync,
    };

    private static async Task InventoryAsync(AgentSession session, Conversation talk)
    {
        JsonElement overview = await talk.SayAsync("overview", """{"context":"lab"}""");
        Assert.Equal(3, overview.GetProperty("nodes").GetArrayLength());
        JsonElement guests = await talk.SayAsync("guest_list", """{"fields":"vmid,name,node,status,cpus,mem_gib,disk_gib,tags"}""");
        Assert.Equal(20, guests.GetProperty("returned").GetInt32());
    }

    private static async Task RightSizeAsync(AgentSession session, Conversation talk)
    {
        JsonElement found = await talk.SayAsync("guest_list", """{"filter":"name=office-2"}""");
        int vmid = found.GetProperty("rows")[0].GetProperty("vmid").GetInt32();
        JsonElement guest = await talk.SayAsync("guest_show", $$"""{"vmid":{{vmid}}}""");
        Assert.True(guest.GetProperty("use").GetProperty("mem_max_gib").GetDouble() < 4);
        await talk.ChangeAsync("plan", $$"""{"calls":[{"method":"PUT","path":"/nodes/pve2/qemu/{{vmid}}/config","parameters":{"cores":1,"memory":3072} }]}""");
        Assert.Equal("3072", (await session.Other.Raw.GetAsync($"/nodes/pve2/qemu/{vmid}/config")).Data.GetProperty("memory").ToString());
    }

    private static async Task PatchAsync(AgentSession session, Conversation talk)
    {
        JsonElement guests = await talk.SayAsync("guest_list", """{"filter":"tags=patch status=running","fields":"vmid,name,node,type"}""");
        string[] calls = [.. guests.GetProperty("rows").EnumerateArray().Take(3).Select(static row =>
            $$"""{"method":"POST","path":"/nodes/{{row.GetProperty("node")}}/qemu/{{row.GetProperty("vmid")}}/status/reboot"}""")];
        JsonElement done = await talk.ChangeAsync("plan", $$"""{"snapshot_first":true,"calls":[{{string.Join(',', calls)}}]}""");
        Assert.Equal(6, done.GetProperty("steps").GetArrayLength());
        JsonElement after = await talk.SayAsync("guest_list", """{"filter":"tags=patch","fields":"vmid,status"}""");
        Assert.All(after.GetProperty("rows").EnumerateArray(), static row => Assert.Equal("running", row.GetProperty("status").GetString()));
    }

    private static async Task TriageAsync(AgentSession session, Conversation talk)
    {
        JsonElement overview = await talk.SayAsync("overview", """{"context":"lab"}""");
        JsonElement task = overview.GetProperty("failed_tasks")[0];
        Assert.Equal("vzdump", task.GetProperty("type").GetString());
        JsonElement log = await talk.SayAsync("task_log", $$"""{"upid":"{{task.GetProperty("upid").GetString()}}","limit":15}""");
        Assert.Contains("no space left on device", log.ToString(), StringComparison.Ordinal);
        await talk.SayAsync("storage_list", """{"filter":"content=backup","fields":"storage,node,used_pct,free_gib,shared"}""");
        await talk.ChangeAsync("plan", """{"calls":[{"method":"POST","path":"/nodes/pve2/vzdump","parameters":{"vmid":"110","storage":"local","mode":"snapshot"}}]}""");
        JsonElement backups = await talk.SayAsync("backup_list", """{"context":"lab","guest":"110","limit":3}""");
        Assert.StartsWith("local:backup/", backups.GetProperty("rows")[0].GetProperty("backup").GetString(), StringComparison.Ordinal);
    }

    private static async Task EvacuateAsync(AgentSession session, Conversation talk)
    {
        JsonElement guests = await talk.SayAsync("guest_list", """{"filter":"node=pve1 tags!=critical","fields":"vmid,type,name,status,mem_gib,tags"}""");
        await talk.SayAsync("overview", """{"context":"lab"}""");
        string[] calls = [.. guests.GetProperty("rows").EnumerateArray().Select(static row => Move(row, "pve3"))];
        Assert.InRange(calls.Length, 4, 9);
        await talk.ChangeAsync("plan", $$"""{"calls":[{{string.Join(',', calls)}}]}""");
        JsonElement left = await talk.SayAsync("guest_list", """{"filter":"node=pve1 tags!=critical"}""");
        Assert.Equal(0, left.GetProperty("returned").GetInt32());
    }

    private static string Move(JsonElement row, string target)
    {
        bool isRunning = row.GetProperty("status").GetString() == "running";
        (string type, string how) = row.GetProperty("type").GetString() == "ct" ? ("lxc", "restart") : ("qemu", "online");
        string mode = isRunning ? $",\"{how}\":true" : "";
        return $$"""{"method":"POST","path":"/nodes/pve1/{{type}}/{{row.GetProperty("vmid")}}/migrate","parameters":{"target":"{{target}}"{{mode}}} }""";
    }

    private static async Task RestoreAsync(AgentSession session, Conversation talk)
    {
        JsonElement backups = await talk.SayAsync("backup_list", """{"guest":"files","limit":3}""");
        string backup = backups.GetProperty("rows")[0].GetProperty("backup").GetString()!;
        JsonElement root = await talk.SayAsync("backup_files", $$"""{"backup":"{{backup}}"}""");
        string archive = root.GetProperty("rows")[0].GetProperty("name").GetString()!;
        JsonElement files = await talk.SayAsync("backup_files", $$"""{"backup":"{{backup}}","path":"/{{archive}}"}""");
        Assert.Contains(files.GetProperty("rows").EnumerateArray(), static file => file.GetProperty("name").GetString() == "hello.txt");
        Assert.StartsWith("prox backup restore host/files/", files.GetProperty("fetch").GetString(), StringComparison.Ordinal);
    }

    private static async Task RetireAsync(AgentSession session, Conversation talk)
    {
        JsonElement found = await talk.SayAsync("guest_list", """{"filter":"name=office-4"}""");
        int vmid = found.GetProperty("rows")[0].GetProperty("vmid").GetInt32();
        await talk.SayAsync("backup_list", $$"""{"guest":"{{vmid}}","limit":2}""");
        JsonElement done = await talk.ChangeAsync("plan_retire", $$"""{"vmid":{{vmid}},"keep_days":60}""");
        Assert.Equal(2, done.GetProperty("steps").GetArrayLength());
        JsonElement after = await talk.SayAsync("guest_list", $$"""{"filter":"vmid={{vmid}}"}""");
        Assert.Contains("retired", after.GetProperty("rows")[0].GetProperty("tags").GetString(), StringComparison.Ordinal);
    }

    private static async Task FullAsync(AgentSession session, Conversation talk)
    {
        JsonElement full = await talk.SayAsync("storage_list", """{"filter":"used_pct>80","fields":"storage,node,used_pct,free_gib"}""");
        Assert.Equal("nas", full.GetProperty("rows")[0].GetProperty("storage").GetString());
        JsonElement content = await talk.SayAsync("storage_list", """{"storage":"nas","limit":10}""");
        string[] gone = [.. content.GetProperty("rows").EnumerateArray().Where(static row => row.GetProperty("guest").GetString() == "gone")
            .Select(static row => row.GetProperty("volid").GetString()!)];
        Assert.Equal(3, gone.Length);
        string[] calls = [.. gone.Select(static volume =>
            $$"""{"method":"DELETE","path":"/nodes/pve1/storage/nas/content/{{Uri.EscapeDataString(volume)}}"}""")];
        await talk.ChangeAsync("plan", $$"""{"calls":[{{string.Join(',', calls)}}]}""");
        Assert.Equal(1, session.Questions);
        JsonElement after = await talk.SayAsync("storage_list", """{"filter":"storage=nas","fields":"storage,used_pct,free_gib","limit":1}""");
        Assert.True(after.GetProperty("rows")[0].GetProperty("used_pct").GetDouble() < 50);
    }

    private static async Task AccessAsync(AgentSession session, Conversation talk)
    {
        JsonElement power = await talk.SayAsync("access_list", """{"path":"/vms/110","privilege":"VM.PowerMgmt"}""");
        Assert.Contains(power.GetProperty("rows").EnumerateArray(), static row => row.GetProperty("who").GetString() == "alice@pve");
        Assert.DoesNotContain(power.GetProperty("rows").EnumerateArray(), static row => row.GetProperty("who").GetString() == "carol@pve");
        JsonElement bob = await talk.SayAsync("access_list", """{"user":"bob@pve"}""");
        Assert.Contains("/pool/office", bob.ToString(), StringComparison.Ordinal);
        await talk.SayAsync("access_list", """{"context":"backup"}""");
    }

    private static async Task HealthAsync(AgentSession session, Conversation talk)
    {
        JsonElement overview = await talk.SayAsync("overview");
        Assert.Equal(2, overview.GetProperty("contexts").GetArrayLength());
        await talk.SayAsync("datastore_list");
        JsonElement audit = await talk.SayAsync("backup_audit", """{"max_age_days":2}""");
        Assert.Contains("vm/120", audit.ToString(), StringComparison.Ordinal);
        await talk.SayAsync("task_list", """{"failed":true,"hours":72,"limit":10}""");
    }
}
