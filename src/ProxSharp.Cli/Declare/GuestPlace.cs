using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Declare;

/// <summary>Where a guest is, or where a new one goes.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Type"><c>qemu</c> or <c>lxc</c>.</param>
/// <param name="Node">Its node.</param>
internal sealed record GuestPlace(string Id, string Type, string Node)
{
    /// <summary>Its number as a number.</summary>
    public int Number => int.Parse(Id, CultureInfo.InvariantCulture);

    /// <summary>The number of a guest that a file describes.</summary>
    /// <exception cref="CliException">It is none.</exception>
    public static string IdOf(JsonElement item)
    {
        string id = StateValues.Required(item, "vmid", "guests");
        return IsId(id)
            ? id
            : throw CliException.Usage($"'{id}' is no number of a guest", "Write vmid: 100 or higher, without zeros in front");
    }

    /// <summary>Tells whether a word can be the number of a guest.</summary>
    public static bool IsId(string word) =>
        !word.StartsWith('0') && int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 100;

    /// <summary>The place of a guest that is there and not seen: its number is known, and the rest is what the file says.</summary>
    public static GuestPlace OfHidden(JsonElement item) => new(IdOf(item), StateValues.Text(item, "type") ?? "", StateValues.Text(item, "node") ?? "");

    /// <summary>Tells where a guest goes that a file describes and that is not there.</summary>
    /// <exception cref="CliException">The file does not say it.</exception>
    public static GuestPlace OfNew(JsonElement item, GuestIndex guests)
    {
        string id = IdOf(item);
        JsonElement? source = Source(item) is { } word
            ? guests.Find(word) ?? throw CliException.Usage(
                $"Guest {id} is to be a copy of '{word}', which is not there", "See: prox guest list. What the same file makes can be copied once it is there")
            : null;
        string type = StateValues.Text(item, "type")
            ?? (source is { } origin ? StateValues.Text(origin, "type")! : StateValues.Text(item, "ostemplate") is null ? "qemu" : "lxc");
        if (type is not ("qemu" or "lxc"))
        {
            throw CliException.Usage($"Guest {id} has the type '{type}'", "Types are qemu and lxc");
        }

        string node = StateValues.Text(item, "node")
            ?? (source is { } from ? StateValues.Text(from, "node") : guests.Nodes.Count == 1 ? guests.Nodes[0] : null)
            ?? throw CliException.Usage(
                $"Guest {id} is not there, and the file does not say on which node to make it", $"Write node: {string.Join(" or ", guests.Nodes)}");
        return new GuestPlace(id, type, node);
    }

    /// <summary>What a new guest is a copy of: <c>clone: 9000</c> or <c>clone: {source: debian-13}</c>; null if it is none.</summary>
    public static string? Source(JsonElement item) => StateValues.Member(item, "clone") is { ValueKind: JsonValueKind.Object } clone
        ? StateValues.Required(clone, "source", "guests")
        : StateValues.Text(item, "clone");
}
