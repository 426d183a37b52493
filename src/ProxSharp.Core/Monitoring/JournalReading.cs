using System.Runtime.CompilerServices;
using ProxSharp.Http;

namespace ProxSharp.Monitoring;

/// <summary>Reads a journal answer by answer, for both products.</summary>
internal static class JournalReading
{
    /// <summary>Reads lines until there are no more, or for ever.</summary>
    /// <param name="list">Asks for the lines behind a cursor; null stands for the first answer.</param>
    /// <param name="follow">The time between two looks for new lines; null reads what is there and ends.</param>
    /// <param name="time">Tells the time.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async IAsyncEnumerable<string> ReadAsync(
        Func<string?, CancellationToken, Task<IReadOnlyList<string>>> list,
        TimeSpan? follow,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        JournalPlace place = new();
        while (true)
        {
            foreach (string line in place.Take(await list(place.Cursor, cancellationToken).ConfigureAwait(false), follow is not null))
            {
                yield return line;
            }

            if (follow is not { } interval)
            {
                yield break;
            }

            await Pause.ForAsync(interval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="ReadAsync"/>
    public static IEnumerable<string> Read(
        Func<string?, IReadOnlyList<string>> list, TimeSpan? follow, TimeProvider time, CancellationToken cancellationToken)
    {
        JournalPlace place = new();
        while (true)
        {
            foreach (string line in place.Take(list(place.Cursor), follow is not null))
            {
                yield return line;
            }

            if (follow is not { } interval)
            {
                yield break;
            }

            Pause.For(interval, time, cancellationToken);
        }
    }
}
