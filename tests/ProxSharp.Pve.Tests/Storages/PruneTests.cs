using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve.Tests.Storages;

/// <summary>Removal of old backups.</summary>
public sealed class PruneTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PreviewPrune_KeepLast_TellsWhatHappensToEach(bool sync)
    {
        using WirePve wire = new(
            """
            {"data":[{"type":"lxc","vmid":200,"ctime":1795381046,"volid":"local:backup/vzdump-lxc-200-2026_11_22-20_57_26.tar.zst","mark":"keep"},
            {"type":"lxc","vmid":200,"ctime":1795281046,"volid":"local:backup/vzdump-lxc-200-2026_11_21-17_10_46.tar.zst","mark":"remove"},
            {"type":"unknown","ctime":1795281000,"volid":"local:backup/vzdump-mine.tar","mark":"renamed"}]}
            """);
        PruneOptions options = new() { Retention = new PruneBackups { KeepLast = 1, KeepDaily = 7 }, Guest = new VmId(200), GuestType = GuestType.Lxc };
        IReadOnlyList<PruneDecision> preview = sync ? wire.Local.PreviewPrune(options, Token) : await wire.Local.PreviewPruneAsync(options, Token);
        Assert.Equal("GET /api2/json/nodes/pve1/storage/local/prunebackups?prune-backups=keep-last%3D1%2Ckeep-daily%3D7&type=lxc&vmid=200", wire.LastRequest);
        Assert.Equal([PruneMark.Keep, PruneMark.Remove, PruneMark.Renamed], preview.Select(static decision => decision.Mark));
        PruneDecision removed = Assert.Single(preview, static decision => decision.IsRemoved);
        Assert.Equal((new VmId(200), GuestType.Lxc, DateTimeOffset.FromUnixTimeSeconds(1795281046)), (removed.Guest!.Value, removed.GuestType, removed.Created));
        Assert.Null(preview[2].Guest);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Prune_WithoutOptions_TakesTheStoragesRetention(bool sync)
    {
        using WirePve wire = new("""{"data":"UPID:pve1:00002197:000B16B3:6B0369CD:prunebackups:local:root@pam:"}""");
        PveTask task = sync ? wire.Local.Prune(cancellationToken: Token) : await wire.Local.PruneAsync(cancellationToken: Token);
        Assert.Equal("prunebackups", task.Upid.Type);
        Assert.Equal("DELETE /api2/json/nodes/pve1/storage/local/prunebackups", wire.LastRequest);
    }
}
