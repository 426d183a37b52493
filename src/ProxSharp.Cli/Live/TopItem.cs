using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs.Changes;

namespace ProxSharp.Cli.Live;

/// <summary>Something the live view shows. What the server leaves out, for want of a privilege or an answer of the node, is unknown, not zero.</summary>
internal sealed class TopItem(JsonElement json)
{
    private const string Unknown = "-";

    /// <summary>True for a machine or container that is no template.</summary>
    public bool IsGuest => Text("type") is "qemu" or "lxc" && !(Number("template") > 0);

    /// <summary>True for a guest that runs.</summary>
    public bool IsRunning => Text("status") == "running";

    /// <summary>How full the memory is, from 0 to 1.</summary>
    public double? MemoryFraction => Number("mem") is { } used && Number("maxmem") is > 0 and { } most ? used / most : null;

    /// <summary>A member as text; empty if it is absent.</summary>
    public string Text(string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) ? value.ToString() : "";

    /// <summary>A member as a number; null if it is absent.</summary>
    public double? Number(string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            ? value.GetDouble()
            : null;

    /// <summary>Writes all that the server told.</summary>
    public void WriteTo(Utf8JsonWriter writer) => json.WriteTo(writer);

    /// <summary>A fraction in per cent.</summary>
    public string Percent(string name) => Number(name) is { } fraction ? (fraction * 100).ToString("0.0", CultureInfo.InvariantCulture) : Unknown;

    /// <summary>A number of bytes.</summary>
    public string Bytes(string name) => Number(name) is { } bytes ? ValueRenderer.Bytes(bytes) : Unknown;

    /// <summary>A number of seconds.</summary>
    public string Duration(string name) => Number(name) is { } seconds ? ValueRenderer.Duration(seconds) : Unknown;

    /// <summary>A bar; empty if what it shows is unknown.</summary>
    public static string Bar(double? fraction, int width) => fraction is { } known ? ProgressBar.Draw(known, width) : "";

    /// <summary>True if each word is in the name, the tags, the node or the number.</summary>
    public bool Fits(IReadOnlyList<string> words)
    {
        foreach (string word in words)
        {
            if (!Has("name", word) && !Has("tags", word) && !Has("node", word) && !Has("vmid", word))
            {
                return false;
            }
        }

        return true;
    }

    private bool Has(string name, string word) => Text(name).Contains(word, StringComparison.OrdinalIgnoreCase);
}
