using System.Runtime.CompilerServices;
using ProxSharp.Ids;

namespace ProxSharp.Tasks;

/// <summary>Reads a list of tasks page by page, as entries are taken.</summary>
internal static class TaskPages
{
    /// <summary>Reads a list.</summary>
    /// <param name="size">How many entries a page has, but for the last.</param>
    /// <param name="get">Gets the page that begins with an entry, counted from 0.</param>
    /// <param name="read">Reads entries; it may leave some out.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public static async IAsyncEnumerable<TaskInfo> ReadAsync<TItem>(
        int size,
        Func<long, CancellationToken, Task<IReadOnlyList<TItem>>> get,
        Func<IEnumerable<TItem>, IEnumerable<TaskInfo>> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        HashSet<string> before = [];
        int count;
        long start = 0;
        do
        {
            IReadOnlyList<TItem> page = await get(start, cancellationToken).ConfigureAwait(false);
            count = page.Count;
            start += count;
            foreach (TaskInfo task in New(read(page), ref before))
            {
                yield return task;
            }
        }
        while (count >= size);
    }

    /// <inheritdoc cref="ReadAsync"/>
    public static IEnumerable<TaskInfo> Read<TItem>(int size, Func<long, IReadOnlyList<TItem>> get, Func<IEnumerable<TItem>, IEnumerable<TaskInfo>> read)
    {
        HashSet<string> before = [];
        int count;
        long start = 0;
        do
        {
            IReadOnlyList<TItem> page = get(start);
            count = page.Count;
            start += count;
            foreach (TaskInfo task in New(read(page), ref before))
            {
                yield return task;
            }
        }
        while (count >= size);
    }

    // Tasks that start between two pages push the list down, so that a page may begin with what the last one ended with.
    private static List<TaskInfo> New(IEnumerable<TaskInfo> page, ref HashSet<string> before)
    {
        List<TaskInfo> all = [.. page];
        HashSet<string> seen = before;
        before = [.. all.Select(static task => task.Upid.ToString())];
        all.RemoveAll(task => seen.Contains(task.Upid.ToString()));
        return all;
    }
}
