using ProxSharp.Authentication;
using ProxSharp.Ids;
using ProxSharp.Pve;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Backups;
using ProxSharp.Pve.Guests;
using ProxSharp.Pve.Storages;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Guide.Tests;

public sealed class StorageGuide(GuideCluster cluster) : IClassFixture<GuideCluster>
{
    [Fact]
    public async Task Storage_OfANode_TellsWhatItHolds()
    {
        PveClient pve = cluster.Pve;

        #region list
        foreach (StorageStatus status in await pve.Nodes["pve1"].Storages.ListAsync())
        {
            Console.WriteLine($"{status.Id}: {status.Available >> 30} GiB free of {status.Total >> 30}");
        }

        Storage local = pve.Nodes["pve1"].Storages["local"];
        IReadOnlyList<VolumeInfo> images = await local.Volumes.ListAsync(StorageContent.Iso);
        #endregion

        Assert.NotEmpty(images);
    }

    [Fact]
    public async Task Upload_OfAFile_ArrivesWhole()
    {
        PveClient pve = cluster.Pve;
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.iso");
        await File.WriteAllBytesAsync(path, new byte[200_000]);
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        #region upload
        UploadOptions options = new()
        {
            Checksum = UploadChecksum.ComputeFirst(),
            Progress = new Progress<TransferProgress>(progress => Console.WriteLine($"{progress.Fraction:P0}")),
        };
        Storage local = pve.Nodes["pve1"].Storages["local"];
        UploadedVolume uploaded = await local.UploadFileAndWaitAsync(path, UploadContent.Iso, "tools.iso", options, cancellationToken);
        Console.WriteLine($"{uploaded.Id}, {uploaded.Size} bytes, SHA-256 {uploaded.Sha256}");
        #endregion

        File.Delete(path);
        Assert.Equal(200_000, uploaded.Size);

        #region volume
        Volume volume = local.Volumes[uploaded.Id];
        VolumeDetails details = await volume.GetAsync();
        await volume.DeleteAsync().WaitForCompletionAsync();
        #endregion

        Assert.Equal(200_000, details.Size);
    }

    [Fact]
    public async Task Download_FromAUrl_ArrivesOnTheStorage()
    {
        await using PveClient pve = new(cluster.Pve.Options with { Credentials = ProxmoxCredentials.Password("root@pam", DefaultCluster.RootPassword) });
        string sha256 = new('a', 64);

        #region download
        VolumeId image = await pve.Nodes["pve1"].Storages["local"].DownloadFromUrlAndWaitAsync(
            new Uri("https://images.example.com/debian-13.qcow2"),
            UploadContent.Import,
            new UrlDownloadOptions { Checksum = UploadChecksum.Known(ChecksumAlgorithm.Sha256, sha256) });
        #endregion

        Assert.Equal("local:import/debian-13.qcow2", image.ToString());
    }

    [Fact]
    public async Task Backup_AndRestore_GiveTheGuestBack()
    {
        PveClient pve = cluster.Pve;

        #region backup
        Vm vm = await pve.FindVmAsync("staging");
        BackupOptions options = new()
        {
            Storage = StorageId.Parse("local"),
            Mode = BackupMode.Snapshot,
            Compress = BackupCompress.Zstd,
            NotesTemplate = "{{guestname}} before the upgrade",
        };
        BackupResult backup = await vm.BackupAndWaitAsync(options);
        VolumeId volume = backup.Volumes.Single();
        #endregion

        #region restore
        NodeName node = await vm.GetNodeAsync();
        VmRestoreOptions restore = new() { Storage = StorageId.Parse("local-lvm"), Unique = true, Start = true };
        Vm copy = await pve.Nodes[node].RestoreVmAsync(volume, options: restore).WaitForCompletionAsync();
        #endregion

        Assert.NotEqual(vm.Id, copy.Id);

        #region prune
        Storage local = pve.Nodes[node].Storages["local"];
        PruneOptions keep = new() { Retention = new PruneBackups { KeepLast = 3, KeepWeekly = 4 }, Guest = vm.Id };
        foreach (PruneDecision decision in await local.PreviewPruneAsync(keep))
        {
            Console.WriteLine($"{decision.Volume}: {decision.Mark}");
        }

        await local.PruneAsync(keep).WaitForCompletionAsync();
        #endregion

        Assert.Contains(await local.Volumes.ListAsync(StorageContent.Backup), info => info.Id == volume);
    }

    [Fact]
    public async Task Definitions_AreMadeForTheWholeCluster()
    {
        PveClient pve = cluster.Pve;

        #region define
        IReadOnlyList<StorageDefinition> storages = await pve.Storages.ListAsync();
        await pve.Pools.CreateAsync("team-a", "Team A");
        await pve.Pools["team-a"].AddGuestsAsync([new VmId(106)]);
        #endregion

        Assert.Contains(storages, static storage => storage.Id == StorageId.Parse("ceph"));
        Assert.Contains(await pve.Guests.ListAsync(), static guest => guest is { Pool: "team-a", Name: "staging" });
    }
}
