using System.Text.Json;

namespace ProxSharp.Mcp.Tools;

/// <summary>A snapshot as a backup server lists it, with where it is.</summary>
internal sealed class StoredSnapshot(string store, string ns, JsonElement snapshot)
{
    /// <summary>The datastore.</summary>
    public string Store => store;

    /// <summary>The namespace; empty for the root.</summary>
    public string Namespace => ns;

    /// <summary>What the server says of it.</summary>
    public JsonElement Snapshot => snapshot;
}
