using System.Buffers;
using System.Runtime.ExceptionServices;

namespace ProxSharp.Backup;

/// <summary>
/// The synchronous face of work that is done by several threads at once: it is started on threads of the pool, and the caller's thread waits for its end.
/// Nothing of it ever needs the caller's thread, so the wait cannot lock up.
/// </summary>
internal static class Blocking
{
    /// <summary>Waits for work, and throws what it throws.</summary>
    public static void Run(Func<Task> work) => Run(async () =>
    {
        await work().ConfigureAwait(false);
        return 0;
    });

    /// <summary>Waits for the result of work, and throws what it throws.</summary>
    public static T Run<T>(Func<Task<T>> work)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        using ManualResetEventSlim ended = new();
        _ = Task.Run(async () =>
        {
            try
            {
                result = await work().ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                // Thrown by the thread that waits.
                failure = ExceptionDispatchInfo.Capture(exception);
            }

            ended.Set();
        });
        ended.Wait();
        failure?.Throw();
        return result!;
    }

    /// <summary>The items of a sequence, waiting for each.</summary>
    public static IEnumerable<T> Enumerate<T>(IAsyncEnumerable<T> items)
    {
        IAsyncEnumerator<T> enumerator = items.GetAsyncEnumerator();
        try
        {
            while (Run(() => enumerator.MoveNextAsync().AsTask()))
                yield return enumerator.Current;
        }
        finally
        {
            Run(() => enumerator.DisposeAsync().AsTask());
        }
    }

    /// <summary>Reads into a span by way of a read into memory.</summary>
    public static int Read(Span<byte> destination, Func<Memory<byte>, ValueTask<int>> read)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(destination.Length);
        try
        {
            int length = destination.Length;
            int count = Run(() => read(buffer.AsMemory(0, length)).AsTask());
            buffer.AsSpan(0, count).CopyTo(destination);
            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
