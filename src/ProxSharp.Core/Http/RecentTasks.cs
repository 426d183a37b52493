using System.Collections.Concurrent;
using System.Text.Json;

namespace ProxSharp.Http;

/// <summary>The tasks that a client's calls got as their answer of late: none of them belongs to a call whose answer was lost.</summary>
internal sealed class RecentTasks
{
    private const int Capacity = 1000;

    private readonly ConcurrentQueue<string> _upids = new();

    /// <summary>Remembers the result of a call if it names a task.</summary>
    public void Note<T>(T result)
    {
        string? text = result is string own ? own : result is JsonElement { ValueKind: JsonValueKind.String } element ? element.GetString() : null;
        if (text is null || !text.StartsWith("UPID:", StringComparison.Ordinal))
        {
            return;
        }

        _upids.Enqueue(text);
        if (_upids.Count > Capacity)
        {
            _upids.TryDequeue(out _);
        }
    }

    /// <summary>Tells whether a call got this task as its answer.</summary>
    public bool Contains(string upid) => _upids.Contains(upid);
}
