using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Operations.Plans;
using ProxSharp.Pbs;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tasks;
using ProxSharp.Tls;

namespace ProxSharp.Operations.Tests;

/// <summary>Backups of protected guests that are removed where they are not: on another server, and on tapes.</summary>
public sealed class RedTeamBackupTests
{
    private const string Most = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive","privileged"]}],"protect":{"vmids":["7"]},
         "approval":{"destructive":"none","disruptive":"none","privileged":"none"}}
        """;

    [Theory]
    [InlineData("POST", "/push", "store=store1 remote=away remote-store=offsite remove-vanished=1")]
    [InlineData("POST", "/push", "store=offsite remote=away remote-store=store1 remove-vanished=1")]
    [InlineData("POST", "/push", "store=offsite remote=away remote-store=store1 remote-ns=customers max-depth=1 remove-vanished=1")]
    [InlineData("POST", "/config/sync", "id=new store=offsite remote=away remote-store=store1 sync-direction=push remove-vanished=1")]
    [InlineData("PUT", "/config/sync/keeps", "remove-vanished=1")]
    [InlineData("PUT", "/config/sync/top", "delete=max-depth")]
    [InlineData("PUT", "/config/sync/top", "remote-ns=customers/acme")]
    [InlineData("POST", "/admin/sync/clears/run", "")]
    public async Task PushThatRemovesBackupsOfAProtectedGuestElsewhere_IsRefused(string method, string path, string parameters)
    {
        await using GuardedBackupServer server = await StartAsync();
        int before = server.Writes;
        Assert.Equal("protected", await server.RefusedAsync(() => server.Guard.PlanAsync([TextPlans.Request(method, path, parameters)])));
        Assert.Equal(before, server.Writes);
    }

    [Theory]
    [InlineData("POST", "/push", "store=offsite remote=away remote-store=store1")]
    [InlineData("POST", "/push", "store=offsite remote=away remote-store=store1 max-depth=0 remove-vanished=1")]
    [InlineData("POST", "/push", "store=offsite remote=away remote-store=offsite remove-vanished=1")]
    [InlineData("POST", "/admin/sync/keeps/run", "")]
    [InlineData("POST", "/admin/sync/top/run", "")]
    [InlineData("PUT", "/config/sync/clears", "delete=remove-vanished")]
    public async Task PushThatRemovesOthersAlone_CanBePlanned(string method, string path, string parameters)
    {
        await using GuardedBackupServer server = await StartAsync();
        Assert.NotEmpty((await server.Guard.PlanAsync([TextPlans.Request(method, path, parameters)])).Targets);
    }

    [Theory]
    [InlineData("store=offsite remote=nobody remote-store=store1 remove-vanished=1")]
    [InlineData("store=offsite remote=away remote-store=nowhere remove-vanished=1")]
    public async Task PushToWhatCannotBeRead_IsRefused(string parameters)
    {
        await using GuardedBackupServer server = await StartAsync();
        Assert.Equal("target", await server.RefusedAsync(() => server.Guard.PlanAsync([TextPlans.Request("POST", "/push", parameters)])));
    }

    [Theory]
    [InlineData("POST", "/tape/drive/drive1/format-media", "label-text=LABEL")]
    [InlineData("POST", "/tape/drive/drive1/format-media", "")]
    [InlineData("GET", "/tape/media/destroy", "label-text=LABEL force=1")]
    [InlineData("GET", "/tape/media/destroy", "uuid=UUID force=1")]
    public async Task TapeWithBackupsOfAProtectedGuest_IsKept(string method, string path, string parameters)
    {
        await using GuardedBackupServer server = await StartAsync();
        await MakeTapesAsync(server);
        await WriteAsync(server, "offsite");
        Assert.NotEmpty((await PlanAsync(server, method, path, parameters)).Targets);
        await WriteAsync(server, "store1");
        Assert.Equal("protected", await server.RefusedAsync(() => PlanAsync(server, method, path, parameters)));
    }

    [Fact]
    public async Task TapeThatIsEmpty_CanBeWiped_AndOneThatNobodyKnowsCannot()
    {
        await using GuardedBackupServer server = await StartAsync();
        await MakeTapesAsync(server);
        await WriteAsync(server, "store1");
        Task<Plan> Format(string label) =>
            server.Guard.PlanAsync([TextPlans.Request("POST", "/tape/drive/drive1/format-media", $"label-text={label}")]);
        Assert.NotEmpty((await Format("SIM006L8")).Targets);
        Assert.Equal("target", await server.RefusedAsync(() => Format("NONE01")));
    }

    [Theory]
    [InlineData("type=offline,message=read-only", true)]
    [InlineData("offline,message=\"read-only\"", true)]
    [InlineData("message=read-only,type=unmount", true)]
    [InlineData("message=\"a,type=read-only,b\",type=delete", true)]
    [InlineData("delete", true)]
    [InlineData("message=\"type=read-only\"", true)]
    [InlineData("read-only,message=\"type=offline\"", false)]
    [InlineData("type=read-only", false)]
    [InlineData("read-only", false)]
    public async Task MaintenanceThatClosesADatastore_ReachesTheBackupsInIt(string mode, bool isRefused)
    {
        await using GuardedBackupServer server = await StartAsync();
        PlanRequest request = new(ApiMethod.Put, "/config/datastore/store1", new ApiParameters { { "maintenance-mode", mode } });
        Task<Plan> Plan() => server.Guard.PlanAsync([request]);
        if (isRefused)
        {
            Assert.Equal("protected", await server.RefusedAsync(Plan));
        }
        else
        {
            Assert.NotEmpty((await Plan()).Targets);
        }
    }

    [Theory]
    [InlineData("path=/datastore/store1", true)]
    [InlineData("path=/datastore/store1/customers", true)]
    [InlineData("path=//datastore/store1/customers/acme/ propagate=0", true)]
    [InlineData("path=/datastore", true)]
    [InlineData("path=/", true)]
    [InlineData("path=/ delete=1", true)]
    [InlineData("path=/ propagate=0", false)]
    [InlineData("path=/datastore propagate=0", false)]
    [InlineData("path=/datastore/store1 propagate=0", false)]
    [InlineData("path=/datastore/store1/customers propagate=0", false)]
    [InlineData("path=/datastore/offsite", false)]
    [InlineData("path=/system", false)]
    public async Task Rights_OnBackupsOfAProtectedGuest_AreNotGiven(string where, bool isRefused)
    {
        await using GuardedBackupServer server = await StartAsync();
        Task<Plan> Plan() => server.Guard.PlanAsync([TextPlans.Request("PUT", "/access/acl", $"{where} role=DatastoreAdmin auth-id=demo@pbs")]);
        if (isRefused)
        {
            Assert.Equal("protected", await server.RefusedAsync(Plan));
        }
        else
        {
            Assert.Equal(OperationClass.Privileged, (await Plan()).Class);
        }
    }

    [Theory]
    [InlineData("DELETE", "/nodes/localhost/disks/directory/store1", "")]
    [InlineData("PUT", "/nodes/localhost/disks/wipedisk", "disk=sda")]
    [InlineData("POST", "/nodes/localhost/disks/initgpt", "disk=sda")]
    [InlineData("POST", "/nodes/localhost/disks/directory", "name=other disk=sda")]
    [InlineData("POST", "/nodes/localhost/disks/zfs", "name=other devices=sda raidlevel=single")]
    public async Task DisksOfABackupServer_StandForTheBackupsOnThem(string method, string path, string parameters)
    {
        await using GuardedBackupServer server = await StartAsync();
        Assert.Equal("protected", await server.RefusedAsync(() => server.Guard.PlanAsync([TextPlans.Request(method, path, parameters)])));
        Assert.NotEmpty((await server.Guard.PlanAsync([TextPlans.Request("DELETE", "/nodes/localhost/disks/directory/other", "")])).Targets);
    }

    [Fact]
    public async Task DiskOfABackupServerThatIsFree_StandsForNobody()
    {
        await using GuardedBackupServer server = await StartAsync();
        JsonElement disks = (await server.Other.Raw.GetAsync("/nodes/localhost/disks/list")).Data;
        string free = disks.EnumerateArray().First(static disk => disk.Text("used") == "unused").Text("name")!;
        PlanRequest pool = new(
            ApiMethod.Post, "/nodes/localhost/disks/zfs", new ApiParameters { { "name", "other" }, { "devices", free }, { "raidlevel", "single" } });

        Assert.NotEmpty((await server.Guard.PlanAsync([pool])).Targets);
    }

    [Theory]
    [InlineData("POST", "/push", "store=offsite remote=away remote-store=store1", true)]
    [InlineData("POST", "/admin/sync/keeps/run", "", true)]
    [InlineData("PUT", "/config/sync/keeps", "group-filter=type:vm", true)]
    [InlineData("PUT", "/config/sync/keeps", "comment=x", false)]
    [InlineData("POST", "/admin/sync/fetches/run", "", false)]
    public async Task WhatSendsBackupsElsewhere_IsPrivileged(string method, string path, string parameters, bool isPrivileged)
    {
        await using GuardedBackupServer server = await StartAsync();
        await server.Other.Raw.PostAsync("/config/sync", TextPlans.Parameters("id=fetches store=offsite remote=away remote-store=store1"));
        Plan plan = await server.Guard.PlanAsync([TextPlans.Request(method, path, parameters)]);
        Assert.Equal(isPrivileged, plan.Class == OperationClass.Privileged);
        Assert.Equal(plan.Class, server.Guard.Plans.Load(plan.Id).Class);
    }

    private static async Task<Plan> PlanAsync(GuardedBackupServer server, string method, string path, string parameters)
    {
        JsonElement tape = (await server.Other.Raw.GetAsync("/tape/media/list")).Data.EnumerateArray()
            .First(static row => row.Text("media-set-uuid") is not null);
        string filled = parameters.Replace("LABEL", tape.Text("label-text"), StringComparison.Ordinal)
            .Replace("UUID", tape.Text("uuid"), StringComparison.Ordinal);
        return await server.Guard.PlanAsync([TextPlans.Request(method, path, filled)]);
    }

    private static async Task MakeTapesAsync(GuardedBackupServer server)
    {
        await using PbsClient root = new(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(server.Simulator.Endpoint.ToString(), ProxmoxProduct.BackupServer)],
            Credentials = ProxmoxCredentials.Password("root@pam", DefaultBackupServer.RootPassword),
            Trust = ServerTrust.Pin(server.Simulator.Fingerprint),
        });
        async Task<string> FirstAsync(string scan) => (await root.Raw.GetAsync(scan)).Data[0].Text("path")!;
        await root.Raw.PostAsync("/config/changer", TextPlans.Parameters($"name=library1 path={await FirstAsync("/tape/scan-changers")}"));
        await root.Raw.PostAsync("/config/drive", TextPlans.Parameters($"name=drive1 changer=library1 path={await FirstAsync("/tape/scan-drives")}"));
        await root.Raw.PostAsync("/config/media-pool", TextPlans.Parameters("name=weekly allocation=continue retention=keep"));
        await DoneAsync(server, await server.Other.Raw.PostAsync("/tape/drive/drive1/barcode-label-media", TextPlans.Parameters("pool=weekly")));
    }

    private static async Task WriteAsync(GuardedBackupServer server, string store) =>
        await DoneAsync(server, await server.Other.Raw.PostAsync("/tape/backup", TextPlans.Parameters($"store={store} pool=weekly drive=drive1")));

    private static async Task DoneAsync(GuardedBackupServer server, ApiResponse<JsonElement> answer) =>
        await server.Other.Tasks[answer.Data.GetString()!].WaitForCompletionAsync(TaskWaitOptions.Default);

    /// <summary>A backup server that is its own remote, and has jobs that push to it.</summary>
    private static async Task<GuardedBackupServer> StartAsync()
    {
        GuardedBackupServer server = await GuardedBackupServer.StartAsync(Most);
        string port = server.Simulator.Endpoint.Port.ToString(CultureInfo.InvariantCulture);
        await server.Other.Raw.PostAsync("/config/remote", TextPlans.Parameters(
            $"name=away host=127.0.0.1 port={port} auth-id={DefaultBackupServer.TokenId} password={DefaultBackupServer.TokenSecret}"));
        const string push = "store=offsite remote=away remote-store=store1 sync-direction=push";
        await server.Other.Raw.PostAsync("/config/sync", TextPlans.Parameters($"id=keeps {push}"));
        await server.Other.Raw.PostAsync("/config/sync", TextPlans.Parameters($"id=clears {push} remove-vanished=1"));
        await server.Other.Raw.PostAsync("/config/sync", TextPlans.Parameters($"id=top {push} remove-vanished=1 max-depth=0"));
        return server;
    }
}
