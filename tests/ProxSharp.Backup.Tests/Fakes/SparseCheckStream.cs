namespace ProxSharp.Backup.Tests.Fakes;

/// <summary>Takes an image and fails at the first byte that is not as it should be: parts with content, and zeros everywhere else.</summary>
internal sealed class SparseCheckStream(long length, IReadOnlyDictionary<long, byte[]> content) : TakingStream
{
    protected override void Take(ReadOnlySpan<byte> bytes)
    {
        (long start, long end) = (Position, Position + bytes.Length);
        Assert.True(end <= length, "The image is longer than it should be.");
        if (!content.Any(part => part.Key < end && part.Key + part.Value.Length > start))
        {
            Assert.False(bytes.ContainsAnyExcept((byte)0), $"There is something between {start} and {end}, where nothing should be.");
        }
        else
        {
            Assert.True(bytes.SequenceEqual(Expected(start, bytes.Length)), $"The bytes from {start} to {end} are others.");
        }
    }

    private byte[] Expected(long start, int count)
    {
        byte[] bytes = new byte[count];
        foreach ((long at, byte[] part) in content)
        {
            long from = Math.Max(at, start);
            long to = Math.Min(at + part.Length, start + count);
            if (from < to)
                part.AsSpan((int)(from - at), (int)(to - from)).CopyTo(bytes.AsSpan((int)(from - start)));
        }

        return bytes;
    }
}
