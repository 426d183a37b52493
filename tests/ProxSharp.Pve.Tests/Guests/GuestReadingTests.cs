using System.Text;
using ProxSharp.Json;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve.Tests.Guests;

/// <summary>What answers about guests are read as.</summary>
public sealed class GuestReadingTests
{
    [Fact]
    [Trait("Acceptance", "3")]
    public void ConfigValues_OfLooseTypes_KeepTheTexts()
    {
        ConfigValues values = Read<ConfigValues>("""
            {"memory":"64","cores":1,"cpulimit":"0.50","kvm":false,"acpi":true,"description":"two\nlines ü","net0":{"model":"virtio","trunks":["1","2"],"firewall":true},"new":null,
             "digest":"68ec6c4795cea0a7202c59c300e3a0f9764e6a49"}
            """);
        Assert.Equal("68ec6c4795cea0a7202c59c300e3a0f9764e6a49", values.Digest!.Value.ToString());
        VmConfig config = VmConfig.FromValues(values.Values, values.Digest);
        Assert.Equal(
            "acpi=1|cores=1|cpulimit=0.50|description=two\nlines ü|kvm=0|memory=64|net0=model=virtio,trunks=1;2,firewall=1",
            string.Join('|', config.Values.Select(static pair => $"{pair.Key}={pair.Value}")));
        Assert.Equal((0.5, NetworkModel.Virtio, true), (config.CpuLimit, config.Net[0].Model, config.Net[0].Firewall));
        Assert.Equal("0.50", (config with { CpuLimit = 0.5 }).Values["cpulimit"]);
    }

    [Fact]
    public void ConfigValues_OfAContainerWithLowLevelSettings_ListThem()
    {
        ConfigValues values = Read<ConfigValues>("""{"hostname":"dns","lxc":[["lxc.idmap","u 0 100000 1000"],["lxc.apparmor.profile","unconfined"]],"mp3":"local:1,mp=/x"}""");
        ContainerConfig config = ContainerConfig.FromValues(values.Values);
        Assert.Equal([KeyValuePair.Create("lxc.idmap", "u 0 100000 1000"), KeyValuePair.Create("lxc.apparmor.profile", "unconfined")], config.LowLevel);
        Assert.True(GuestConfigChanges.Between(config, config with { HostName = "dns" }).IsEmpty);
        Assert.Equal([3], config.Mp.Keys);
    }

    [Fact]
    public void Preconditions_WithObstacles_NameNodesAndReasons()
    {
        MigrationPreconditions preconditions = MigrationPreconditions.Of(Read<NodesQemuMigrationPreconditionsResult>("""
            {"running":1,"allowed_nodes":["pve2"],"not_allowed_nodes":{"pve3":{"unavailable_storages":["local-lvm","fast"]},"pve4":{"blocking-ha-resources":[{"sid":"vm:101","cause":"resource-affinity"}]}},
             "local_disks":[{"volid":"local:100/vm-100-disk-0.raw","size":1073741824,"cdrom":0}],"local_resources":["hostpci0"],"mapped-resources":["gpu"]}
            """));
        Assert.True(preconditions.IsRunning);
        Assert.Equal(["pve2"], preconditions.AllowedNodes);
        Assert.Equal(["unavailable storages: local-lvm, fast"], preconditions.Obstacles["pve3"]);
        Assert.Equal(["blocking ha resources: vm:101"], preconditions.Obstacles["pve4"]);
        Assert.Equal(["local:100/vm-100-disk-0.raw"], preconditions.LocalDisks);
        Assert.Equal(["hostpci0"], preconditions.LocalResources);
        Assert.Equal(["gpu"], preconditions.MappedResources);
    }

    [Fact]
    public void Pending_OfAllKinds_TellsWhatWillHappen()
    {
        IReadOnlyList<PendingOption> options = PendingOption.Of(
        [
            Read<NodesLxcPendingItem>("""{"key":"memory","value":"96","pending":"128"}"""),
            Read<NodesLxcPendingItem>("""{"key":"net1","value":"virtio","delete":1}"""),
            Read<NodesLxcPendingItem>("""{"key":"scsi1","value":"local:1","delete":"2"}"""),
            Read<NodesLxcPendingItem>("""{"key":"cores","value":1}"""),
            Read<NodesLxcPendingItem>("""{"key":"digest","value":"68ec6c4795cea0a7202c59c300e3a0f9764e6a49"}"""),
        ]);
        Assert.Equal(["memory: 96 -> 128", "net1: virtio -> removed", "scsi1: local:1 -> removed", "cores: 1"], options.Select(static option => option.ToString()));
        Assert.Equal([true, true, true, false], options.Select(static option => option.HasChange));
        Assert.Equal([false, false, true, false], options.Select(static option => option.IsForced));
    }

    [Fact]
    public void Summaries_OfAMixedList_HoldTheGuests()
    {
        ClusterResourcesItem[] items =
        [
            Read<ClusterResourcesItem>("""{"id":"lxc/200","type":"lxc","vmid":200,"node":"pve1","status":"stopped","name":"dns","template":0,"tags":"a;b"}"""),
            Read<ClusterResourcesItem>("""{"id":"qemu/100","type":"qemu","vmid":100,"node":"pve2","status":"running","name":"web","template":1,"pool":"prod","uptime":60,"maxmem":1024,"lock":"backup"}"""),
            Read<ClusterResourcesItem>("""{"id":"node/pve1","type":"node","node":"pve1","status":"online"}"""),
        ];
        IReadOnlyList<GuestSummary> guests = GuestSummary.Of(items);
        Assert.Equal([100, 200], guests.Select(static guest => guest.Id.Value));
        Assert.Equal(("web", "pve2", true, true, "prod", "backup"), (guests[0].Name, guests[0].Node, guests[0].IsRunning, guests[0].IsTemplate, guests[0].Pool, guests[0].Lock));
        Assert.Equal((TimeSpan.FromMinutes(1), 1024), (guests[0].Uptime, guests[0].MemoryTotal));
        Assert.Equal(["a", "b"], guests[1].Tags);
        Assert.Equal(GuestType.Lxc, guests[1].Type);
    }

    private static T Read<T>(string json)
        where T : class, IApiReadable<T>
    {
        ApiJsonReader reader = new(Encoding.UTF8.GetBytes(json));
        return T.Read(ref reader);
    }
}
