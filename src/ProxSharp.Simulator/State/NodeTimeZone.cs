using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.State;

/// <summary>The time zone of a node, as it was set.</summary>
internal static class NodeTimeZone
{
    private const string Setting = "timezone";
    private const string Default = "Etc/UTC";

    /// <summary>Its name in the settings of a node's clock.</summary>
    public static string NameIn(JsonObject settings) => settings[Setting] is JsonValue set ? ApiCall.TextOf(set) : Default;

    /// <summary>The zone itself; UTC if this machine does not know it.</summary>
    public static TimeZoneInfo In(JsonObject settings) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(NameIn(settings), out TimeZoneInfo? found) ? found : TimeZoneInfo.Utc;

    /// <summary>Tells whether there is a zone of that name; where this machine has no list of them, whatever looks like one counts.</summary>
    public static bool IsKnown(string name) => !name.Contains(' ', StringComparison.Ordinal) && !name.Contains('.', StringComparison.Ordinal)
        && (TimeZoneInfo.TryFindSystemTimeZoneById(name, out _) || (TimeZoneInfo.GetSystemTimeZones().Count < 2 && name.Contains('/', StringComparison.Ordinal)));

    /// <summary>The answer to who asks for the time.</summary>
    public static JsonObject Describe(JsonObject settings, DateTimeOffset now)
    {
        long seconds = now.ToUnixTimeSeconds();
        return new JsonObject
        {
            ["timezone"] = NameIn(settings),
            ["time"] = seconds,
            ["localtime"] = seconds + (long)In(settings).GetUtcOffset(now).TotalSeconds,
        };
    }

    /// <summary>Sets the zone that a call names.</summary>
    public static void Set(JsonObject settings, ApiCall call) => settings[Setting] = call.Required(Setting);
}
