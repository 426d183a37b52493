using System.Text.Json;
using ProxSharp.Operations;

namespace ProxSharp.Mcp.Tools;

/// <summary>A role that somebody has at a path.</summary>
internal sealed record Grant(string Who, string Type, string Role, string Path, bool Propagates)
{
    /// <summary>Why it is there, or what limits it; null for an entry that says all itself.</summary>
    public string? Via { get; init; }

    /// <summary>Those of the members of a group who have it, where others were given something else nearer; null for all.</summary>
    public string? Members { get; init; }

    // Proxmox: the products name the kind of an entry differently, and one of them calls tokens users.
    public static Grant Of(JsonElement entry)
    {
        string who = entry.Text("ugid") ?? "";
        string type = who.Contains('!', StringComparison.Ordinal) ? "token" : entry.Text("type") ?? entry.Text("ugid_type") ?? "user";
        return new Grant(who, type, entry.Text("roleid") ?? "", entry.Text("path") ?? "", entry.Text("propagate") is not ("0" or "False" or "false"));
    }

    /// <summary>The user; that of a token.</summary>
    public string Owner => Who.Split('!')[0];

    // A grant holds at its path and, if it propagates, below. A nearer grant to the same one takes its place on the server; both
    // are shown, unless it is asked who has a privilege.
    public bool Holds(string place) => Path == place || (Propagates && IsAbove(Path, place));

    /// <summary>True if it is given further up than another.</summary>
    public bool IsAbove(Grant other) => other.Path != Path && IsAbove(Path, other.Path);

    public bool IsOfSame(Grant other) => other.Who == Who && other.Type == Type;

    private static bool IsAbove(string path, string place) => path == "/" || place.StartsWith(path + "/", StringComparison.Ordinal);
}
