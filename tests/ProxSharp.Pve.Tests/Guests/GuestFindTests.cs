using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve.Tests.Guests;

/// <summary>Lists of guests and the search in them.</summary>
public sealed class GuestFindTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    private static readonly GuestSummary[] s_guests =
    [
        Summary(100, "web", GuestType.Qemu), Summary(101, "WEB", GuestType.Qemu), Summary(102, "db", GuestType.Qemu), Summary(103, "db", GuestType.Qemu), Summary(200, "db", GuestType.Lxc),
        Summary(104, "100", GuestType.Qemu), Summary(105, "999", GuestType.Qemu),
    ];

    [Theory]
    [InlineData("100", 100)]
    [InlineData("web", 100)]
    [InlineData("WEB", 101)]
    [InlineData("999", 105)]
    public void Find_OfANameOrNumber_IsTheOneMeant(string nameOrId, int expected) => Assert.Equal(expected, GuestFinder.Find(s_guests, nameOrId, GuestType.Qemu).Id.Value);

    [Fact]
    public void Find_OfANameInAnotherCase_IsFoundIfItIsTheOnlyOne() => Assert.Equal(200, GuestFinder.Find(s_guests, "DB", GuestType.Lxc).Id.Value);

    [Fact]
    public void Find_OfASharedName_NamesAllCandidates()
    {
        AmbiguousGuestException exception = Assert.Throws<AmbiguousGuestException>(() => GuestFinder.Find(s_guests, "db", null));
        Assert.Equal([102, 103, 200], exception.Candidates.Select(static guest => guest.Id.Value));
        Assert.Contains("VM 102 (db) on pve1, VM 103 (db) on pve1, container 200 (db) on pve1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_OfTheOtherKind_SaysSo()
    {
        ProxmoxNotFoundException exception = Assert.Throws<ProxmoxNotFoundException>(() => GuestFinder.Find(s_guests, "200", GuestType.Qemu));
        Assert.Contains("guest 200 is a container", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ProxmoxNotFoundException>(() => GuestFinder.Find(s_guests, "nothing", null));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Find_OnTheCluster_MakesOneCallAndKnowsTheNode(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Knows the guests of the simulator.");
        PveClient pve = cluster.Pve;
        long before = cluster.Simulator.Traffic.RequestCount;
        Vm vm = sync ? pve.FindVm("web-2") : await pve.FindVmAsync("web-2");
        VmStatus status = sync ? vm.GetStatus() : await vm.GetStatusAsync();
        Assert.Equal(("web-2", 101), (status.Name, vm.Id.Value));
        Assert.Equal(1, cluster.Simulator.RequestsSince(before).Count(static request => request.Path.Contains("/cluster/resources", StringComparison.Ordinal)));
        Assert.Equal(101, (sync ? pve.FindVm(101) : await pve.FindVmAsync(101)).Id.Value);
        Assert.Equal(200, (sync ? pve.FindContainer("dns") : await pve.FindContainerAsync("dns")).Id.Value);
        Assert.Equal(200, (sync ? pve.FindContainer(200) : await pve.FindContainerAsync(200)).Id.Value);
        Assert.IsType<Container>(sync ? pve.FindGuest("dns") : await pve.FindGuestAsync("dns"));
        Assert.IsType<Vm>(sync ? pve.FindGuest(100) : await pve.FindGuestAsync(100));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_OfTheCluster_SplitsByKind(bool sync)
    {
        PveClient pve = cluster.Pve;
        IReadOnlyList<GuestSummary> all = sync ? pve.Guests.List() : await pve.Guests.ListAsync();
        IReadOnlyList<GuestSummary> vms = sync ? pve.Vms.List() : await pve.Vms.ListAsync();
        IReadOnlyList<GuestSummary> containers = sync ? pve.Containers.List() : await pve.Containers.ListAsync();
        Assert.Equal(all.Count, vms.Count + containers.Count);
        Assert.All(vms, static guest => Assert.Equal(GuestType.Qemu, guest.Type));
        Assert.All(containers, static guest => Assert.Equal(GuestType.Lxc, guest.Type));
        Assert.All(all, guest => Assert.Equal(guest.Id, pve.Guests[guest].Id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetStatus_OfAMissingGuest_SaysThatItIsMissing(bool sync)
    {
        Vm vm = cluster.Pve.Vms[987_654_321];
        ProxmoxNotFoundException exception = sync
            ? Assert.Throws<ProxmoxNotFoundException>(() => vm.GetStatus())
            : await Assert.ThrowsAsync<ProxmoxNotFoundException>(() => vm.GetStatusAsync());
        Assert.Contains("987654321", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetStatus_ThroughAServerThatIsAway_NamesTheGuestAndTheServer(bool sync)
    {
        ProxmoxClientOptions options = cluster.Options with
        {
            Endpoints = [ProxmoxEndpoint.Parse("https://127.0.0.1:1", ProxmoxProduct.VirtualEnvironment)],
            Retry = new ProxmoxRetryOptions { MaxAttempts = 1 },
        };
        await using PveClient pve = new(options);
        Vm vm = pve.Nodes["pve1"].Vms[100];
        ProxmoxConnectionException exception = sync
            ? Assert.Throws<ProxmoxConnectionException>(() => vm.GetStatus())
            : await Assert.ThrowsAsync<ProxmoxConnectionException>(() => vm.GetStatusAsync());
        Assert.StartsWith("Unable to read the status of VM 100 on pve1 through 127.0.0.1:1: no connection", exception.Message, StringComparison.Ordinal);
    }

    private static GuestSummary Summary(int id, string name, GuestType type) => new() { Id = new Ids.VmId(id), Name = name, Type = type, Node = "pve1" };
}
