using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve.Tests.Guests;

/// <summary>Small values around guests.</summary>
public sealed class GuestValueTests
{
    [Theory]
    [InlineData("40G", 40L << 30, "40G")]
    [InlineData("1.5T", 3L << 39, "1536G")]
    [InlineData("104858K", 104858L << 10, "104858K")]
    [InlineData("1024M", 1L << 30, "1G")]
    [InlineData("1000", 1000L, "1000")]
    [InlineData("0", 0L, "0")]
    public void Parse_OfADiskSize_GivesBytesAndTheShortestForm(string text, long bytes, string written)
    {
        DiskSize size = DiskSize.Parse(text);
        Assert.Equal(bytes, size.Bytes);
        Assert.Equal(written, size.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("-1G")]
    [InlineData("+1G")]
    [InlineData("1X")]
    [InlineData("99999999999T")]
    public void Parse_OfNoDiskSize_Fails(string text) => Assert.Throws<FormatException>(() => DiskSize.Parse(text));

    [Fact]
    public void NewDisk_OfASize_AsksForGibibytes()
    {
        Assert.Equal("local-lvm:40", VmSpec.NewDisk("local-lvm", DiskSize.FromGibibytes(40)).ToString());
        Assert.Equal("local-lvm:0.5", VmSpec.NewDisk("local-lvm", DiskSize.FromMebibytes(512)).ToString());
        Assert.Equal("local:8,mp=/data", ContainerSpec.NewMountPoint("local", DiskSize.FromGibibytes(8), "/data").ToString());
        Assert.Throws<FormatException>(() => VmSpec.NewDisk("no storage", DiskSize.FromGibibytes(1)));
    }

    [Fact]
    public void ToString_OfATargetMapping_IsTheWireForm()
    {
        Assert.Equal("1", TargetMapping.Same.ToString());
        Assert.Equal("local:fast,ceph", TargetMapping.To("ceph").With("local", "fast").ToString());
        Assert.Equal("a:b", TargetMapping.Of("a", "b").ToString());
        Assert.Equal(TargetMapping.To("ceph").With("local", "fast"), TargetMapping.Parse("local:fast, ceph"));
        Assert.Throws<FormatException>(() => TargetMapping.Parse("a,b"));
        Assert.Throws<ArgumentException>(() => TargetMapping.To("a:b"));
    }

    [Theory]
    [InlineData("10.0.0.5", null)]
    [InlineData("x/24", null)]
    [InlineData("10.0.0.5/24", "fe80::1")]
    public void Static_OfNoAddress_Fails(string address, string? gateway) => Assert.Throws<FormatException>(() => IpConfigs.Static(address, gateway));

    [Fact]
    public void Static_OfAnIpv6Address_UsesTheSixMembers()
    {
        QemuIpConfig config = IpConfigs.Static("2001:db8::5/64", "2001:db8::1");
        Assert.Equal((null, "2001:db8::5/64", "2001:db8::1"), (config.Ip, config.Ip6, config.Gw6));
    }

    [Theory]
    [InlineData("3", 3L, null, null)]
    [InlineData("order=3,up=10,down=20", 3L, 10L, 20L)]
    [InlineData("up=10", null, 10L, null)]
    public void Parse_OfAStartupOrder_ReadsAllForms(string text, long? order, long? up, long? down)
    {
        StartupOrder startup = StartupOrder.Parse(text);
        Assert.Equal((order, up, down), (startup.Order, startup.Up, startup.Down));
        Assert.Equal(text, startup.ToString());
    }

    [Fact]
    public void Snapshots_OfATree_KnowTheirRelations()
    {
        GuestSnapshot[] items =
        [
            new() { Name = "base" }, new() { Name = "a", Parent = "base" }, new() { Name = "b", Parent = "base" }, new() { Name = "a1", Parent = "a" },
            new() { Name = "current", Parent = "a1" },
        ];
        GuestSnapshotList list = GuestSnapshotList.Of(items, static item => item, static _ => (true, new string('a', 40)));
        Assert.Equal(4, list.Count);
        Assert.Equal(("a1", true), (list.Current.Parent, list.Current.IsRunning));
        Assert.Equal(["base"], list.Roots.Select(static root => root.Name));
        Assert.Equal(["a", "b"], list.ChildrenOf("base").Select(static child => child.Name));
        Assert.Equal(["base", "a", "a1"], list.PathTo("a1").Select(static step => step.Name));
        Assert.Empty(list.PathTo("nothing"));
    }

    [Fact]
    [Trait("Acceptance", "19")]
    public void ToString_OfARemoteMigration_HidesTheToken()
    {
        GuestRemoteMigrateOptions options = new()
        {
            Target = new ProxmoxRemote { Host = "other", Apitoken = "PVEAPIToken=root@pam!x=secret-value" },
            TargetStorage = TargetMapping.Same,
            TargetBridge = TargetMapping.To("vmbr0"),
        };
        Assert.DoesNotContain("secret-value", options.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_OfTheOtherKindOfGuest_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => GuestStartOptions.ForVm(new GuestStartOptions { Debug = true }));
        Assert.Throws<ArgumentException>(() => GuestStartOptions.ForContainer(new GuestStartOptions { ForceCpu = "host" }));
        Assert.Throws<ArgumentException>(() => GuestStopOptions.ForContainer(new GuestStopOptions { KeepActive = true }));
        Assert.Throws<ArgumentException>(() => GuestShutdownOptions.ForContainer(new GuestShutdownOptions { SkipLock = true }));
        Assert.Throws<ArgumentException>(() => GuestDeleteOptions.ForVm(new GuestDeleteOptions { Force = true }));
        Assert.Throws<ArgumentException>(() => new GuestMigrateOptions { Restart = true }.ForVm("pve2"));
        Assert.Throws<ArgumentException>(() => new GuestMigrateOptions { WithLocalDisks = true }.ForContainer("pve2"));
        Assert.Throws<ArgumentException>(() => new GuestCloneOptions { Format = DiskFormat.Raw }.ForContainer(new Ids.VmId(100)));
    }
}
