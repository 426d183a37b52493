using System.Reflection;
using System.Text;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Formats.Tests.Pxar;

public sealed class PxarFormatTests
{
    [Theory]
    [InlineData(nameof(PxarFormat.Version), "__PROXMOX_FORMAT_VERSION__")]
    [InlineData(nameof(PxarFormat.Prelude), "__PROXMOX_FORMAT_PRELUDE__")]
    [InlineData(nameof(PxarFormat.Entry), "__PROXMOX_FORMAT_ENTRY_V2__")]
    [InlineData(nameof(PxarFormat.EntryV1), "__PROXMOX_FORMAT_ENTRY__")]
    [InlineData(nameof(PxarFormat.FileName), "__PROXMOX_FORMAT_FILENAME__")]
    [InlineData(nameof(PxarFormat.Symlink), "__PROXMOX_FORMAT_SYMLINK__")]
    [InlineData(nameof(PxarFormat.HardLink), "__PROXMOX_FORMAT_HARDLINK__")]
    [InlineData(nameof(PxarFormat.Device), "__PROXMOX_FORMAT_DEVICE__")]
    [InlineData(nameof(PxarFormat.Xattr), "__PROXMOX_FORMAT_XATTR__")]
    [InlineData(nameof(PxarFormat.AclUser), "__PROXMOX_FORMAT_ACL_USER__")]
    [InlineData(nameof(PxarFormat.AclGroup), "__PROXMOX_FORMAT_ACL_GROUP__")]
    [InlineData(nameof(PxarFormat.AclGroupObject), "__PROXMOX_FORMAT_ACL_GROUP_OBJ__")]
    [InlineData(nameof(PxarFormat.AclDefault), "__PROXMOX_FORMAT_ACL_DEFAULT__")]
    [InlineData(nameof(PxarFormat.AclDefaultUser), "__PROXMOX_FORMAT_ACL_DEFAULT_USER__")]
    [InlineData(nameof(PxarFormat.AclDefaultGroup), "__PROXMOX_FORMAT_ACL_DEFAULT_GROUP__")]
    [InlineData(nameof(PxarFormat.FileCapability), "__PROXMOX_FORMAT_FCAPS__")]
    [InlineData(nameof(PxarFormat.QuotaProjectId), "__PROXMOX_FORMAT_QUOTA_PROJID__")]
    [InlineData(nameof(PxarFormat.Payload), "__PROXMOX_FORMAT_PXAR_PAYLOAD__")]
    [InlineData(nameof(PxarFormat.PayloadReference), "__PROXMOX_FORMAT_PXAR_PAYLOAD_REF__")]
    [InlineData(nameof(PxarFormat.Goodbye), "__PROXMOX_FORMAT_GOODBYE__")]
    [InlineData(nameof(PxarFormat.GoodbyeTail), "__PROXMOX_FORMAT_PXAR_GOODBYE_TAIL_MARKER__")]
    [InlineData(nameof(PxarFormat.PayloadStart), "__PROXMOX_FORMAT_PXAR_PAYLOAD_START_MARKER__")]
    [InlineData(nameof(PxarFormat.PayloadTail), "__PROXMOX_FORMAT_PXAR_PAYLOAD_TAIL_MARKER__")]
    public void Constant_IsHashOfItsLabel(string name, string label)
    {
        FieldInfo field = typeof(PxarFormat).GetField(name, BindingFlags.NonPublic | BindingFlags.Static)!;
        Assert.Equal(PxarHash.Compute(Encoding.ASCII.GetBytes(label)), field.GetRawConstantValue());
    }

    [Fact]
    public void Hash_KnownName_IsOfficial() => Assert.Equal(0x967764f630c3da14, PxarHash.Compute("file.txt"u8));

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 0 })]
    [InlineData(new[] { 1, 0 })]
    [InlineData(new[] { 1, 0, 2 })]
    [InlineData(new[] { 2, 1, 3, 0 })]
    [InlineData(new[] { 3, 1, 4, 0, 2 })]
    [InlineData(new[] { 3, 1, 5, 0, 2, 4 })]
    [InlineData(new[] { 3, 1, 5, 0, 2, 4, 6 })]
    [InlineData(new[] { 9, 5, 13, 3, 7, 11, 15, 1, 4, 6, 8, 10, 12, 14, 16, 0, 2 })]
    public void Permutation_KnownCounts_AreOfficial(int[] expected) => Assert.Equal(expected, GoodbyeTable.Permutation(expected.Length));

    [Fact]
    public void Permutation_AnyCount_IsSearchTreeOfAll()
    {
        for (int count = 0; count < 600; count++)
        {
            int[] slots = GoodbyeTable.Permutation(count);
            Assert.Equal(Enumerable.Range(0, count), InOrder(slots));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("/")]
    [InlineData("a\0b")]
    public void Name_Invalid_IsRefused(string text)
    {
        Assert.Throws<ArgumentException>(() => new PxarName(text));
        Assert.False(PxarName.IsValid(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Name_BytesThatAreNoText_AreKeptAndShown()
    {
        PxarName name = new([0x6c, 0xe9, (byte)'.', 0xf0, 0x9f, 0x98, 0x80]);
        Assert.Equal("l\\xE9.😀", name.ToString());
        Assert.Equal(7, name.Bytes.Length);
        Assert.True(new PxarName("a") < new PxarName("b") && new PxarName("é") > new PxarName("z") && new PxarName("a") <= new PxarName("a"));
        Assert.True(name == new PxarName(name.Span) && name != new PxarName("x") && name.GetHashCode() == new PxarName(name.Span).GetHashCode());
        Assert.Throws<ArgumentException>(() => new PxarName(new string('n', 4097)));
        Assert.Equal(4096, new PxarName(new string('n', 4096)).Span.Length);
    }

    [Fact]
    public void Timestamp_BeforeTheEpoch_RoundsDown()
    {
        DateTimeOffset time = DateTimeOffset.UnixEpoch.AddTicks(-1);
        Assert.Equal(new PxarTimestamp(-1, 999_999_900), PxarTimestamp.FromDateTimeOffset(time));
        Assert.Equal(time, PxarTimestamp.FromDateTimeOffset(time).ToDateTimeOffset());
        Assert.Equal(new PxarTimestamp(1, 500), PxarTimestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddSeconds(1).AddTicks(5)));
    }

    [Fact]
    public void IsUnchangedSince_XattrValueDiffers_IsUnchangedButNotEqual()
    {
        PxarMetadata earlier = PxarMetadata.Create(PxarEntryKind.File, 420) with { Xattrs = [new("user.a", new byte[] { 1 })] };
        PxarMetadata later = earlier with { Xattrs = [new("user.a", new byte[] { 2 })] };
        Assert.True(later.IsUnchangedSince(earlier));
        Assert.NotEqual(earlier, later);
        Assert.Equal(earlier, earlier with { Xattrs = [new("user.a", new byte[] { 1 })], Acl = new() });
        Assert.False((later with { Xattrs = [] }).IsUnchangedSince(earlier));
        Assert.False((earlier with { Acl = new() { Users = [new(1, PosixAclPermissions.Read)] } }).IsUnchangedSince(earlier));
        Assert.False((earlier with { ModificationTime = new(0, 1) }).IsUnchangedSince(earlier));
    }

    [Fact]
    public void Prelude_Patterns_AreOfficialJson()
    {
        byte[] expected = """{"exclude-patterns":"*.bin\n!sub/keep\n"}"""u8.ToArray();
        Assert.Equal(expected, PxarPrelude.Write(["*.bin", "!sub/keep"]));
        Assert.Equal(["*.bin", "!sub/keep"], PxarPrelude.ReadPatterns(expected));
        Assert.Equal(["ü\"\\\u0001"], PxarPrelude.ReadPatterns(PxarPrelude.Write(["ü\"\\\u0001"])));
        Assert.Equal("""{"exclude-patterns":"ü\"\\\u0001\n"}""", Encoding.UTF8.GetString(PxarPrelude.Write(["ü\"\\\u0001"])));
        Assert.Empty(PxarPrelude.Write([]));
        Assert.Empty(PxarPrelude.ReadPatterns("[1]"u8));
        Assert.Empty(PxarPrelude.ReadPatterns([0xff, 0]));
    }

    private static IEnumerable<int> InOrder(int[] slots)
    {
        Stack<int> open = new();
        int slot = 0;
        while (open.Count > 0 || slot < slots.Length)
        {
            for (; slot < slots.Length; slot = (2 * slot) + 1)
                open.Push(slot);
            slot = open.Pop();
            yield return slots[slot];
            slot = (2 * slot) + 2;
        }
    }
}
