using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Backup.Formats.Catalog;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs.Content;

/// <summary>Lists one level of a catalog or of an archive.</summary>
internal static class ArchiveListing
{
    /// <summary>Lists a directory of a catalog.</summary>
    /// <exception cref="ApiFault">There is no such directory.</exception>
    public static JsonArray OfCatalog(CatalogReader catalog, byte[] path)
    {
        CatalogEntry directory = Trim(path).Length == 0 ? catalog.Root : Find(catalog, path);
        JsonArray list = [];
        foreach (CatalogEntry entry in catalog.List(directory))
        {
            bool isFile = entry.Kind == CatalogEntryKind.File;
            list.Add((JsonNode)Entry(path, entry.Name, (char)entry.Kind, isFile ? (long)entry.Length : null, isFile ? entry.ModificationTime : null));
        }

        return list;
    }

    /// <summary>Lists a directory of an archive.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="path">The directory as the client named it: the archive's name first.</param>
    /// <param name="inner">The directory within the archive.</param>
    /// <exception cref="ApiFault">There is no such directory.</exception>
    public static JsonArray OfArchive(PxarArchive archive, byte[] path, byte[] inner)
    {
        PxarNode directory = archive.Find(inner) is { Kind: PxarEntryKind.Directory } found ? found : throw Missing(path);
        JsonArray list = [];
        foreach (PxarNode node in archive.List(directory))
        {
            bool isFile = node.Kind == PxarEntryKind.File;
            list.Add((JsonNode)Entry(path, node.Name, Letter(node.Kind), isFile ? node.Entry.Length : null, isFile ? node.Entry.Metadata?.ModificationTime.Seconds : null));
        }

        return list;
    }

    /// <summary>One entry of a listing.</summary>
    public static JsonObject Entry(byte[] path, PxarName name, char type, long? size, long? modified)
    {
        // Proxmox: the paths it answers have no slash in front, but for those directly below the root.
        byte[] trimmed = path is [(byte)'/', ..] ? path[1..] : path;
        byte[] full = [.. trimmed, (byte)'/', .. name.Span];
        JsonObject entry = new()
        {
            ["filepath"] = Convert.ToBase64String(full),
            ["text"] = Encoding.UTF8.GetString(name.Span),
            ["type"] = type.ToString(),
            ["leaf"] = type != 'd',
        };
        if (size is { } length)
        {
            entry["size"] = length;
        }

        if (modified is { } time)
        {
            entry["mtime"] = time;
        }

        return entry;
    }

    private static CatalogEntry Find(CatalogReader catalog, byte[] path) =>
        catalog.Find(Trim(path)) is { Kind: CatalogEntryKind.Directory } found ? found : throw Missing(path);

    private static byte[] Trim(byte[] path) => Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(path).Trim('/'));

    private static ApiFault Missing(byte[] path) => new(400, $"path \"{Encoding.UTF8.GetString(path)}\" not found in catalog");

    private static char Letter(PxarEntryKind kind) => kind switch
    {
        PxarEntryKind.Directory => 'd',
        PxarEntryKind.Symlink => 'l',
        PxarEntryKind.HardLink => 'h',
        PxarEntryKind.BlockDevice => 'b',
        PxarEntryKind.CharacterDevice => 'c',
        PxarEntryKind.Fifo => 'p',
        PxarEntryKind.Socket => 's',
        _ => 'f',
    };
}
