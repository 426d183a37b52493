using System.Security.Cryptography;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Upload;

namespace ProxSharp.Backup.Tests.Upload;

public sealed class KnownChunksTests
{
    [Fact]
    public void DigestSet_ManyDigests_FindsExactlyThose()
    {
        DigestSet set = new();
        for (int i = 0; i < 20_000; i += 2)
        {
            Assert.True(set.Add(Digest(i)));
        }

        Assert.False(set.Add(Digest(100)));
        Assert.Equal(10_000, set.Count);
        for (int i = 0; i < 20_000; i++)
        {
            Assert.Equal(i % 2 == 0, set.Contains(Digest(i)));
        }
    }

    [Fact]
    public void DigestSet_ZeroDigest_IsLikeAnyOther()
    {
        DigestSet set = new();
        Assert.False(set.Contains(default));
        Assert.True(set.Add(default));
        Assert.True(set.Contains(default));
    }

    [Fact]
    public async Task TryClaim_Twice_SecondWaitsForTheFirst()
    {
        KnownChunks known = new();
        Assert.True(known.TryClaim(Digest(1), out _));
        Assert.False(known.TryClaim(Digest(1), out Task? upload));
        Assert.False(upload!.IsCompleted);
        known.Confirm(Digest(1));
        await upload;
        Assert.False(known.TryClaim(Digest(1), out Task? none));
        Assert.Null(none);
    }

    [Fact]
    public async Task TryClaim_FirstFails_SecondFailsToo()
    {
        KnownChunks known = new();
        known.TryClaim(Digest(1), out _);
        known.TryClaim(Digest(1), out Task? upload);
        known.Fail(Digest(1), new InvalidOperationException("no"));
        Assert.Equal("no", (await Assert.ThrowsAsync<InvalidOperationException>(() => upload!)).Message);
    }

    private static Sha256Digest Digest(int number) => new(SHA256.HashData(BitConverter.GetBytes(number)));
}
