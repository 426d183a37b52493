using System.Runtime.ExceptionServices;

namespace ProxSharp.Backup.Upload;

/// <summary>The first failure of a backup, which ends all its parts.</summary>
internal sealed class UploadFault : IDisposable
{
    private readonly CancellationTokenSource _source;
    private Exception? _first;

    public UploadFault(CancellationToken cancellationToken)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Token = _source.Token;
    }

    /// <summary>Cancelled by the first failure, or by the caller.</summary>
    public CancellationToken Token { get; }

    /// <summary>The first failure; null if there was none.</summary>
    public Exception? First => Volatile.Read(ref _first);

    /// <summary>Notes a failure; what follows from the end of everything is none.</summary>
    public void Report(Exception failure)
    {
        if (!Token.IsCancellationRequested && Interlocked.CompareExchange(ref _first, failure, null) is null)
        {
            _source.Cancel();
        }
    }

    /// <summary>Throws the first failure if there was one; then what the caller has caught is only what followed from it.</summary>
    public void ThrowIfFailed()
    {
        if (First is { } first)
        {
            ExceptionDispatchInfo.Throw(first);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
