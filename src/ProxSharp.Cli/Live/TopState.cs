using System.Text.Json;

namespace ProxSharp.Cli.Live;

/// <summary>What the live view shows: the last look at the cluster, the recent past of each guest, and how the user wants it.</summary>
internal sealed class TopState
{
    /// <summary>How many looks a sparkline shows.</summary>
    public const int Past = 12;

    private readonly Dictionary<string, Queue<double>> _past = new(StringComparer.Ordinal);

    /// <summary>The last look at the resources.</summary>
    public IReadOnlyList<JsonElement> Resources { get; private set; } = [];

    /// <summary>The last look at the tasks.</summary>
    public IReadOnlyList<JsonElement> Tasks { get; private set; } = [];

    /// <summary>The field guests are sorted by.</summary>
    public string Sort { get; private set; } = "cpu";

    /// <summary>True to leave out guests that do not run.</summary>
    public bool OnlyRunning { get; private set; }

    /// <summary>True if the user wants to leave.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Takes a look.</summary>
    public void Take(JsonElement resources, JsonElement tasks)
    {
        Resources = [.. resources.EnumerateArray()];
        Tasks = [.. tasks.EnumerateArray().Where(static task => !task.TryGetProperty("endtime", out _))];
        foreach (JsonElement item in Resources.Where(static item => item.TryGetProperty("id", out _)))
        {
            string id = item.GetProperty("id").GetString()!;
            if (!_past.TryGetValue(id, out Queue<double>? past))
            {
                _past[id] = past = new Queue<double>();
            }

            past.Enqueue(item.TryGetProperty("cpu", out JsonElement cpu) && cpu.ValueKind == JsonValueKind.Number ? cpu.GetDouble() : 0);
            if (past.Count > Past)
            {
                past.Dequeue();
            }
        }
    }

    /// <summary>The recent CPU usage of something, oldest first.</summary>
    public IReadOnlyCollection<double> PastOf(string id) => _past.GetValueOrDefault(id) ?? [];

    /// <summary>Takes a key; returns false if it means nothing.</summary>
    public bool Press(char key)
    {
        switch (char.ToLowerInvariant(key))
        {
            case 'c':
                Sort = "cpu";
                return true;
            case 'm':
                Sort = "mem";
                return true;
            case 'n':
                Sort = "name";
                return true;
            case 'i':
                Sort = "vmid";
                return true;
            case 'u':
                Sort = "uptime";
                return true;
            case 'r':
                OnlyRunning = !OnlyRunning;
                return true;
            case 'q' or '\u0003' or '\u001b':
                IsOver = true;
                return true;
            default:
                return false;
        }
    }
}
