using System.Globalization;
using ProxSharp.Ids;

namespace ProxSharp.Core.Tests.Ids;

public sealed class IdTests
{
    [Theory]
    [InlineData("100", 100)]
    [InlineData("999999999", 999999999)]
    [InlineData("4711", 4711)]
    public void VmId_InRange_IsRead(string text, int value)
    {
        Assert.Equal(value, VmId.Parse(text).Value);
        AssertPrints(VmId.Parse(text), text);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("99")]
    [InlineData("1000000000")]
    [InlineData("0100")]
    [InlineData("+100")]
    [InlineData("-100")]
    [InlineData(" 100")]
    [InlineData("100 ")]
    [InlineData("1e3")]
    [InlineData("abc")]
    public void VmId_OutOfRange_IsRefused(string? text)
    {
        Assert.False(VmId.TryParse(text, out _));
        Assert.Throws<FormatException>(() => VmId.Parse(text!));
    }

    [Fact]
    public void VmId_NumberOutOfRange_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new VmId(99));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VmId(1_000_000_000));
    }

    [Fact]
    public void VmId_Compared_OrdersByNumber()
    {
        Assert.True(new VmId(100) < new VmId(101));
        Assert.True(new VmId(1000) > new VmId(999));
        Assert.Equal(0, new VmId(100).CompareTo(new VmId(100)));
    }

    [Theory]
    [InlineData("pve1", true)]
    [InlineData("PVE-1", true)]
    [InlineData("1", true)]
    [InlineData("-pve", false)]
    [InlineData("pve-", false)]
    [InlineData("pve.example", false)]
    [InlineData("pve_1", false)]
    [InlineData("", false)]
    [InlineData("pvé", false)]
    public void NodeName_Text_IsReadIfWellFormed(string text, bool expected) => AssertReads<NodeName>(text, expected);

    [Theory]
    [InlineData("store1", true)]
    [InlineData("_a-b.c", true)]
    [InlineData("abc", true)]
    [InlineData("0123456789abcdef0123456789abcdef", true)]
    [InlineData("0123456789abcdef0123456789abcdef0", false)]
    [InlineData("ab", false)]
    [InlineData("", false)]
    [InlineData("-abc", false)]
    [InlineData(".abc", false)]
    [InlineData("a/bc", false)]
    [InlineData("a bc", false)]
    [InlineData("aböc", false)]
    public void DatastoreName_Text_IsReadIfWellFormed(string text, bool expected) => AssertReads<DatastoreName>(text, expected);

    [Theory]
    [InlineData("local", true)]
    [InlineData("local-lvm", true)]
    [InlineData("A.b_c-9", true)]
    [InlineData("a", false)]
    [InlineData("9a", false)]
    [InlineData("local-", false)]
    [InlineData("lo cal", false)]
    [InlineData("local:iso", false)]
    public void StorageId_Text_IsReadIfWellFormed(string text, bool expected) => AssertReads<StorageId>(text, expected);

    [Theory]
    [InlineData("local:iso/debian-13.iso", "local", "iso/debian-13.iso")]
    [InlineData("local-lvm:vm-100-disk-0", "local-lvm", "vm-100-disk-0")]
    [InlineData("pbs:backup/vm/100/2026-11-22T21:04:08Z", "pbs", "backup/vm/100/2026-11-22T21:04:08Z")]
    public void VolumeId_WellFormed_IsSplitAtTheFirstColon(string text, string storage, string name)
    {
        VolumeId volume = VolumeId.Parse(text);

        Assert.Equal((storage, name), (volume.Storage.Value, volume.Name));
        AssertPrints(volume, text);
        Assert.Equal(volume, new VolumeId(StorageId.Parse(storage), name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("local")]
    [InlineData("local:")]
    [InlineData(":iso/a.iso")]
    [InlineData("9:iso/a.iso")]
    [InlineData("/dev/sda")]
    public void VolumeId_Malformed_IsRefused(string text) => AssertReads<VolumeId>(text, expected: false);

    [Theory]
    [InlineData("root@pam", "root", "pam")]
    [InlineData("jane.doe@corp.example@ad-1", "jane.doe@corp.example", "ad-1")]
    [InlineData("x!y@pve", "x!y", "pve")]
    public void UserId_WellFormed_IsSplitAtTheLastAtSign(string text, string name, string realm)
    {
        UserId user = UserId.Parse(text);

        Assert.Equal((name, realm), (user.Name, user.Realm));
        AssertPrints(user, text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("root")]
    [InlineData("@pam")]
    [InlineData("root@")]
    [InlineData("ro ot@pam")]
    [InlineData("ro:ot@pam")]
    [InlineData("ro/ot@pam")]
    [InlineData("root@p am")]
    [InlineData("root@pam!token")]
    public void UserId_Malformed_IsRefused(string text) => AssertReads<UserId>(text, expected: false);

    [Theory]
    [InlineData("root@pam!ci", "root@pam", "ci")]
    [InlineData("a@b@pve!t-1.x", "a@b@pve", "t-1.x")]
    public void TokenId_WellFormed_IsSplit(string text, string user, string name)
    {
        TokenId token = TokenId.Parse(text);

        Assert.Equal((UserId.Parse(user), name), (token.User, token.Name));
        AssertPrints(token, text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("root@pam")]
    [InlineData("root@pam!")]
    [InlineData("root!ci")]
    [InlineData("root@pam!c i")]
    [InlineData("root@pam!ci=8fa8f8ea-1259-4498-b302-0308f13f7c81")]
    public void TokenId_Malformed_IsRefused(string text) => AssertReads<TokenId>(text, expected: false);

    [Theory]
    [InlineData("da39a3ee5e6b4b0d3255bfef95601890afd80709", true)]
    [InlineData("5164325d1f81cd4d906ae9eee7323e3d4ac3a81c05008bcb51613c59e72d5bad", true)]
    [InlineData("da39a3ee5e6b4b0d3255bfef95601890afd8070", false)]
    [InlineData("da39a3ee5e6b4b0d3255bfef95601890afd8070g", false)]
    public void Digest_Text_IsReadIfWellFormed(string text, bool expected) => AssertReads<Digest>(text, expected);

    [Fact]
    public void Digest_UpperCase_EqualsLowerCase() =>
        Assert.Equal(Digest.Parse("da39a3ee5e6b4b0d3255bfef95601890afd80709"), Digest.Parse("DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"));

    [Fact]
    public void Parse_Malformed_SaysWhatWasExpected()
    {
        FormatException exception = Assert.Throws<FormatException>(() => TokenId.Parse("root@pam"));

        Assert.Equal("'root@pam' is no token id: expected name@realm!token.", exception.Message);
        Assert.Equal("There is no text to read a node name from.", Assert.Throws<FormatException>(() => NodeName.Parse(null!)).Message);
        Assert.Contains("...", Assert.Throws<FormatException>(() => NodeName.Parse(new string('.', 500))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_DefaultInstance_IsEmpty()
    {
        Assert.Equal("", default(NodeName).ToString());
        Assert.Equal("", default(VolumeId).ToString());
        Assert.Equal("", default(UserId).ToString());
        Assert.Equal("", default(TokenId).ToString());
        Assert.Equal("", default(Upid).ToString());
    }

    private static void AssertReads<T>(string text, bool expected)
        where T : struct, IParsable<T>, ISpanFormattable
    {
        Assert.Equal(expected, T.TryParse(text, CultureInfo.InvariantCulture, out T value));
        if (expected)
        {
            AssertPrints(value, text);
        }
        else
        {
            Assert.Throws<FormatException>(() => T.Parse(text, CultureInfo.InvariantCulture));
        }
    }

    private static void AssertPrints<T>(T value, string text)
        where T : struct, ISpanFormattable
    {
        Span<char> buffer = stackalloc char[128];
        Assert.True(value.TryFormat(buffer, out int written, default, null));
        Assert.Equal(text, buffer[..written].ToString());
        Assert.False(value.TryFormat(buffer[..(text.Length - 1)], out int none, default, null));
        Assert.Equal(0, none);
        Assert.Equal(text, value.ToString(null, CultureInfo.InvariantCulture));
        Assert.Equal(text, $"{value}");
    }
}
