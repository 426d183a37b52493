using System.Globalization;
using System.Text.Json;

namespace ProxSharp.Cli.Live;

/// <summary>What the live view shows: the last look at the cluster, the recent past of each guest, and how the user wants it.</summary>
internal sealed class TopState
{
    /// <summary>How many looks a sparkline shows.</summary>
    public const int Past = 12;

    private Dictionary<string, Queue<double?>> _past = new(StringComparer.Ordinal);
    private int _page = 1;

    /// <summary>The nodes at the last look.</summary>
    public IReadOnlyList<TopItem> Nodes { get; private set; } = [];

    /// <summary>The guests at the last look, without templates.</summary>
    public IReadOnlyList<TopItem> Guests { get; private set; } = [];

    /// <summary>The tasks that ran at the last look.</summary>
    public IReadOnlyList<TopItem> Tasks { get; private set; } = [];

    /// <summary>The field guests are sorted by.</summary>
    public string Sort { get; private set; } = "cpu";

    /// <summary>True to leave out guests that do not run.</summary>
    public bool OnlyRunning { get; private set; }

    /// <summary>Words that guests must have to be shown; empty to show all.</summary>
    public string Filter { get; private set; } = "";

    /// <summary>True while the filter is typed: letters are no keys then.</summary>
    public bool IsTyping { get; private set; }

    /// <summary>How many guests are scrolled away at the top.</summary>
    public int First { get; private set; }

    /// <summary>True if the user wants to leave.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Why the last look is old; null if it is not.</summary>
    public Outage? Outage { get; private set; }

    /// <summary>Learns that the server does not answer: the last look stays.</summary>
    public void Lose(Outage outage) => Outage = outage;

    /// <summary>Takes a look.</summary>
    public void Take(JsonElement resources, JsonElement tasks)
    {
        Outage = null;
        TopItem[] items = [.. resources.EnumerateArray().Select(static item => new TopItem(item))];
        Nodes = [.. items.Where(static item => item.Text("type") == "node")];
        Guests = [.. items.Where(static item => item.IsGuest)];
        Tasks = [.. tasks.EnumerateArray().Where(static task => !task.TryGetProperty("endtime", out _)).Select(static task => new TopItem(task))];

        // What is gone is forgotten.
        Dictionary<string, Queue<double?>> known = new(StringComparer.Ordinal);
        foreach (TopItem guest in Guests)
        {
            string id = guest.Text("id");
            Queue<double?> past = _past.GetValueOrDefault(id) ?? new Queue<double?>();
            past.Enqueue(guest.Number("cpu"));
            if (past.Count > Past)
            {
                past.Dequeue();
            }

            known[id] = past;
        }

        _past = known;
    }

    /// <summary>The recent CPU usage of a guest, oldest first; null where it was unknown.</summary>
    public IReadOnlyCollection<double?> PastOf(string id) => _past.GetValueOrDefault(id) ?? [];

    /// <summary>Learns from the screen how many guests there are to show and how many of them fit; what was scrolled too far comes back.</summary>
    public void Fit(int count, int room)
    {
        _page = Math.Max(1, room);
        First = Math.Clamp(First, 0, Math.Max(0, count - _page));
    }

    /// <summary>Takes a key; returns false if it means nothing.</summary>
    /// <param name="sign">The character; NUL for keys that have none.</param>
    /// <param name="key">The key, for those without a character.</param>
    public bool Press(char sign, ConsoleKey key = ConsoleKey.None)
    {
        if (sign == '\u0003')
        {
            IsOver = true;
            return true;
        }

        return (sign == '\0' && Scroll(key)) || (IsTyping ? Type(sign, key) : Command(char.ToLowerInvariant(sign)));
    }

    private bool Scroll(ConsoleKey key)
    {
        int? step = key switch
        {
            ConsoleKey.DownArrow => 1,
            ConsoleKey.UpArrow => -1,
            ConsoleKey.PageDown => _page,
            ConsoleKey.PageUp => -_page,
            ConsoleKey.Home => -First,
            ConsoleKey.End => int.MaxValue - First,
            _ => null,
        };
        First = Math.Max(0, First + (step ?? 0));
        return step is not null;
    }

    private bool Type(char sign, ConsoleKey key)
    {
        if (key == ConsoleKey.Enter || sign is '\r' or '\n')
        {
            IsTyping = false;
        }
        else if (sign == '\u001b')
        {
            EndFilter();
        }
        else if (key == ConsoleKey.Backspace || sign is '\b' or '\u007f')
        {
            // A sign may be several characters: an accent of its own, or a letter of a rare script.
            Filter = StringInfo.ParseCombiningCharacters(Filter) is [.., int last] ? Filter[..last] : "";
        }
        else if (char.IsControl(sign))
        {
            return false;
        }
        else
        {
            Filter += sign;
            First = 0;
        }

        return true;
    }

    private bool Command(char sign)
    {
        switch (sign)
        {
            case 'c' or 'm' or 'n' or 'i' or 'u':
                Sort = sign switch { 'c' => "cpu", 'm' => "mem", 'n' => "name", 'i' => "vmid", _ => "uptime" };
                First = 0;
                return true;
            case 'r':
                OnlyRunning = !OnlyRunning;
                return true;
            case 'j' or 'k':
                return Scroll(sign == 'j' ? ConsoleKey.DownArrow : ConsoleKey.UpArrow);
            case '/':
                IsTyping = true;
                return true;
            case '\u001b' when Filter.Length > 0:
                EndFilter();
                return true;
            case 'q' or '\u001b':
                IsOver = true;
                return true;
            default:
                return false;
        }
    }

    private void EndFilter()
    {
        IsTyping = false;
        Filter = "";
        First = 0;
    }
}
