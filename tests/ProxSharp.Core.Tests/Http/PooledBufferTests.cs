using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ProxSharp.Http;

namespace ProxSharp.Core.Tests.Http;

public sealed class PooledBufferTests
{
    [Fact]
    public void Dispose_LargeBuffer_LeavesNothingInThePool()
    {
        WeakReference array = Fill(5 * 1024 * 1024);

        GC.Collect();

        Assert.False(array.IsAlive);
    }

    [Theory]
    [InlineData(16, 3_000_000)]
    [InlineData(2_000_000, 100)]
    [InlineData(1024 * 1024, 1024 * 1024)]
    [InlineData(1024 * 1024, (1024 * 1024) + 1)]
    public void Append_AcrossTheLargestThatIsRented_KeepsAllBytes(int capacity, int length)
    {
        using PooledBuffer buffer = new(capacity);
        for (int at = 0; at < length; at++)
        {
            buffer.Append((byte)at);
        }

        Assert.Equal(length, buffer.Length);
        Assert.Equal((byte)(length - 1), buffer.Span[^1]);
        Assert.Equal(7, buffer.Span[7]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Fill(int length)
    {
        using PooledBuffer buffer = new(16);
        buffer.Append(new byte[length]);
        Assert.True(MemoryMarshal.TryGetArray(buffer.Memory, out ArraySegment<byte> bytes));
        return new WeakReference(bytes.Array);
    }
}
