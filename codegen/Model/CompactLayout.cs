using System.Text.Json.Nodes;

namespace ProxSharp.CodeGen.Model;

/// <summary>How a class of which there are many is stored in little space.</summary>
/// <param name="Rare">The members that most items lack, by wire name; they are kept in one object that is made when it is needed.</param>
/// <param name="Id">The member that is computed where it can be.</param>
/// <param name="IdPrefix">The member whose value stands before the slash of the id.</param>
/// <param name="IdNumber">The member whose value stands behind it.</param>
internal sealed record CompactLayout(IReadOnlySet<string> Rare, string Id, string IdPrefix, string IdNumber)
{
    /// <summary>Reads the layouts that the overrides ask for, by verb and path.</summary>
    public static IReadOnlyDictionary<string, CompactLayout> ReadAll(JsonObject overrides) =>
        (overrides["endpoints"] as JsonObject ?? [])
            .Where(static pair => pair.Value?["compact"] is JsonObject)
            .ToDictionary(static pair => pair.Key, static pair => Read(pair.Value!["compact"]!.AsObject()), StringComparer.Ordinal);

    private static CompactLayout Read(JsonObject layout)
    {
        string[] id = [.. layout["id"]!.AsArray().Select(static name => name!.GetValue<string>())];
        return new CompactLayout(layout["rare"]!.AsArray().Select(static name => name!.GetValue<string>()).ToHashSet(StringComparer.Ordinal), id[0], id[1], id[2]);
    }
}
