namespace ProxSharp.Backup.Tests.Fakes;

/// <summary>Counts what is read of it.</summary>
internal sealed class CountingStream(byte[] bytes) : MemoryStream(bytes)
{
    private long _bytesRead;

    public long BytesRead => Interlocked.Read(ref _bytesRead);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await base.ReadAsync(buffer, cancellationToken);
        Interlocked.Add(ref _bytesRead, count);
        return count;
    }
}
