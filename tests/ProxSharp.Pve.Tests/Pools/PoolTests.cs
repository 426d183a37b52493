using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Pools;
using ProxSharp.Pve.Tests.Storages;

namespace ProxSharp.Pve.Tests.Pools;

/// <summary>Resource pools.</summary>
public sealed class PoolTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    private static readonly StorageId s_local = StorageId.Parse("local");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pool_FromCreationToDeletion_IsAsWritten(bool sync)
    {
        string id = $"proxsharp-{sync}";
        Pool pool = sync ? cluster.Pve.Pools.Create(id, "first", Token) : await cluster.Pve.Pools.CreateAsync(id, "first", Token);
        PoolInfo info = sync ? pool.Get(null, Token) : await pool.GetAsync(null, Token);
        Assert.Equal((id, "first", null), (info.Id, info.Comment, info.Parent));
        Assert.Empty(info.Members);
        Assert.Contains(sync ? cluster.Pve.Pools.List(Token) : await cluster.Pve.Pools.ListAsync(Token), found => found.Id == id && found.Comment == "first");
        await Assert.ThrowsAsync<ProxmoxConflictException>(async () => _ = sync ? cluster.Pve.Pools.Create(id, null, Token) : await cluster.Pve.Pools.CreateAsync(id, null, Token));

        if (sync)
        {
            pool.SetComment("second", Token);
            pool.AddStorages([s_local], Token);
        }
        else
        {
            await pool.SetCommentAsync("second", Token);
            await pool.AddStoragesAsync([s_local], Token);
        }

        info = sync ? pool.Get(PoolMemberType.Storage, Token) : await pool.GetAsync(PoolMemberType.Storage, Token);
        Assert.Equal("second", info.Comment);
        Assert.Equal([s_local], info.Storages);
        Assert.Null(Assert.Single(info.Members).Guest);
        ProxmoxApiException full = await Assert.ThrowsAsync<ProxmoxApiException>(() => DeleteAsync(pool, sync));
        Assert.Contains("not empty", full.Message, StringComparison.Ordinal);

        if (sync)
        {
            pool.RemoveStorages([s_local], Token);
        }
        else
        {
            await pool.RemoveStoragesAsync([s_local], Token);
        }

        await DeleteAsync(pool, sync);
        await Assert.ThrowsAsync<ProxmoxNotFoundException>(async () => _ = sync ? pool.Get(null, Token) : await pool.GetAsync(null, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Guests_AddedMovedRemoved_AreMembersOfOnePool(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Uses the simulated cluster's guests.");
        Pool first = await cluster.Pve.Pools.CreateAsync($"proxsharp-one-{sync}", cancellationToken: Token);
        Pool second = await cluster.Pve.Pools.CreateAsync($"proxsharp-two-{sync}", cancellationToken: Token);
        VmId[] guests = sync ? [new VmId(104), new VmId(200)] : [new VmId(105), new VmId(201)];
        await AddAsync(first, guests, allowMove: false);
        PoolInfo info = await first.GetAsync(null, Token);
        Assert.Equal(guests, info.Guests.Order());
        Assert.Equal(PoolMemberType.Qemu, info.Members.Single(member => member.Guest == guests[0]).Type);
        Assert.NotNull(info.Members[0].Node);
        Assert.NotNull(info.Members[0].Name);
        Assert.Equal([guests[1]], (await first.GetAsync(PoolMemberType.Lxc, Token)).Guests);

        ProxmoxConflictException other = await Assert.ThrowsAsync<ProxmoxConflictException>(() => AddAsync(second, guests, allowMove: false));
        Assert.Contains("allow-move", other.Message, StringComparison.Ordinal);
        await AddAsync(second, guests, allowMove: true);
        Assert.Empty((await first.GetAsync(null, Token)).Members);

        if (sync)
        {
            second.RemoveGuests(guests, Token);
        }
        else
        {
            await second.RemoveGuestsAsync(guests, Token);
        }

        Assert.Empty((await second.GetAsync(null, Token)).Members);
        await first.DeleteAsync(Token);
        await second.DeleteAsync(Token);

        async Task AddAsync(Pool pool, IEnumerable<VmId> members, bool allowMove)
        {
            if (sync)
            {
                pool.AddGuests(members, allowMove, Token);
            }
            else
            {
                await pool.AddGuestsAsync(members, allowMove, Token);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pool_InsideAnotherOne_IsReachedByItsFullName(bool sync)
    {
        Pool parent = await cluster.Pve.Pools.CreateAsync($"proxsharp-outer-{sync}", cancellationToken: Token);
        Pool child = sync ? cluster.Pve.Pools.Create($"{parent.Id}/inner", "nested", Token) : await cluster.Pve.Pools.CreateAsync($"{parent.Id}/inner", "nested", Token);
        PoolInfo info = sync ? child.Get(null, Token) : await child.GetAsync(null, Token);
        Assert.Equal((child.Id, parent.Id, "nested"), (info.Id, info.Parent, info.Comment));
        await DeleteAsync(child, sync);
        await DeleteAsync(parent, sync);
    }

    [Fact]
    public void Calls_OnAPool_CarryItsNameAsAParameter()
    {
        using WirePve wire = new("""{"data":[{"poolid":"a/b","members":[{"id":"storage/pve1/local","type":"storage","storage":"local","node":"pve1","status":"available"}]}]}""");
        Pool pool = wire.Pve.Pools["a/b"];
        Assert.Equal([s_local], pool.Get(null, Token).Storages);
        Assert.Equal("GET /api2/json/pools?poolid=a%2Fb", wire.LastRequest);
        pool.AddGuests([new VmId(100), new VmId(101)], allowMove: true, Token);
        Assert.Equal(("PUT /api2/json/pools", "allow-move=1&poolid=a/b&vms=100,101"), (wire.LastRequest, wire.LastBody));
        pool.RemoveStorages([s_local], Token);
        Assert.Equal("delete=1&poolid=a/b&storage=local", wire.LastBody);
        pool.Delete(Token);
        Assert.Equal("DELETE /api2/json/pools?poolid=a%2Fb", wire.LastRequest);
        Assert.Throws<ArgumentException>(() => pool.AddGuests([], cancellationToken: Token));
    }

    private static async Task DeleteAsync(Pool pool, bool sync)
    {
        if (sync)
        {
            pool.Delete(Token);
        }
        else
        {
            await pool.DeleteAsync(Token);
        }
    }
}
