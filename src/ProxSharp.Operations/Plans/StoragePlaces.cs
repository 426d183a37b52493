using System.Text.Json;

namespace ProxSharp.Operations.Plans;

/// <summary>Tells where a storage lies: two that lie in the same place hold the same files and disks.</summary>
internal static class StoragePlaces
{
    // What names the place of a storage: the first ones are needed, the others say more of it.
    private static readonly (string[] Needed, string[] More)[] s_settings =
    [
        (["path"], []),
        (["server", "export"], []),
        (["server", "share"], ["subdir"]),
        (["server", "datastore"], ["namespace"]),
        (["vgname"], ["thinpool"]),
        (["pool"], ["type", "monhost", "namespace"]),
        (["portal", "target"], []),
    ];

    /// <summary>The places of a storage, as texts that can be compared; none if its settings do not tell.</summary>
    /// <param name="storage">Its definition.</param>
    public static IEnumerable<string> Of(JsonElement storage) => s_settings
        .Where(settings => settings.Needed.All(name => storage.Text(name) is { Length: > 0 }))
        .Select(settings => string.Join('|', settings.Needed.Concat(settings.More).Select(name => $"{name}={storage.Text(name)?.TrimEnd('/')}")));
}
