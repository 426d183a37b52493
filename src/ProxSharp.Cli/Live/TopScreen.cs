using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs.Changes;

namespace ProxSharp.Cli.Live;

/// <summary>Draws the live view as lines that fit a terminal. Pure.</summary>
internal static class TopScreen
{
    private const string Blocks = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";

    /// <summary>Returns the lines.</summary>
    /// <param name="state">What to show.</param>
    /// <param name="title">Which cluster it is.</param>
    /// <param name="width">The columns.</param>
    /// <param name="height">The lines; null for as many as there are.</param>
    /// <param name="ansi">Colours.</param>
    /// <param name="plain">True for plain characters only.</param>
    public static IReadOnlyList<string> Draw(TopState state, string title, int width, int? height, Ansi ansi, bool plain)
    {
        JsonElement[] nodes = [.. Of(state, "node").OrderBy(static node => Text(node, "node"), StringComparer.Ordinal)];
        JsonElement[] guests = Sorted(state);
        List<string> lines =
        [
            ansi.Bold(TextCells.Cut(Head(title, nodes, state), width)),
            "",
            ansi.Dim(TextCells.Cut("NODE            CPU                        MEMORY                             GUESTS  UPTIME", width)),
            .. nodes.Select(node => TextCells.Cut(Node(node, state), width)),
        ];
        if (state.Tasks.Count > 0)
        {
            lines.Add("");
            lines.Add(ansi.Dim(TextCells.Cut("TASK            GUEST     NODE        USER", width)));
            lines.AddRange(state.Tasks.Take(5).Select(task => TextCells.Cut(Task(task), width)));
        }

        lines.Add("");
        lines.Add(ansi.Dim(TextCells.Cut(
            $"  VMID  NAME                  NODE        STATUS      CPU %  {"PAST".PadRight(TopState.Past)}  MEMORY                    UPTIME",
            width)));
        int room = Math.Max(1, (height ?? int.MaxValue) - lines.Count - 1);
        lines.AddRange(guests.Take(room).Select(guest => Coloured(guest, TextCells.Cut(Guest(guest, state, plain), width), ansi)));
        if (guests.Length > room)
        {
            lines[^1] = ansi.Dim(string.Create(CultureInfo.InvariantCulture, $"({guests.Length - room + 1} more)"));
        }

        return lines;
    }

    private static string Head(string title, JsonElement[] nodes, TopState state)
    {
        int online = nodes.Count(static node => Text(node, "status") == "online");
        int running = Guests(state).Count(static guest => Text(guest, "status") == "running");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{title}  {online} of {nodes.Length} nodes online, {running} of {Guests(state).Count()} guests running, {state.Tasks.Count} tasks, sorted by "
            + $"{state.Sort}");
    }

    private static string Node(JsonElement node, TopState state)
    {
        (double cpu, double mem, double most) = (Number(node, "cpu"), Number(node, "mem"), Math.Max(1, Number(node, "maxmem")));
        int guests = Guests(state).Count(guest => Text(guest, "node") == Text(node, "node"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{TextCells.Pad(TextCells.Cut(Text(node, "node"), 14), 14, right: false)}  {ProgressBar.Draw(cpu, 14)} {cpu * 100,5:0.0} %   "
            + $"{ProgressBar.Draw(mem / most, 14)} {ValueRenderer.Bytes(mem),9} / {ValueRenderer.Bytes(most),-9} {guests,3}  "
            + $"{ValueRenderer.Duration(Number(node, "uptime"))}");
    }

    private static string Task(JsonElement task) =>
        $"{TextCells.Pad(TextCells.Cut(Text(task, "type"), 14), 14, right: false)}  {TextCells.Pad(Text(task, "id"), 8, right: false)}  "
        + $"{TextCells.Pad(TextCells.Cut(Text(task, "node"), 10), 10, right: false)}  {Text(task, "user")}";

    private static string Guest(JsonElement guest, TopState state, bool plain)
    {
        (double cpu, double mem, double most) = (Number(guest, "cpu"), Number(guest, "mem"), Math.Max(1, Number(guest, "maxmem")));
        string past = Sparkline(state.PastOf(Text(guest, "id")), plain).PadLeft(TopState.Past);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Text(guest, "vmid"),6}  {TextCells.Pad(TextCells.Cut(TextCells.Visible(Text(guest, "name")), 20), 20, right: false)}  "
            + $"{TextCells.Pad(TextCells.Cut(Text(guest, "node"), 10), 10, right: false)}  {TextCells.Pad(Text(guest, "status"), 8, right: false)}  "
            + $"{cpu * 100,7:0.0}  {past}  {ProgressBar.Draw(mem / most, 8)} {ValueRenderer.Bytes(mem),9}     "
            + $"{ValueRenderer.Duration(Number(guest, "uptime"))}");
    }

    private static string Sparkline(IReadOnlyCollection<double> past, bool plain) =>
        string.Concat(past.Select(value => plain ? "_.:-=+*#"[Level(value)] : Blocks[Level(value)]));

    private static int Level(double value) => Math.Clamp((int)(value * Blocks.Length), 0, Blocks.Length - 1);

    private static string Coloured(JsonElement guest, string line, Ansi ansi) => Text(guest, "status") == "running" ? line : ansi.Dim(line);

    private static JsonElement[] Sorted(TopState state)
    {
        IEnumerable<JsonElement> guests = Guests(state).Where(guest => !state.OnlyRunning || Text(guest, "status") == "running");
        return state.Sort switch
        {
            "name" => [.. guests.OrderBy(static guest => Text(guest, "name"), Comparer<string>.Create(Sorting.Natural))],
            "vmid" => [.. guests.OrderBy(static guest => Number(guest, "vmid"))],
            _ => [.. guests.OrderByDescending(guest => Number(guest, state.Sort)).ThenBy(static guest => Number(guest, "vmid"))],
        };
    }

    private static IEnumerable<JsonElement> Guests(TopState state) =>
        state.Resources.Where(static item => Text(item, "type") is "qemu" or "lxc" && Number(item, "template") == 0);

    private static IEnumerable<JsonElement> Of(TopState state, string type) => state.Resources.Where(item => Text(item, "type") == type);

    private static double Number(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;

    private static string Text(JsonElement item, string name) => item.TryGetProperty(name, out JsonElement value) ? value.ToString() : "";
}
