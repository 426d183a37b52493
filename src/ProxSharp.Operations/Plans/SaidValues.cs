using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Tells what a call has set from what the server shows after it. Servers write values in their own way, and choose some: a volume, an address, a size. What
/// goes beyond that was set by somebody else right after the call.
/// </summary>
internal static class SaidValues
{
    // Proxmox: written beside what was set, by the server; "import-from" and "format" are of the making of a disk alone.
    private static readonly HashSet<string> s_added = new(["size", "hwaddr", "type", "media"], StringComparer.OrdinalIgnoreCase);
    private static readonly HashSet<string> s_spent = new(["import-from", "format"], StringComparer.OrdinalIgnoreCase);

    /// <summary>What a call has set something to; null if it has deleted it.</summary>
    public static string? Of(PlannedCall call, string name)
    {
        string[] said = Texts(call, name);
        return said.Length == 0 ? null : string.Join(',', said);
    }

    /// <summary>True if what is found after a call is what it has set, as servers write that.</summary>
    /// <param name="call">The call.</param>
    /// <param name="name">What it has set or deleted.</param>
    /// <param name="after">The configuration after it.</param>
    public static bool Are(PlannedCall call, string name, JsonElement after)
    {
        string[] said = Texts(call, name);
        string? found = after.Said(name);
        if (said.Length == 0 || found is null)
        {
            // Of what was made, some values are never shown, such as passwords.
            bool isMade = call.Method == ApiMethod.Post && !call.Path.EndsWith("/config", StringComparison.Ordinal);
            return found is null or "" && (said.All(static text => text.Length == 0 || ChangedJob.IsOff(text)) || isMade);
        }

        return name is "description" or "comment" or "notes" ? said[^1].Trim() == found.Trim()
            : found.All(static sign => sign == '*') || (name == "vmgenid" && said[^1] == "1")
            || (after.GetProperty(name) is { ValueKind: JsonValueKind.Array } list
                ? AreSame([.. said.SelectMany(ItemLists.Split)], [.. list.EnumerateArray().SelectMany(static item => ItemLists.Split(item.ToString()))])
                : AreSame([.. said.SelectMany(ItemLists.Split)], ItemLists.Split(found)));
    }

    private static string[] Texts(PlannedCall call, string name) =>
        [.. call.Others.Where(parameter => parameter.Name == name).Select(static parameter => parameter.Text)];

    private static bool AreSame(string[] said, string[] found)
    {
        // A new disk gets its name, and the one by which it was asked for is spent.
        bool isMaking = said.Any(static item => IsOrder(Value(item)));
        return said.All(item => found.Any(other => IsSame(item, other)) || (isMaking && s_spent.Contains(Key(item))))
            && found.All(other => said.Any(item => IsSame(item, other)) || s_added.Contains(Key(other)));
    }

    // The key of the first item may be left out, and a card has its address behind its model.
    private static bool IsSame(string said, string found)
    {
        (string key, string otherKey) = (Key(said), Key(found));
        return (key.Length == 0 || otherKey.Length == 0 || key.Equals(otherKey, StringComparison.OrdinalIgnoreCase)
                ? IsSameValue(Value(said), Value(found))
                : key.Equals("macaddr", StringComparison.OrdinalIgnoreCase) && IsSameValue(Value(said), Value(found)))
            || (key is "" or "model" && Value(said).Equals(otherKey, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsSameValue(string said, string found) =>
        said.Equals(found, StringComparison.OrdinalIgnoreCase)
        || (IsOrder(said) && found.StartsWith(said[..(said.IndexOf(':', StringComparison.Ordinal) + 1)], StringComparison.Ordinal))
        || (ChangedJob.IsOff(said) && ChangedJob.IsOff(found))
        || (said.ToLowerInvariant() is "1" or "yes" or "on" or "true" && found.ToLowerInvariant() is "1" or "yes" or "on" or "true")
        || (decimal.TryParse(said, CultureInfo.InvariantCulture, out decimal number)
            && decimal.TryParse(found, CultureInfo.InvariantCulture, out decimal other) && number == other);

    // Proxmox: "local-lvm:8" makes a volume of that size, "local-lvm:cloudinit" one for cloud-init.
    private static bool IsOrder(string value) => value.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
        && (value[(colon + 1)..] == "cloudinit" || decimal.TryParse(value.AsSpan(colon + 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _));

    private static string Key(string item) => item.IndexOf('=', StringComparison.Ordinal) is >= 0 and var end ? item[..end] : "";

    private static string Value(string item) => item[(item.IndexOf('=', StringComparison.Ordinal) + 1)..];
}
