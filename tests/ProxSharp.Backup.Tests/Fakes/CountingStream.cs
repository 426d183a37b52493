namespace ProxSharp.Backup.Tests.Fakes;

/// <summary>Counts what is read of it.</summary>
internal sealed class CountingStream(byte[] bytes) : MemoryStream(bytes)
{
    private readonly TaskCompletionSource _many = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long BytesRead { get; private set; }

    /// <summary>Ends when 20 MiB were read.</summary>
    public Task Settled => _many.Task;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await base.ReadAsync(buffer, cancellationToken);
        BytesRead += count;
        if (BytesRead >= 20 << 20)
        {
            _many.TrySetResult();
        }

        return count;
    }
}
