using System.Buffers.Binary;
using System.Text.Json;

namespace ProxSharp.Backup.Formats.Tests.Pxar;

/// <summary>Files that the official tools wrote.</summary>
internal static class Golden
{
    private static readonly Lazy<byte[]> WholeTree = new(ReadWholeTree);

    /// <summary>The archive of the whole tree (12 MB), put together from the chunks of the data store.</summary>
    internal static byte[] Tree => WholeTree.Value;

    /// <summary>All archives of version 1 that are small.</summary>
    internal static string[] SmallArchives => [.. Files("pxar", "*.pxar"), .. Files("split/decoded", "root.pxar")];

    /// <summary>All metadata streams of split archives.</summary>
    internal static string[] SplitArchives => [.. Files("split/pxar", "*.mpxar"), .. Files("split/decoded", "root.mpxar")];

    internal static string[] Catalogs => [.. Files("decoded", "catalog.pcat1"), .. Files("split/decoded", "catalog.pcat1")];

    internal static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Vectors", name);

    internal static byte[] Read(string name) => File.ReadAllBytes(Path(name));

    internal static JsonElement Json(string name)
    {
        using JsonDocument document = JsonDocument.Parse(Read(name));
        return document.RootElement.Clone();
    }

    /// <summary>The payload stream beside a metadata stream; null where it is not kept.</summary>
    internal static byte[]? PayloadOf(string metadata) =>
        System.IO.Path.ChangeExtension(metadata, ".ppxar") is var name && File.Exists(Path(name)) ? Read(name) : null;

    private static string[] Files(string folder, string pattern)
    {
        string root = Path("");
        return [.. Directory.GetFiles(Path(folder), pattern, SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];
    }

    private static byte[] ReadWholeTree()
    {
        byte[] index = Read("datastore/host/golden/2023-11-14T221320Z/root.pxar.didx");
        MemoryStream content = new();
        for (int at = 4096; at < index.Length; at += 40)
        {
            string digest = Convert.ToHexStringLower(index.AsSpan(at + 8, 32));
            byte[] blob = Read($"datastore/.chunks/{digest[..4]}/{digest}");
            bool compressed = BinaryPrimitives.ReadUInt64BigEndian(blob) == 0x31b958426fb6a37f;
            using ZstdSharp.Decompressor decompressor = new();
            content.Write(compressed ? decompressor.Unwrap(blob.AsSpan(12)) : blob.AsSpan(12));
            Assert.Equal(BinaryPrimitives.ReadInt64LittleEndian(index.AsSpan(at)), content.Length);
        }

        return content.ToArray();
    }
}
