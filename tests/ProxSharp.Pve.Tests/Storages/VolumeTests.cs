using System.Globalization;
using System.Text;
using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Storages;
using ProxSharp.Simulator.Faults;
using ProxSharp.Testing;

namespace ProxSharp.Pve.Tests.Storages;

/// <summary>Volumes: lists, attributes, making, copying and deleting.</summary>
public sealed class VolumeTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Storage Local => cluster.Pve.Nodes[cluster.Node].Storages["local"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Volume_AllocatedListedDeleted_ComesAndGoes(bool sync)
    {
        VmId guest = new(sync ? 7001 : 7002);
        string name = string.Create(CultureInfo.InvariantCulture, $"vm-{guest}-disk-0.raw");
        VolumeId id = sync
            ? Local.Volumes.Allocate(guest, name, (8 << 20) - 1, ImageFormat.Raw, Token)
            : await Local.Volumes.AllocateAsync(guest, name, (8 << 20) - 1, ImageFormat.Raw, Token);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"local:{guest}/{name}"), id.ToString());

        IReadOnlyList<VolumeInfo> list = sync ? Local.Volumes.List(StorageContent.Images, guest, Token) : await Local.Volumes.ListAsync(StorageContent.Images, guest, Token);
        VolumeInfo info = Assert.Single(list);
        Assert.Equal((id, StorageContent.Images, "raw", 8L << 20), (info.Id, info.Content, info.Format, info.Size!.Value));
        Assert.Equal(guest, info.Guest);
        Assert.False(info.IsProtected || info.IsEncrypted);

        await Assert.ThrowsAsync<ProxmoxConflictException>(async () => _ = sync
            ? Local.Volumes.Allocate(guest, name, 1 << 20, cancellationToken: Token)
            : await Local.Volumes.AllocateAsync(guest, name, 1 << 20, cancellationToken: Token));

        Volume volume = Local.Volumes[id];
        VolumeDetails details = sync ? volume.Get(Token) : await volume.GetAsync(Token);
        Assert.Equal((id, 8L << 20, "raw"), (details.Id, details.Size, details.Format));
        Assert.EndsWith(name, details.Path, StringComparison.Ordinal);

        PveTask task = sync ? volume.Delete(Token) : await volume.DeleteAsync(Token);
        Assert.Equal("imgdel", task.Upid.Type);
        _ = sync ? task.WaitForCompletion(null, Token) : await task.WaitForCompletionAsync(Token);
        Assert.Empty(sync ? Local.Volumes.List(guest: guest, cancellationToken: Token) : await Local.Volumes.ListAsync(guest: guest, cancellationToken: Token));
        await Assert.ThrowsAsync<ProxmoxApiException>(async () => _ = sync ? volume.Get(Token) : await volume.GetAsync(Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Delete_WithPatience_IsDoneWhenItReturns(bool sync)
    {
        VmId guest = new(sync ? 7003 : 7004);
        VolumeId id = await Local.Volumes.AllocateAsync(guest, string.Create(CultureInfo.InvariantCulture, $"vm-{guest}-disk-0.raw"), 1 << 20, cancellationToken: Token);
        Volume volume = Local.Volumes[id.ToString()];
        Assert.Null(sync ? volume.Delete(TimeSpan.FromSeconds(5), Token) : await volume.DeleteAsync(TimeSpan.FromSeconds(5), Token));
        Assert.Empty(await Local.Volumes.ListAsync(guest: guest, cancellationToken: Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Delete_ThatTakesLongerThanThePatience_GivesItsTask(bool sync)
    {
        using WirePve wire = new("""{"data":"UPID:pve1:000037B0:00048A7F:6B03590A:imgdel:210@local:root@pam:"}""");
        Volume volume = wire.Local.Volumes["100/vm-100-disk-0.raw"];
        PveTask? task = sync ? volume.Delete(TimeSpan.FromSeconds(1.5), Token) : await volume.DeleteAsync(TimeSpan.FromSeconds(1.5), Token);
        Assert.Equal("210@local", task!.Upid.Id);
        Assert.Equal("DELETE /api2/json/nodes/pve1/storage/local/content/local%3A100%2Fvm-100-disk-0.raw?delay=2", wire.LastRequest);
    }

    [Theory]
    [InlineData("iso/a b#c.iso", "local%3Aiso%2Fa%20b%23c.iso")]
    [InlineData("iso/50%?.iso", "local%3Aiso%2F50%25%3F.iso")]
    [InlineData("iso/über.iso", "local%3Aiso%2F%C3%BCber.iso")]
    [InlineData("local:iso/x.iso", "local%3Aiso%2Fx.iso")]
    [Trait("Acceptance", "12")]
    public void Delete_NameWithSpecialCharacters_HitsThatVolumeOnly(string name, string path)
    {
        using WirePve wire = new("""{"data":"UPID:pve1:000037B0:00048A7F:6B03590A:imgdel:local:root@pam:"}""");
        wire.Local.Volumes[name].Delete(Token);
        Assert.Equal($"DELETE /api2/json/nodes/pve1/storage/local/content/{path}", wire.LastRequest);
    }

    [Fact]
    public void Indexer_VolumeOfAnotherStorage_IsRefused() => Assert.Throws<ArgumentException>(() => Local.Volumes[VolumeId.Parse("other:iso/x.iso")]);

    [Fact]
    public void List_BackupsOfABackupServer_AreReadInFull()
    {
        using WirePve wire = new(
            """
            {"data":[
              {"volid":"pbs:backup/vm/100/2026-11-22T22:13:13Z","content":"backup","format":"pbs-vm","size":"4294967296","ctime":1795385593,"vmid":"100","subtype":"qemu",
               "notes":"web1","protected":1,"encrypted":"aa:bb:cc:dd:ee:ff:00:11","verification":{"state":"ok","upid":"UPID:pbs:00000001:00000002:00000003:6B035800:verify:store1:root@pam:"},"shape":"new"},
              {"volid":"pbs:iso/old.iso","format":"iso","size":10,"vmid":7}
            ]}
            """);
        IReadOnlyList<VolumeInfo> list = wire.Local.Volumes.List(StorageContent.Backup, new VmId(100), Token);
        Assert.Equal("GET /api2/json/nodes/pve1/storage/local/content?content=backup&vmid=100", wire.LastRequest);
        VolumeInfo backup = list[0];
        Assert.Equal(("backup/vm/100/2026-11-22T22:13:13Z", 4L << 30, "pbs-vm"), (backup.Id.Name, backup.Size!.Value, backup.Format));
        Assert.Equal((new VmId(100), GuestType.Qemu, "web1"), (backup.Guest!.Value, backup.GuestType!.Value, backup.Notes));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795385593), backup.Created);
        Assert.True(backup is { IsProtected: true, IsEncrypted: true, Verification.IsOk: true });
        Assert.Equal("aa:bb:cc:dd:ee:ff:00:11", backup.Encryption);
        Assert.Equal("verify", backup.Verification!.Upid!.Value.Type);
        Assert.Equal("new", backup.Extra["shape"].GetString());

        // Old servers leave the kind out, and a file may be named as if a guest 7 existed.
        Assert.Equal((StorageContent.Iso, null), (list[1].Content, list[1].Guest));
    }

    [Theory]
    [InlineData(true, null, null, "Ask for less")]
    [InlineData(false, null, null, "Ask for less")]
    [InlineData(true, "backup", null, "Ask for one guest")]
    [InlineData(false, null, 100, "Ask for one kind of content")]
    [InlineData(false, "backup", 100, "look at the storage itself")]
    [Trait("Acceptance", "21")]
    public async Task List_SlowStorage_SaysWhatToDo(bool sync, string? content, int? guest, string advice)
    {
        Assert.SkipWhen(cluster.IsLive, "Needs the simulator.");
        cluster.Simulator.Faults.When(static request => request.Path.EndsWith("/storage/ceph/content", StringComparison.Ordinal), Fault.ProxyTimeout);
        Storage storage = cluster.Pve.Nodes[cluster.Node].Storages["ceph"];
        StorageContent? kind = content is null ? null : new StorageContent(content);
        VmId? id = guest is { } number ? new VmId(number) : null;
        StorageListTimeoutException exception = await Assert.ThrowsAsync<StorageListTimeoutException>(
            async () => _ = sync ? storage.Volumes.List(kind, id, Token) : await storage.Volumes.ListAsync(kind, id, Token));
        Assert.Equal((596, storage.Id, cluster.Node), ((int)exception.StatusCode, exception.Storage, exception.Node.Value));
        Assert.Contains(advice, exception.Message, StringComparison.Ordinal);
        Assert.True(exception.IsTransient);
        Assert.Equal($"/nodes/{cluster.Node}/storage/ceph/content", exception.Path);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Copy_ToAnotherNode_NamesTheTarget(bool sync)
    {
        using WirePve wire = new("""{"data":"UPID:pve1:000037B0:00048A7F:6B03590A:imgcopy::root@pam:"}""");
        Volume volume = wire.Local.Volumes["100/vm-100-disk-0.raw"];
        VolumeId target = VolumeId.Parse("local:101/vm-101-disk-0.raw");
        PveTask task = sync ? volume.Copy(target, NodeName.Parse("pve2"), Token) : await volume.CopyAsync(target, NodeName.Parse("pve2"), Token);
        Assert.Equal("imgcopy", task.Upid.Type);
        Assert.Equal("POST /api2/json/nodes/pve1/storage/local/content/local%3A100%2Fvm-100-disk-0.raw", wire.LastRequest);
        Assert.Equal("target=local:101/vm-101-disk-0.raw&target_node=pve2", wire.LastBody);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ListFiles_InsideABackup_TravelInBase64(bool sync)
    {
        string path = "/root.pxar.didx/etc/ü";
        string encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(path));
        using WirePve wire = new($$"""{"data":[{"filepath":"{{encoded}}","leaf":0,"text":"ü","type":"d","mtime":1795381510},{"filepath":"/","leaf":1,"text":"raw","type":"f","size":5}]}""");
        Volume volume = wire.Local.Volumes["backup/ct/200/2026-11-22T22:13:13Z"];
        IReadOnlyList<BackupFile> files = sync ? volume.ListFiles(cancellationToken: Token) : await volume.ListFilesAsync(cancellationToken: Token);
        Assert.Equal("GET /api2/json/nodes/pve1/storage/local/file-restore/list?filepath=%2F&volume=local%3Abackup%2Fct%2F200%2F2026-11-22T22%3A13%3A13Z", wire.LastRequest);
        Assert.Equal((path, "ü", false), (files[0].Path, files[0].Name, files[0].IsLeaf));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795381510), files[0].Modified);
        Assert.Equal(("/", 5), (files[1].Path, files[1].Size));

        _ = sync ? volume.ListFiles(files[0].Path, Token) : await volume.ListFilesAsync(files[0].Path, Token);
        Assert.Contains($"filepath={Uri.EscapeDataString(encoded)}&", wire.LastRequest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DownloadFile_OutOfABackup_IsAStream(bool sync)
    {
        byte[] bytes = [0, 1, 2, 250, 251];
        using WirePve wire = new(_ => new HttpResponseMessage { Content = new ByteArrayContent(bytes) });
        Volume volume = wire.Local.Volumes["backup/ct/200/2026-11-22T22:13:13Z"];
        await using ApiDownload download = sync ? volume.DownloadFile("/root.pxar.didx/etc", asTar: true, Token) : await volume.DownloadFileAsync("/root.pxar.didx/etc", asTar: true, Token);
        using MemoryStream copy = new();
        await download.Content.CopyToAsync(copy, Token);
        Assert.Equal(bytes, copy.ToArray());
        Assert.Equal(
            "GET /api2/json/nodes/pve1/storage/local/file-restore/download?filepath=L3Jvb3QucHhhci5kaWR4L2V0Yw%3D%3D&tar=1&volume=local%3Abackup%2Fct%2F200%2F2026-11-22T22%3A13%3A13Z",
            wire.LastRequest);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetImportMetadata_OfAForeignMachine_IsTyped(bool sync)
    {
        using WirePve wire = new(
            """
            {"data":{"type":"vm","source":"esxi","create-args":{"cores":4,"memory":"8192","name":"web","bios":"ovmf","onboot":true},
              "disks":{"scsi0":{"volid":"esxi:ha/web.vmdk","size":1073741824},"scsi1":"local:import/b.ova/b.vmdk"},
              "net":{"net0":{"model":"vmxnet3","macaddr":"00:11:22:33:44:55"}},"warnings":[{"type":"guest-is-running"}]}}
            """);
        Volume volume = wire.Local.Volumes["ha/web.vmx"];
        ImportMetadata metadata = sync ? volume.GetImportMetadata(Token) : await volume.GetImportMetadataAsync(Token);
        Assert.Equal(("4", "8192", "1"), (metadata.Settings["cores"], metadata.Settings["memory"], metadata.Settings["onboot"]));
        Assert.Equal(("esxi:ha/web.vmdk", 1L << 30), (metadata.Disks["scsi0"].Volume, metadata.Disks["scsi0"].Size));
        Assert.Equal(("local:import/b.ova/b.vmdk", null), (metadata.Disks["scsi1"].Volume, metadata.Disks["scsi1"].Size));
        Assert.Equal("vmxnet3", metadata.Networks["net0"]["model"]);
        Assert.Equal(ImportWarningType.GuestIsRunning, Assert.Single(metadata.Warnings).Type);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ExtractConfig_OfABackup_IsItsText(bool sync)
    {
        using WirePve wire = new(static call => call.Method == "GET" ? StubHandler.Json("""{"data":"arch: amd64\ncores: 1\n"}""") : throw new InvalidOperationException(call.Target));
        Volume volume = wire.Local.Volumes["backup/vzdump-lxc-200-2026_11_22-20_57_26.tar.zst"];
        Assert.Equal("arch: amd64\ncores: 1\n", sync ? volume.ExtractConfig(Token) : await volume.ExtractConfigAsync(Token));
        Assert.Equal("GET /api2/json/nodes/pve1/vzdump/extractconfig?volume=local%3Abackup%2Fvzdump-lxc-200-2026_11_22-20_57_26.tar.zst", wire.LastRequest);
    }
}
