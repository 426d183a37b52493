using System.Text.Json;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve.Tests.Storages;

/// <summary>Storages as they are defined for the cluster.</summary>
public sealed class ClusterStorageTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Definition_CreatedChangedDeleted_IsAsWritten(bool sync)
    {
        StorageId id = StorageId.Parse($"proxsharp-def-{(sync ? "s" : "a")}");
        ClusterStorage storage = cluster.Pve.Storages[id];
        StorageSpec spec = StorageSpec.Directory(id, $"/tmp/{id}") with
        {
            Content = [StorageContent.Iso, StorageContent.Backup],
            Nodes = [NodeName.Parse(cluster.Node)],
            Retention = new PruneBackups { KeepLast = 3, KeepWeekly = 2 },
        };
        StorageCreateResult created = sync ? cluster.Pve.Storages.Create(spec, Token) : await cluster.Pve.Storages.CreateAsync(spec, Token);
        Assert.Equal((id.Value, StorageType.Dir), (created.Storage, created.Type));

        StorageDefinition read = sync ? storage.Get(Token) : await storage.GetAsync(Token);
        Assert.Equal((id, StorageType.Dir, true), (read.Id, read.Type, read.IsEnabled));
        Assert.Equal(["backup", "iso"], read.Content.Select(static content => content.Value).Order());
        Assert.Equal([NodeName.Parse(cluster.Node)], read.Nodes);
        Assert.Equal((3, 2), (read.Retention!.KeepLast, read.Retention.KeepWeekly));
        Assert.Equal($"/tmp/{id}", read.Options.Path);

        StorageUpdate update = new() { IsEnabled = false, Content = [StorageContent.Iso], Delete = ["prune-backups"], Digest = read.Digest };
        _ = sync ? storage.Update(update, Token) : await storage.UpdateAsync(update, Token);
        StorageDefinition changed = sync ? storage.Get(Token) : await storage.GetAsync(Token);
        Assert.False(changed.IsEnabled);
        Assert.Null(changed.Retention);
        Assert.Equal([StorageContent.Iso], changed.Content);

        // The digest is that of the first reading, so this change must not get through.
        StorageUpdate late = new() { IsEnabled = true, Digest = read.Digest };
        await Assert.ThrowsAsync<ProxmoxConflictException>(async () => _ = sync ? storage.Update(late, Token) : await storage.UpdateAsync(late, Token));

        if (sync)
        {
            storage.Delete(Token);
        }
        else
        {
            await storage.DeleteAsync(Token);
        }

        await Assert.ThrowsAsync<ProxmoxNotFoundException>(async () => _ = sync ? storage.Get(Token) : await storage.GetAsync(Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_OfAKind_HoldsOnlyThatKind(bool sync)
    {
        IReadOnlyList<StorageDefinition> all = sync ? cluster.Pve.Storages.List(cancellationToken: Token) : await cluster.Pve.Storages.ListAsync(cancellationToken: Token);
        IReadOnlyList<StorageDefinition> directories = sync ? cluster.Pve.Storages.List(StorageType.Dir, Token) : await cluster.Pve.Storages.ListAsync(StorageType.Dir, Token);
        Assert.Contains(all, storage => storage.Id.Value == "local");
        Assert.All(directories, static storage => Assert.Equal(StorageType.Dir, storage.Type));
        Assert.True(directories.Count <= all.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Create_StorageThatExists_IsAConflict(bool sync)
    {
        StorageSpec spec = StorageSpec.Directory(StorageId.Parse("local"), "/tmp");
        await Assert.ThrowsAsync<ProxmoxConflictException>(async () => _ = sync ? cluster.Pve.Storages.Create(spec, Token) : await cluster.Pve.Storages.CreateAsync(spec, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Create_BackupServer_SendsItsOptionsAndGivesTheKey(bool sync)
    {
        using WirePve wire = new("""{"data":{"storage":"pbs","type":"pbs","config":{"encryption-key":"{}"}}}""");
        StorageSpec spec = StorageSpec.BackupServer(StorageId.Parse("pbs"), "192.0.2.9", "store1", "backup@pbs!pve", "the-secret", "AA:" + string.Join(':', Enumerable.Repeat("BB", 31)));
        spec = spec with { Options = new Dictionary<string, string>(spec.Options) { ["encryption-key"] = "autogen", ["namespace"] = "a/b" }, MaxProtectedBackups = -1 };
        StorageCreateResult created = sync ? wire.Pve.Storages.Create(spec, Token) : await wire.Pve.Storages.CreateAsync(spec, Token);
        Assert.Equal("{}", created.Config!.EncryptionKey);
        Assert.Equal("POST /api2/json/storage", wire.LastRequest);
        Assert.Equal(
            "storage=pbs&type=pbs&content=backup&max-protected-backups=-1&password=the-secret&datastore=store1&encryption-key=autogen&fingerprint=AA:"
                + string.Join(':', Enumerable.Repeat("BB", 31)) + "&namespace=a/b&server=192.0.2.9&username=backup@pbs!pve",
            wire.LastBody);
    }

    [Fact]
    [Trait("Acceptance", "19")]
    public void ToString_OfSpecAndUpdate_ShowsNoSecret()
    {
        StorageSpec spec = StorageSpec.Cifs(StorageId.Parse("nas"), "nas", "share", "me", "hunter2");
        StorageUpdate update = new() { Password = "hunter2" };
        Assert.Equal("cifs storage nas", spec.ToString());
        Assert.DoesNotContain("hunter2", update.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_OptionsOfANewerServer_AreKept()
    {
        using WirePve wire = new("""{"data":[{"storage":"x1","type":"quantum","content":"images,holograms","shared":1,"disable":"1","entangled":"yes","digest":"bc50fbb3cb1fe2d256a7f08376c26be1e3cb2165"}]}""");
        StorageDefinition storage = Assert.Single(await wire.Pve.Storages.ListAsync(cancellationToken: Token));
        Assert.Equal(("quantum", true, false), (storage.Type.Value, storage.IsShared, storage.IsEnabled));
        Assert.Equal(["images", "holograms"], storage.Content.Select(static content => content.Value));
        Assert.Equal("yes", storage.Options.Extra["entangled"].GetString());
        Assert.Equal(JsonValueKind.String, storage.Options.Extra["entangled"].ValueKind);
    }

    public static TheoryData<string, string> Kinds() => new()
    {
        { "btrfs", "storage=id1&type=btrfs&path=/mnt/b" },
        { "nfs", "storage=id1&type=nfs&export=/e&server=s" },
        { "lvm", "storage=id1&type=lvm&vgname=vg" },
        { "lvmthin", "storage=id1&type=lvmthin&thinpool=tp&vgname=vg" },
        { "zfspool", "storage=id1&type=zfspool&pool=tank/vms" },
        { "rbd", "storage=id1&type=rbd&monhost=10.0.0.1&pool=vms" },
        { "cephfs", "storage=id1&type=cephfs" },
        { "iscsi", "storage=id1&type=iscsi&portal=10.0.0.2&target=iqn.2026-01.x:y" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Create_KindOfStorage_SendsWhatTheKindNeeds(string kind, string body)
    {
        StorageId id = StorageId.Parse("id1");
        StorageSpec spec = kind switch
        {
            "btrfs" => StorageSpec.Btrfs(id, "/mnt/b"),
            "nfs" => StorageSpec.Nfs(id, "s", "/e"),
            "lvm" => StorageSpec.Lvm(id, "vg"),
            "lvmthin" => StorageSpec.LvmThin(id, "vg", "tp"),
            "zfspool" => StorageSpec.ZfsPool(id, "tank/vms"),
            "rbd" => StorageSpec.Rbd(id, "vms", "10.0.0.1"),
            "cephfs" => StorageSpec.CephFs(id),
            _ => StorageSpec.Iscsi(id, "10.0.0.2", "iqn.2026-01.x:y"),
        };
        using WirePve wire = new("""{"data":{"storage":"id1","type":"x"}}""");
        wire.Pve.Storages.Create(spec, Token);
        Assert.Equal(body, wire.LastBody);
    }
}
