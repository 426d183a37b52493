namespace ProxSharp.Backup.Reading.Verification;

/// <summary>Lets work begin only as far as its bytes fit; who asks for more than there is waits until nobody else has any.</summary>
internal sealed class ByteBudget : IDisposable
{
    // In units, for a semaphore counts in whole numbers of 31 bits.
    private const int Unit = 64 << 10;
    private readonly SemaphoreSlim _units;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly int _total;

    public ByteBudget(long bytes)
    {
        _total = (int)Math.Clamp(bytes / Unit, 1, int.MaxValue / 2);
        _units = new(_total);
    }

    /// <summary>Waits for the bytes.</summary>
    /// <returns>What is to be given back.</returns>
    public async ValueTask<long> TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        int wanted = (int)Math.Clamp((bytes + Unit - 1) / Unit, 1, _total);
        // One after the other, or two that each have half of what they need would wait for ever.
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        int taken = 0;
        try
        {
            for (; taken < wanted; taken++)
                await _units.WaitAsync(cancellationToken).ConfigureAwait(false);
            return wanted;
        }
        catch
        {
            if (taken > 0)
                _units.Release(taken);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Give(long taken) => _units.Release((int)taken);

    public void Dispose()
    {
        _units.Dispose();
        _turn.Dispose();
    }
}
