using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Operations.Tests;

/// <summary>Two calls that the guard classes as reversible, chosen by chance, are made and taken back: nothing is left of them.</summary>
/// <remarks><c>PROXSHARP_TEST_PAIRS=500</c> runs that many pairs instead.</remarks>
public sealed class UndoPairTests
{
    private const string Reversible = """{"version":1,"allow":[{"classes":["reversible"]}],"limits":{"targetsPerPlan":50}}""";

    private const string Open = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"limits":{"targetsPerPlan":50},
         "approval":{"reversible":"none","disruptive":"none","destructive":"none","privileged":"none"}}
        """;

    private const string Staging = "/nodes/pve1/qemu/106";
    private const string Running = "/nodes/pve2/qemu/104";
    private const string Wiki = "/nodes/pve2/lxc/203";
    private const string Dns = "/nodes/pve1/lxc/200";

    // A disk that is added is left out: it stays as an unused one, which the guide says.
    private static readonly string[] s_calls =
    [
        .. Values(["PUT " + Staging + "/config", "PUT " + Running + "/config"],
            "memory=3072", "memory=1024 balloon=512", "cores=3", "cores=1 sockets=2", "description=a", "description=b", "tags=x", "tags=x;y", "name=other", "onboot=1", "onboot=0",
            "delete=description", "delete=tags", "delete=onboot", "agent=0", "agent=enabled=1,fstrim_cloned_disks=1", "ide2=none,media=cdrom",
            "ide2=local:iso/debian-13.iso,media=cdrom", "startup=order=3", "ostype=l26", "numa=1", "cpulimit=2", "tablet=0", "delete=serial0", "vga=qxl", "shares=500",
            "localtime=1 keyboard=de", "scsi0=local-lvm:vm-106-disk-0,discard=on"),
        .. Values(["PUT " + Wiki + "/config", "PUT " + Dns + "/config"],
            "memory=4096", "cores=2", "cores=4 cpulimit=2", "swap=1024", "description=a", "tags=x", "hostname=other", "onboot=1", "startup=order=2", "delete=description",
            "delete=tags", "cmode=console", "console=0", "tty=1", "timezone=host", "delete=onboot"),
        .. Values(["POST " + Staging + "/snapshot", "POST " + Running + "/snapshot", "POST " + Wiki + "/snapshot"], "snapname=one", "snapname=two description=d"),
        .. Values(["POST /nodes/pve1/qemu"], "vmid=900", "vmid=901 name=new memory=512 scsi0=local-lvm:1", "vmid=902 ide2=local:iso/debian-13.iso,media=cdrom start=1"),
        .. Values(["POST /nodes/pve1/lxc"], "vmid=903 unprivileged=1 ostemplate=local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst rootfs=local-lvm:1"),
        .. Values(["POST " + Staging + "/clone", "POST /nodes/pve1/qemu/9000/clone"], "newid=900", "newid=904 full=1 name=copy", "newid=905 pool=production"),
        .. Values(["POST " + Staging + "/status/start", "POST " + Wiki + "/status/start", "POST /nodes/pve3/qemu/105/status/start"], ""),
        .. Values(["POST /pools"], "poolid=side", "poolid=other comment=c"),
        .. Values(["PUT /pools/production"], "comment=a", "comment=b"),
        .. Values(["POST /cluster/firewall/ipset", "POST /cluster/firewall/groups"], "name=set1", "group=grp1", "name=set1 comment=c"),
        .. Values(["POST /cluster/firewall/aliases", "POST " + Staging + "/firewall/aliases"], "name=alias1 cidr=192.0.2.7"),
        .. Values(["PUT /nodes/pve1/config"], "description=a", "startall-onboot-delay=5"),
        .. Values(["PUT /cluster/options"], "description=a", "keyboard=de"),
        .. Values(["POST /cluster/backup"], "id=job1 vmid=106 storage=ceph schedule=daily remove=0", "id=job1 vmid=203 storage=local schedule=weekly remove=0 comment=c"),
        .. Values(["POST /cluster/notifications/matchers"], "name=match1 comment=a"),
        .. Values(["PUT /nodes/pve1/storage/local/content/local:iso/debian-13.iso"], "notes=a", "protected=1"),
        .. Values(["PUT " + Staging + "/snapshot/kept/config"], "description=other"),
    ];

    private static readonly string[] s_backupCalls =
    [
        .. Values(["PUT /admin/datastore/store1/group-notes"], "backup-type=host backup-id=laptop notes=a", "backup-type=vm backup-id=100 notes=b", "backup-type=host backup-id=laptop notes=c"),
        .. Values(["POST /config/verify"], "id=new1 store=store1 schedule=daily", "id=new2 store=store1 outdated-after=30 comment=c", "id=new1 store=offsite"),
        .. Values(["PUT /config/verify/old1"], "comment=a", "schedule=daily", "outdated-after=7", "delete=schedule", "ignore-verified=0", "max-depth=2"),
        .. Values(["POST /config/traffic-control"], "name=new1 network=192.0.2.0/25 rate-out=2MiB", "name=new2 network=198.51.100.0/24 comment=c"),
        .. Values(["PUT /config/traffic-control/old1"], "comment=a", "rate-in=3MiB", "rate-out=1MiB", "delete=rate-in", "network=198.51.100.0/24"),
        .. Values(["DELETE /config/traffic-control/old1", "DELETE /config/verify/old1"], ""),
        .. Values(["PUT /config/sync/old1"], "comment=a", "comment=b"),
        .. Values(["PUT /config/datastore/store1", "PUT /config/datastore/offsite"], "comment=a", "gc-schedule=daily", "verify-new=1", "delete=comment"),
        .. Values(["POST /config/notifications/matchers"], "name=match1 comment=a", "name=match2 mode=any"),
        .. Values(["PUT /nodes/localhost/config"], "description=a", "default-lang=de"),
    ];

    private static readonly string[] s_backupPaths =
    [
        "/config/verify", "/config/traffic-control", "/config/sync", "/config/prune", "/config/datastore", "/config/datastore/store1", "/config/datastore/offsite",
        "/config/notifications/matchers", "/nodes/localhost/config", "/admin/datastore/store1/groups", "/admin/datastore/store1/snapshots", "/admin/datastore/offsite/groups",
    ];

    // What changes by itself.
    private static readonly HashSet<string> s_moving = new(StringComparer.Ordinal)
    {
        "digest", "used", "ctime", "next-run", "running", "cpu", "mem", "disk", "uptime", "netin", "netout", "diskread", "diskwrite", "memhost", "maxdisk", "pressurecpufull",
        "pressurecpusome", "pressureiofull", "pressureiosome", "pressurememoryfull", "pressurememorysome",
    };

    public static TheoryData<int> Seeds { get; } =
        [.. Enumerable.Range(1, int.TryParse(Environment.GetEnvironmentVariable("PROXSHARP_TEST_PAIRS"), out int many) ? many : 24)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Pair_ThatIsTakenBack_LeavesNothing(int seed)
    {
        await using GuardedCluster cluster = await StartAsync();
        await using PveClient root = cluster.OpenRoot();
        await RunAsync(seed, cluster, cluster.Guard, s_calls, () => StateAsync(root));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Pair_OnABackupServer_ThatIsTakenBack_LeavesNothing(int seed)
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Reversible);
        await server.Other.Raw.PostAsync("/config/verify", TextPlans.Parameters("id=old1 store=store1 schedule=weekly"));
        await server.Other.Raw.PostAsync("/config/traffic-control", TextPlans.Parameters("name=old1 network=192.0.2.0/24 rate-in=1MiB"));
        await server.Other.Raw.PostAsync("/config/sync", TextPlans.Parameters("id=old1 store=offsite remote-store=store1"));
        await RunAsync(seed, server, server.Guard, s_backupCalls, async () =>
        {
            List<string> lines = [];
            foreach (string path in s_backupPaths)
            {
                Flatten(lines, path, (await server.Other.Raw.GetAsync(path)).Data);
            }

            return [.. lines.Order(StringComparer.Ordinal)];
        });
    }

    [Theory]
    [InlineData("PUT", "/config/verify/old1", "schedule=weekly", true)]
    [InlineData("PUT", "/config/verify/old1", "schedule=weekly comment=a", false)]
    [InlineData("PUT", "/config/verify/old1", "schedule=daily", false)]
    [InlineData("PUT", "/config/verify/old1", "delete=schedule", false)]
    [InlineData("PUT", "/admin/datastore/store1/group-notes", "backup-type=host backup-id=laptop notes=c", true)]
    [InlineData("PUT", "/admin/datastore/store1/group-notes", "backup-type=host backup-id=laptop notes=d", false)]
    public async Task Call_AfterWhichAllIsAsItWas_NeedsNoPlan(string method, string path, string parameters, bool isSet)
    {
        await using GuardedBackupServer server = await GuardedBackupServer.StartAsync(Open);
        await server.Other.Raw.PostAsync("/config/verify", TextPlans.Parameters("id=old1 store=store1 schedule=weekly"));
        await server.Other.Raw.PutAsync("/admin/datastore/store1/group-notes", TextPlans.Parameters("backup-type=host backup-id=laptop notes=c"));
        Task<Plan> Plan() => server.Guard.PlanAsync([TextPlans.Request(method, path, parameters)]);
        if (isSet)
        {
            Assert.Equal(GuardRefusedException.Unneeded, await server.RefusedAsync(Plan));
        }
        else
        {
            Assert.NotEmpty((await Plan()).Undo);
        }
    }

    // A list of calls that nobody could make would show nothing.
    [Fact]
    public async Task Calls_CanBeMadeAndTakenBack()
    {
        await using GuardedCluster cluster = await StartAsync();
        List<string> idle = [];
        foreach (string call in s_calls)
        {
            if (await PlanAsync(cluster.Guard, call) is null)
            {
                idle.Add(call);
            }
        }

        Assert.True(idle.Count <= s_calls.Length / 4, string.Join('\n', idle));
    }

    private static async Task<GuardedCluster> StartAsync()
    {
        GuardedCluster cluster = await GuardedCluster.StartAsync(Reversible);
        await using PveClient root = cluster.OpenRoot();
        string token = DefaultCluster.TokenId;
        await root.Raw.PutAsync("/access/acl", new ApiParameters
        {
            { "path", "/" }, { "roles", "Administrator" }, { "users", token[..token.IndexOf('!', StringComparison.Ordinal)] }, { "tokens", token },
        });
        await root.Raw.PutAsync(Wiki + "/config", TextPlans.Parameters("description=as tags=was onboot=1"));
        await root.Raw.PutAsync(Staging + "/config", TextPlans.Parameters("description=as"));
        await cluster.DoneAsync(await root.Raw.PostAsync(Staging + "/snapshot", TextPlans.Parameters("snapname=kept description=as")));
        return cluster;
    }

    private static async Task RunAsync(int seed, GuardedSite site, OperationGuard guard, string[] calls, Func<Task<string[]>> state)
    {
        Random random = new(seed);
        string[] before = await state();
        List<(long Number, string Call)> made = [];
        for (int attempt = 0; attempt < 60 && made.Count < 2; attempt++)
        {
            string call = calls[random.Next(calls.Length)];
            if (await ApplyAsync(guard, call) is { } number)
            {
                made.Add((number, call));
            }
        }

        Assert.Equal(2, made.Count);
        site.Policy(Open);
        string told = string.Join("\nthen ", made.Select(static each => each.Call));
        await UndoAsync(guard, made, isInOrder: random.Next(2) == 0, told);
        string[] after = await state();
        Assert.True(before.SequenceEqual(after), $"{told}\ngone: {string.Join('\n', before.Except(after))}\nnew: {string.Join('\n', after.Except(before))}");
    }

    // What is refused, would change nothing, or has no way back is none of the pair.
    private static async Task<Plan?> PlanAsync(OperationGuard guard, string call)
    {
        string[] words = call.Split(' ', 3);
        try
        {
            Plan plan = await guard.PlanAsync([TextPlans.Request(words[0], words[1], words[2])]);
            Assert.Equal(OperationClass.Reversible, plan.Class);
            return plan.Undo.Count == 0 || plan.NotTakenBack.Count > 0 ? null : plan;
        }
        catch (Exception e) when (e is GuardRefusedException or ProxmoxValidationException or ProxmoxApiException)
        {
            return null;
        }
    }

    // Nothing is left of what the server did not take.
    private static async Task<long?> ApplyAsync(OperationGuard guard, string call)
    {
        if (await PlanAsync(guard, call) is not { } plan)
        {
            return null;
        }

        ApplyResult done = await guard.ApplyAsync(plan.Id);
        return done.IsComplete ? done.Steps[0].LedgerNumber : null;
    }

    // The first one may stand in the way of being taken back first; then it is after the other.
    private static async Task UndoAsync(OperationGuard guard, List<(long Number, string Call)> made, bool isInOrder, string told)
    {
        List<(long Number, string Call)> left = isInOrder ? [.. made] : [.. Enumerable.Reverse(made)];
        while (left.Count > 0)
        {
            bool isLast = left.Count == 1;
            try
            {
                ApplyResult done = await guard.ApplyAsync((await guard.PlanUndoAsync(left[0].Number)).Id);
                Assert.True(done.IsComplete, $"{told}\n{string.Join('\n', done.Steps.Select(static step => $"{step.Call}: {step.Message}"))}");
                left.RemoveAt(0);
            }
            catch (GuardRefusedException refusal) when (!isLast && isInOrder)
            {
                Assert.Contains(refusal.Reason, new[] { "changed", "drift", "target", "protected" });
                left.Reverse();
                isInOrder = false;
            }
            catch (GuardRefusedException refusal)
            {
                Assert.Fail($"{told}\nundo of {left[0].Call}: {refusal.Reason}: {refusal.Message}");
            }
        }
    }

    private static IEnumerable<string> Values(string[] calls, params string[] parameters) => calls.SelectMany(call => parameters.Select(values => $"{call} {values}"));

    // Everything that somebody has set, as lines.
    private static async Task<string[]> StateAsync(PveClient root)
    {
        List<string> lines = [];
        async Task<JsonElement> AddAsync(string path)
        {
            try
            {
                JsonElement data = (await root.Raw.GetAsync(path)).Data;
                Flatten(lines, path, data);
                return data;
            }
            catch (ProxmoxApiException e)
            {
                lines.Add($"{path} {(int?)e.StatusCode}");
                return default;
            }
        }

        foreach (string path in new[]
        {
            "/pools", "/pools/production", "/access/users", "/access/acl", "/access/groups", "/access/roles", "/cluster/options", "/cluster/backup", "/cluster/firewall/ipset",
            "/cluster/firewall/groups", "/cluster/firewall/aliases", "/cluster/firewall/rules", "/cluster/firewall/options", "/cluster/notifications/matchers",
            "/cluster/notifications/targets", "/cluster/ha/resources", "/cluster/ha/rules", "/cluster/replication", "/storage", "/nodes/pve1/config", "/nodes/pve2/config",
        })
        {
            await AddAsync(path);
        }

        foreach (JsonElement entry in (await root.Raw.GetAsync("/cluster/resources")).Data.EnumerateArray())
        {
            string node = $"/nodes/{entry.Text("node")}";
            if (entry.Text("type") == "storage")
            {
                await AddAsync($"{node}/storage/{entry.Text("storage")}/content");
            }
            else if (entry.Text("type") is "qemu" or "lxc")
            {
                string guest = $"{node}/{entry.Text("type")}/{entry.Text("vmid")}";
                lines.Add($"{guest} is {entry.Text("status")} in {entry.Text("pool")}");
                foreach (string part in new[] { "config", "pending", "firewall/rules", "firewall/options", "firewall/aliases", "firewall/ipset" })
                {
                    await AddAsync($"{guest}/{part}");
                }

                foreach (string snapshot in (await AddAsync($"{guest}/snapshot")).EnumerateArray().Select(static each => each.Text("name")).OfType<string>())
                {
                    await AddAsync($"{guest}/snapshot/{snapshot}/config");
                }
            }
        }

        return [.. lines.Order(StringComparer.Ordinal)];
    }

    private static void Flatten(List<string> lines, string path, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty member in value.EnumerateObject().Where(static member => !s_moving.Contains(member.Name)))
                {
                    Flatten(lines, $"{path} {member.Name}", member.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                {
                    lines.Add($"{path}: {Named(item)}");
                }

                break;
            default:
                lines.Add($"{path} = {value}");
                break;
        }
    }

    private static string Named(JsonElement item)
    {
        List<string> lines = [];
        Flatten(lines, "", item);
        return string.Join(';', lines.Order(StringComparer.Ordinal));
    }
}
