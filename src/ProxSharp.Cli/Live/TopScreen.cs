using System.Globalization;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Live;

/// <summary>Draws the live view as lines that fit a terminal.</summary>
internal sealed class TopScreen
{
    private const string Blocks = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";
    private const int MostTasks = 5;

    // With fewer lines nodes and tasks are left out: guests are what is looked for.
    private const int LeastForNodes = 12;
    private const int LeastForHelp = 5;

    // With fewer lines only one can stand above the guests.
    private const int LeastForBoth = 4;

    private readonly TopState _state;
    private readonly int _width;
    private readonly int? _height;
    private readonly Ansi _ansi;
    private readonly bool _plain;
    private readonly TimeProvider _time;

    private TopScreen(TopState state, int width, int? height, Ansi ansi, bool plain, TimeProvider time) =>
        (_state, _width, _height, _ansi, _plain, _time) = (state, width, height, ansi, plain, time);

    /// <summary>Returns the lines, and tells the state how many guests fit.</summary>
    /// <param name="state">What to show.</param>
    /// <param name="title">Which cluster it is.</param>
    /// <param name="width">The columns.</param>
    /// <param name="height">The most lines; null for as many as there are, without the line of the keys.</param>
    /// <param name="ansi">Colours.</param>
    /// <param name="plain">True for plain characters only.</param>
    /// <param name="time">The clock.</param>
    public static IReadOnlyList<string> Draw(TopState state, string title, int width, int? height, Ansi ansi, bool plain, TimeProvider time) =>
        new TopScreen(state, width, height, ansi, plain, time).Lines(title);

    private IReadOnlyList<string> Lines(string title)
    {
        List<string> lines = [];
        if (_state.Outage is null || !(_height < LeastForBoth))
        {
            lines.Add(_ansi.Bold(TextCells.Cut(Head(title), _width)));
        }

        if (_state.Outage is { } outage)
        {
            lines.Add(_ansi.Yellow(TextCells.Cut(OutageText.Line(outage, _time), _width)));
        }

        if (!(_height < LeastForNodes))
        {
            lines.Add("");
            AddNodes(lines);
            AddTasks(lines);
            lines.Add("");
        }

        bool hasHelp = _height >= LeastForHelp;
        AddGuests(lines, _height - lines.Count - (hasHelp ? 1 : 0));
        if (hasHelp)
        {
            lines.Add(Help());
        }

        return lines.Count > _height ? [.. lines.Take(_height.Value)] : lines;
    }

    private string Head(string title)
    {
        int online = _state.Nodes.Count(static node => node.Text("status") == "online");
        int running = _state.Guests.Count(static guest => guest.IsRunning);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{title}  {online} of {_state.Nodes.Count} nodes online, {running} of {_state.Guests.Count} guests running, {_state.Tasks.Count} tasks, "
            + $"sorted by {_state.Sort}");
    }

    private void AddNodes(List<string> lines)
    {
        Dictionary<string, int> guests = _state.Guests.CountBy(static guest => guest.Text("node")).ToDictionary(StringComparer.Ordinal);
        TopTable<TopItem> table = new(
            _width,
            new("NODE", 14, 0, static node => node.Text("node")) { Least = 10 },
            new("", 16, 5, static node => TopItem.Bar(node.Number("cpu"), 14)),
            new("CPU %", 5, 0, static node => node.Percent("cpu")) { IsRight = true },
            new("", 16, 6, static node => TopItem.Bar(node.MemoryFraction, 14)),
            new("MEMORY", 9, 0, static node => node.Bytes("mem")) { IsRight = true },
            new("", 12, 3, static node => node.Number("maxmem") is null ? "" : $"of {node.Bytes("maxmem")}"),
            new("GUESTS", 6, 2, node => guests.GetValueOrDefault(node.Text("node")).ToString(CultureInfo.InvariantCulture)) { IsRight = true },
            new("UPTIME", 8, 4, static node => node.Text("status") is "online" or "" ? node.Duration("uptime") : node.Text("status")));
        lines.Add(_ansi.Dim(table.Head));
        int room = _height / 3 ?? int.MaxValue;
        IEnumerable<TopItem> shown = _state.Nodes.Count <= room
            ? _state.Nodes.OrderBy(static node => node.Text("node"), StringComparer.Ordinal)
            : _state.Nodes.OrderByDescending(static node => node.Number("cpu") ?? -1)
                .ThenBy(static node => node.Text("node"), StringComparer.Ordinal)
                .Take(room - 1);
        lines.AddRange(shown.Select(node => node.Text("status") == "online" ? table.Row(node) : _ansi.Dim(table.Row(node))));
        if (_state.Nodes.Count > room)
        {
            lines.Add(Quiet(string.Create(CultureInfo.InvariantCulture, $"{(_plain ? "..." : "\u2026")} and {_state.Nodes.Count - room + 1} more nodes")));
        }
    }

    private void AddTasks(List<string> lines)
    {
        int room = Math.Min(_state.Tasks.Count, Math.Clamp(_height / 3 - 6 ?? MostTasks, 0, MostTasks));
        if (room == 0)
        {
            return;
        }

        TopTable<TopItem> table = new(
            _width,
            new("TASK", 14, 0, static task => task.Text("type")) { Least = 10 },
            new("GUEST", 8, 1, static task => task.Text("id")),
            new("NODE", 10, 2, static task => task.Text("node")),
            new("USER", 30, 3, static task => task.Text("user")) { Least = 16 });
        lines.Add("");
        lines.Add(_ansi.Dim(table.Head));
        lines.AddRange(_state.Tasks.Take(room).Select(table.Row));
    }

    private void AddGuests(List<string> lines, int? height)
    {
        TopTable<TopItem> table = new(
            _width,
            new("VMID", 6, 1, static guest => guest.Text("vmid")) { IsRight = true },
            new("NAME", 20, 0, static guest => guest.Text("name")) { Least = 12 },
            new("NODE", 10, 4, static guest => guest.Text("node")),
            new("STATUS", 8, 3, static guest => guest.Text("status")),
            new("CPU %", 5, 0, static guest => guest.Percent("cpu")) { IsRight = true },
            new("PAST", TopState.Past, 5, guest => Sparkline(_state.PastOf(guest.Text("id"))).PadLeft(TopState.Past)),
            new("", 10, 7, static guest => TopItem.Bar(guest.MemoryFraction, 8)),
            new("MEMORY", 9, 0, static guest => guest.Bytes("mem")) { IsRight = true },
            new("UPTIME", 8, 6, static guest => guest.Duration("uptime")));
        TopItem[] guests = Sorted();
        int room = height ?? int.MaxValue;
        if (room > 1)
        {
            lines.Add(_ansi.Dim(table.Head));
            room--;
        }

        // The line that says where one is takes the room of a guest.
        bool isLonger = guests.Length > room && room > 1;
        room -= isLonger ? 1 : 0;
        _state.Fit(guests.Length, room);
        lines.AddRange(guests.Skip(_state.First).Take(room).Select(guest => guest.IsRunning ? table.Row(guest) : _ansi.Dim(table.Row(guest))));
        if (guests.Length == 0)
        {
            lines.Add(Quiet(_state.Filter.Length > 0 ? $"No guest has '{TextCells.Visible(_state.Filter)}' in its name, tags, node or number" : "No guests"));
        }
        else if (isLonger)
        {
            lines.Add(Quiet(string.Create(
                CultureInfo.InvariantCulture, $"{_state.First + 1}-{Math.Min(guests.Length, _state.First + room)} of {guests.Length} guests")));
        }
    }

    private string Help()
    {
        if (_state.IsTyping)
        {
            return TextCells.Cut($"/{TextCells.Visible(_state.Filter)}_  Enter keeps it, Esc ends it", _width);
        }

        string lead = _state.Filter.Length > 0 ? $"/{TextCells.Visible(_state.Filter)} (Esc ends it)  " : "";
        string full = $"{lead}q ends  / filters  j k arrows PgUp PgDn Home End scroll  r running only  sort: c cpu m memory n name i number u uptime";
        if (TextCells.Width(full) <= _width)
        {
            return _ansi.Dim(full);
        }

        string[] pieces = ["q end", "/ filter", "j k scroll", "cmniu sort", "r running only"];
        string line = lead + pieces[0];
        foreach (string piece in pieces.Skip(1).TakeWhile(piece => TextCells.Width(line) + 2 + piece.Length <= _width))
        {
            line += "  " + piece;
        }

        return Quiet(line);
    }

    private string Quiet(string text) => _ansi.Dim(TextCells.Cut(text, _width));

    private string Sparkline(IReadOnlyCollection<double?> past) =>
        string.Concat(past.Select(value => value is not { } known ? ' ' : _plain ? "_.:-=+*#"[Level(known)] : Blocks[Level(known)]));

    private static int Level(double value) => Math.Clamp((int)(value * Blocks.Length), 0, Blocks.Length - 1);

    private TopItem[] Sorted()
    {
        string[] words = _state.Filter.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<TopItem> guests = _state.Guests.Where(guest => (!_state.OnlyRunning || guest.IsRunning) && guest.Fits(words));
        return _state.Sort switch
        {
            "name" => [.. guests.OrderBy(static guest => guest.Text("name"), Comparer<string>.Create(Sorting.Natural))],
            "vmid" => [.. guests.OrderBy(static guest => guest.Number("vmid"))],
            _ => [.. guests.OrderByDescending(guest => guest.Number(_state.Sort) ?? -1).ThenBy(static guest => guest.Number("vmid"))],
        };
    }
}
