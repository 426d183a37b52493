namespace ProxSharp.Api.Tests;

/// <summary>Finds the wire name that a property stands for, independently of the generator.</summary>
internal static class WireNames
{
    /// <summary>Cuts the brackets off an indexed name.</summary>
    public static string Prefix(string wireName) => wireName.EndsWith("[n]", StringComparison.Ordinal) ? wireName[..^3] : wireName;

    public static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    /// <summary>Finds the wire name among those of an endpoint.</summary>
    public static string Find(string property, IReadOnlyCollection<string> wireNames)
    {
        string name = Plain(property);
        List<string> same = [.. wireNames.Where(wire => Plain(Prefix(wire)) == name || "value" + Plain(Prefix(wire)) == name)];
        if (same.Count > 0)
        {
            // A property without a suffix stands for the plain name beside an indexed one, and for the newer spelling beside an older one.
            return same.OrderBy(static wire => wire.EndsWith(']')).ThenByDescending(static wire => wire.Count(static c => c is '-' or '_')).First();
        }

        string suffix = new[] { "legacy", "entries", "value" }.Single(end => name.EndsWith(end, StringComparison.Ordinal));
        name = name[..^suffix.Length];
        return wireNames.Single(wire => Plain(Prefix(wire)) == name && suffix switch
        {
            "legacy" => !wire.Contains('-', StringComparison.Ordinal),
            "entries" => wire.EndsWith(']'),
            _ => true,
        });
    }
}
