using System.Collections.Concurrent;
using ProxSharp.Ids;
using ProxSharp.Pve.Guests;
using static ProxSharp.Pve.Tests.Guests.TestGuests;

namespace ProxSharp.Pve.Tests.Guests;

/// <summary>Numbers for new guests when many want one at once.</summary>
public sealed class GuestClaimTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "13")]
    public async Task Create_ByManyClientsAtOnce_GivesEachAGuestOfItsOwn(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Makes many guests.");
        const int Clients = 5;
        const int Each = 6;
        ConcurrentBag<VmId> ids = [];
        await Parallel.ForAsync(0, Clients, new ParallelOptions { MaxDegreeOfParallelism = Clients }, async (_, token) =>
        {
            await using PveClient pve = new(cluster.Options);
            NodeVmCollection vms = pve.Nodes[cluster.Node].Vms;
            VmSpec spec = new() { Name = "claimed" };
            IEnumerable<Task<GuestTask<Vm>>> calls = Enumerable.Range(0, Each).Select(_ => sync ? Task.Run(() => vms.Create(spec, token), token) : vms.CreateAsync(spec, token));
            foreach (GuestTask<Vm> made in await Task.WhenAll(calls))
            {
                ids.Add(made.Guest.Id);
            }
        });
        Assert.Equal(Clients * Each, ids.Distinct().Count());
        HashSet<int> present = [.. (await cluster.Pve.Vms.ListAsync()).Select(static guest => guest.Id.Value)];
        Assert.All(ids, id => Assert.Contains(id.Value, present));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "13")]
    public async Task Claim_OfNumbersThatOthersTake_GoesOnToTheNext(bool sync)
    {
        List<int> tried = [];
        PveClient pve = cluster.Pve;
        VmId claimed = sync
            ? pve.Claims.Claim(null, new VmIdRange(70_000, 70_099), Create, CancellationToken.None)
            : await pve.Claims.ClaimAsync(null, new VmIdRange(70_100, 70_199), id => Task.FromResult(Create(id)), CancellationToken.None);
        Assert.Equal(13, tried.Count);
        Assert.Equal(tried[0] + 12, claimed.Value);
        Assert.Equal(Enumerable.Range(tried[0], 13), tried);

        VmId Create(VmId id)
        {
            tried.Add(id.Value);
            return tried.Count > 12
                ? id
                : throw new ProxmoxConflictException("taken") { ServerMessage = $"unable to create VM {id} - VM {id} already exists on node 'pve1'" };
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Claim_InAFullRange_SaysSo(bool sync)
    {
        VmIdRange range = new(71_000, 71_002);
        static VmId Create(VmId id) => throw new ProxmoxConflictException("taken") { ServerMessage = $"unable to create VM {id}: config file already exists" };
        ProxmoxConflictException exception = sync
            ? Assert.Throws<ProxmoxConflictException>(() => cluster.Pve.Claims.Claim(null, range, Create, CancellationToken.None))
            : await Assert.ThrowsAsync<ProxmoxConflictException>(() => cluster.Pve.Claims.ClaimAsync(null, range, id => Task.FromResult(Create(id)), CancellationToken.None));
        Assert.Contains("none from 71000 to 71002 is free", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("VM is locked (create)")]
    [InlineData("VM 100 already exists on node 'pve1'")]
    public async Task Claim_OfAnotherConflict_IsThrown(string text)
    {
        int calls = 0;
        await Assert.ThrowsAsync<ProxmoxConflictException>(() => cluster.Pve.Claims.ClaimAsync<VmId>(
            null,
            new VmIdRange(72_000, 72_099),
            _ =>
            {
                calls++;
                throw new ProxmoxConflictException("other") { ServerMessage = text };
            },
            CancellationToken.None));
        Assert.Equal(1, calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Create_WithinARange_TakesTheLowestFreeNumberOfIt(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Knows the numbers of the simulator.");
        int from = sync ? 73_000 : 73_100;
        VmSpec spec = Spec(cluster) with { IdRange = new VmIdRange(from, from + 99) };
        NodeVmCollection vms = cluster.Pve.Nodes[cluster.Node].Vms;
        Vm first = (sync ? vms.Create(spec with { Id = new VmId(from), IdRange = null }) : await vms.CreateAsync(spec with { Id = new VmId(from), IdRange = null })).Guest;
        Vm second = (sync ? vms.Create(spec) : await vms.CreateAsync(spec)).Guest;
        Assert.Equal((from, from + 1), (first.Id.Value, second.Id.Value));
    }

    [Fact]
    public void Range_TheWrongWayRound_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => new VmIdRange(200, 100));
}
