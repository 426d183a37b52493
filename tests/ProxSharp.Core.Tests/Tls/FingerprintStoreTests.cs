using ProxSharp.Tls;

namespace ProxSharp.Core.Tests.Tls;

public sealed class FingerprintStoreTests
{
    private static readonly ProxmoxEndpoint s_one = ProxmoxEndpoint.Parse("pve1", ProxmoxProduct.VirtualEnvironment);
    private static readonly ProxmoxEndpoint s_two = ProxmoxEndpoint.Parse("[2001:db8::1]:8007", ProxmoxProduct.BackupServer);

    [Fact]
    public void Set_AndFind_SurviveANewObject()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("sub/trusted");
        FingerprintStore store = new(path);
        Assert.Null(store.Find(s_one));
        store.Set(s_one, Fingerprint('A'));
        store.Set(s_two, Fingerprint('B'));
        store.Set(s_one, Fingerprint('C'));

        FingerprintStore again = new(path);
        Assert.Equal(Fingerprint('C'), again.Find(s_one));
        Assert.Equal(Fingerprint('B'), again.Find(s_two));
        Assert.Equal(2, again.List().Count);
        Assert.True(again.Remove(s_one));
        Assert.False(again.Remove(s_one));
        Assert.Null(store.Find(s_one));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void Set_NewFile_IsForTheOwnerOnly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix file modes");
        using TemporaryFolder folder = new();
        FingerprintStore store = new(folder.File("trusted"));
        store.Set(s_one, Fingerprint('A'));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(store.Path));
        }
    }

    [Fact]
    public void List_CommentsAndBlankLines_AreSkipped()
    {
        using TemporaryFolder folder = new();
        FingerprintStore store = new(folder.Write("trusted", $"# mine\n\n  PVE1:8006\t{Fingerprint('A').ToString().Replace(":", "", StringComparison.Ordinal)}  \r\n"));
        Assert.Equal(Fingerprint('A'), store.Find(s_one));
    }

    [Theory]
    [InlineData("pve1:8006\n")]
    [InlineData("pve1:8006 xx\n")]
    [InlineData("pve1:8006 a b\n")]
    public void List_BadLine_IsNamed(string content)
    {
        using TemporaryFolder folder = new();
        FingerprintStore store = new(folder.Write("trusted", "# first\n" + content));
        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => store.List());
        Assert.StartsWith("Line 2 of " + store.Path, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Set_FromManyThreads_LosesNothing()
    {
        using TemporaryFolder folder = new();
        FingerprintStore store = new(folder.File("trusted"));
        Parallel.For(0, 20, index => store.Set(ProxmoxEndpoint.Parse($"node{index}", ProxmoxProduct.VirtualEnvironment), Fingerprint('A')));
        Assert.Equal(20, store.List().Count);
    }

    private static CertificateFingerprint Fingerprint(char digit) => CertificateFingerprint.Parse(new string(digit, 64));
}
