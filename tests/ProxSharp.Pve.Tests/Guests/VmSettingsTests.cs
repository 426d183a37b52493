using System.Collections.Immutable;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve.Tests.Guests;

/// <summary>Typed configurations: reading, changing, and what a change sends.</summary>
public sealed class VmSettingsTests
{
    private static readonly Dictionary<string, string> s_values = new()
    {
        ["name"] = "web",
        ["cores"] = "2",
        ["memory"] = "2048",
        ["onboot"] = "1",
        ["net0"] = "virtio=BC:24:11:00:00:10,bridge=vmbr0,firewall=1",
        ["net3"] = "e1000=BC:24:11:00:00:13,bridge=vmbr1",
        ["scsi0"] = "local:110/vm-110-disk-0.qcow2,discard=on,size=1G",
        ["ide2"] = "none,media=cdrom",
        ["unused0"] = "local:110/vm-110-disk-7.raw",
        ["boot"] = "order=scsi0;net0",
        ["startup"] = "order=2,up=5",
        ["tags"] = "b;a",
        ["agent"] = "1",
        ["cipassword"] = "**********",
        ["sshkeys"] = "ssh-ed25519%20AAAA%20me%40x%0Assh-rsa%20B+B%20you",
        ["numa"] = "0",
        ["numa0"] = "cpus=0-1,memory=1024",
        ["future-option"] = "x=1,y=2",
    };

    private static VmConfig Config => VmConfig.FromValues(s_values);

    [Fact]
    public void Members_OfAKnownConfiguration_AreTyped()
    {
        VmConfig config = Config;
        Assert.Equal("web", config.Name);
        Assert.Equal(2, config.Cores);
        Assert.Equal(2048, config.Memory);
        Assert.True(config.OnBoot);
        Assert.Equal([0, 3], config.Net.Keys);
        Assert.Equal("vmbr1", config.Net[3].Bridge);
        Assert.Equal(NetworkModel.E1000, config.Net[3].Model);
        Assert.Equal(["scsi0", "net0"], config.BootOrder);
        Assert.Equal((2, 5, null), (config.Startup!.Order, config.Startup.Up, config.Startup.Down));
        Assert.Equal(["a", "b"], config.Tags);
        Assert.True(config.Agent!.Enabled);
        Assert.Equal(["ssh-ed25519 AAAA me@x", "ssh-rsa B+B you"], config.SshKeys);
        Assert.False(config.Numa);
        Assert.Equal("0-1", config.NumaEntries[0].Cpus);
        Assert.Equal("x=1,y=2", config.Values["future-option"]);
    }

    [Fact]
    public void Disks_OfAConfiguration_ShowVolumesAndSizes()
    {
        IReadOnlyList<ConfiguredDisk> disks = Config.Disks;
        Assert.Equal(["ide2", "scsi0", "unused0"], disks.Select(static disk => disk.Key));
        Assert.Equal(("local:110/vm-110-disk-0.qcow2", DiskSize.FromGibibytes(1)), (disks[1].Volume, disks[1].Size));
        Assert.True(disks[0].IsCdRom);
        Assert.True(disks[2].IsUnused);
    }

    [Fact]
    public void Between_SameValuesSetAgain_IsEmpty()
    {
        VmConfig before = Config;
        VmConfig after = before with
        {
            Cores = before.Cores,
            Memory = before.Memory,
            OnBoot = true,
            Net = before.Net,
            BootOrder = before.BootOrder,
            Startup = before.Startup,
            Tags = before.Tags,
            Agent = before.Agent,
            SshKeys = before.SshKeys,
            CiPassword = before.CiPassword,
            NumaEntries = before.NumaEntries,
        };
        Assert.True(GuestConfigChanges.Between(before, after).IsEmpty);
        Assert.Equal(before, after);
    }

    [Fact]
    public void Between_OneMemberOfOneNetworkInterface_SendsThatOptionOnly()
    {
        VmConfig before = Config;
        GuestConfigChanges changes = GuestConfigChanges.Between(before, before with { Net = before.Net.Set(0, before.Net[0] with { Tag = 7 }) });
        Assert.Equal([KeyValuePair.Create("net0", "virtio=BC:24:11:00:00:10,bridge=vmbr0,firewall=1,tag=7")], changes.Set);
        Assert.Empty(changes.Deleted);
    }

    [Fact]
    [Trait("Acceptance", "22")]
    public void Between_RemovedOptions_DeletesThem()
    {
        VmConfig before = Config;
        VmConfig after = before with { Net = before.Net.Remove(3), Ide = before.Ide.Remove(2), OnBoot = null, Tags = [], BootOrder = [], Startup = null, NumaEntries = [] };
        GuestConfigChanges changes = GuestConfigChanges.Between(before, after);
        Assert.Empty(changes.Set);
        Assert.Equal(["boot", "ide2", "net3", "numa0", "onboot", "startup", "tags"], changes.Deleted.Order());
    }

    [Fact]
    public void Between_UnknownOption_IsSetAndRemovedByName()
    {
        GuestConfigChanges changes = GuestConfigChanges.Between(Config, Config.With("future-option", null).With("other", "1"));
        Assert.Equal([KeyValuePair.Create("other", "1")], changes.Set);
        Assert.Equal(["future-option"], changes.Deleted);
    }

    [Fact]
    public void Tags_Added_AreWrittenSorted() =>
        Assert.Equal("a;b;c", GuestConfigChanges.Between(Config, Config with { Tags = Config.Tags.Add("c") }).Set["tags"]);

    [Fact]
    public void Memory_OfAFormWithKey_KeepsTheKey()
    {
        VmConfig config = VmConfig.FromValues(new Dictionary<string, string> { ["memory"] = "current=512" });
        Assert.Equal(512, config.Memory);
        Assert.Equal("current=1024", (config with { Memory = 1024 }).Values["memory"]);
        Assert.Equal("1024", (VmConfig.FromValues(ImmutableDictionary<string, string>.Empty) with { Memory = 1024 }).Values["memory"]);
    }

    [Fact]
    [Trait("Acceptance", "11")]
    public void SshKeys_Written_ArePercentEncodedOnce()
    {
        string text = (Config with { SshKeys = ["ssh-rsa A+B/C== me@host"] }).Values["sshkeys"];
        Assert.Equal("ssh-rsa%20A%2BB%2FC%3D%3D%20me%40host", text);
    }

    [Fact]
    [Trait("Acceptance", "19")]
    public void ToString_WithPasswords_MasksThem()
    {
        VmConfig config = Config with { CiPassword = "top-secret" };
        ContainerSpec container = new() { Template = "local:vztmpl/x.tar.zst", Password = "top-secret" };
        CloudInitSettings cloudInit = new() { Password = "top-secret" };
        GuestConfigChanges changes = GuestConfigChanges.Between(Config, config);
        PendingOption pending = new() { Key = "cipassword", Value = "top-secret", Pending = "top-secret" };
        Assert.All([config.ToString(), container.ToString(), cloudInit.ToString(), changes.ToString(), pending.ToString()], static text =>
        {
            Assert.DoesNotContain("top-secret", text, StringComparison.Ordinal);
            Assert.Contains("***", text, StringComparison.Ordinal);
        });
        Assert.Equal("top-secret", changes.Set["cipassword"]);
    }

    [Fact]
    public void WithCloudInit_OnASpecification_SetsWhatIsGiven()
    {
        VmSpec spec = new VmSpec { Name = "web1" }.WithCloudInit(new CloudInitSettings
        {
            User = "admin",
            SshKeys = ["ssh-ed25519 AAAA me"],
            IpConfig = [IpConfigs.Static("10.0.0.5/24", "10.0.0.1"), IpConfigs.Dhcp],
            NameServer = "10.0.0.1",
            DriveStorage = Ids.StorageId.Parse("local-lvm"),
        });
        Assert.Equal("ip=10.0.0.5/24,gw=10.0.0.1", Sorted(spec.Values["ipconfig0"]));
        Assert.Equal("ip=dhcp", spec.Values["ipconfig1"]);
        Assert.Equal("local-lvm:cloudinit", spec.Values["ide2"]);
        Assert.Equal(("web1", "admin", "10.0.0.1"), (spec.Name, spec.CiUser, spec.NameServer));
        Assert.Null(spec.CiPassword);

        static string Sorted(string text) => string.Join(',', text.Split(',').OrderDescending());
    }

    [Fact]
    public void Of_Values_NumbersThemFromZero()
    {
        IndexedOptions<QemuNet> nets = IndexedOptions.Of(new QemuNet { Bridge = "a" }, new QemuNet { Bridge = "b" });
        Assert.Equal([0, 1], nets.Keys);
        Assert.Equal([0, 1, 2], nets.Add(new QemuNet()).Keys);
        Assert.Equal([0, 1, 2], nets.Set(2, new QemuNet()).Remove(1).Add(new QemuNet()).Keys);
        Assert.Throws<ArgumentOutOfRangeException>(() => nets.Set(-1, new QemuNet()));
        Assert.Throws<KeyNotFoundException>(() => nets[9]);
    }

    [Fact]
    public void Equals_SameOptions_IsTrue()
    {
        Assert.Equal(Config, Config);
        Assert.Equal(Config.GetHashCode(), Config.GetHashCode());
        Assert.NotEqual(Config, Config with { Cores = 3 });
    }
}
