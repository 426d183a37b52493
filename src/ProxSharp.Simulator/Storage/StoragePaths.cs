using System.Text.RegularExpressions;

namespace ProxSharp.Simulator.Storage;

/// <summary>Where the volumes of a storage lie on its nodes, and how they may be called.</summary>
internal static partial class StoragePaths
{
    /// <summary>The path of a volume, by its name behind the storage's colon.</summary>
    public static string Of(StorageDefinition storage, string name)
    {
        string root = storage.Options["path"]?.GetValue<string>() ?? (storage.HasFiles ? "/mnt/pve/" + storage.Id : "/dev/" + storage.Id);
        if (!storage.HasFiles)
        {
            return $"{root}/{name}";
        }

        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return name[..Math.Max(0, slash)] switch
        {
            "iso" => $"{root}/template/{name}",
            "vztmpl" => $"{root}/template/cache/{name[(slash + 1)..]}",
            "backup" => $"{root}/dump/{name[(slash + 1)..]}",
            "snippets" or "import" => $"{root}/{name}",
            _ => $"{root}/images/{name}",
        };
    }

    /// <summary>Whether a name can be that of a volume in a directory.</summary>
    public static bool IsName(string name) => NamePattern.IsMatch(name);

    private static Regex NamePattern => field ??= new(
        """\A(?:iso/[^/]+\.(?:iso|img)|vztmpl/[^/]+\.tar\.(?:gz|xz|zst|bz2)|backup/[^/]+\.(?:tgz|tar(?:\.(?:gz|lzo|zst))?|vma(?:\.(?:gz|lzo|zst))?)|snippets/[^/]+|import/[^/]+|(?:\d+/[^/]+\.[a-z0-9]+/)?\d+/[^/]+)\z""",
        RegexOptions.IgnoreCase);
}
