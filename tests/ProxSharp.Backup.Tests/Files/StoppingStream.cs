namespace ProxSharp.Backup.Tests.Files;

/// <summary>Bytes that cancel something once so many of them were read.</summary>
internal sealed class StoppingStream(byte[] bytes, int after, CancellationTokenSource stop) : MemoryStream(bytes, writable: false)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= after)
            await stop.CancelAsync();
        return await base.ReadAsync(buffer, cancellationToken);
    }
}
