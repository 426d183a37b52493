using System.Text.Json;

namespace ProxSharp.Backup.Formats.Tests;

/// <summary>Files made by the official programs; Vectors/README.md says how.</summary>
internal static class GoldenFiles
{
    public static string Root { get; } = Path.Combine(AppContext.BaseDirectory, "Vectors");

    public static byte[] Read(string path) => File.ReadAllBytes(Path.Combine(Root, path));

    public static string ReadText(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static JsonElement ReadJson(string path)
    {
        using JsonDocument document = JsonDocument.Parse(Read(path));
        return document.RootElement.Clone();
    }

    /// <summary>The files below a folder whose names match, relative to <see cref="Root"/>.</summary>
    public static IEnumerable<string> Find(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Select(static file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    public static byte[] ReadChunk(Sha256Digest digest)
    {
        string name = digest.ToString();
        return Read($"datastore/.chunks/{name[..4]}/{name}");
    }

    /// <summary>The key that was used for a snapshot's folder, as its derived values tell it.</summary>
    public static byte[]? FindKey(string path)
    {
        string? key = path switch
        {
            _ when path.Contains("golden-scrypt", StringComparison.Ordinal) => "key-scrypt",
            _ when path.Contains("golden-enc", StringComparison.Ordinal) || path.Contains("golden-sign", StringComparison.Ordinal) || path.Contains("golden-master", StringComparison.Ordinal) => "key-none",
            _ => null,
        };
        return key is null ? null : ReadKey(key);
    }

    public static byte[] ReadKey(string name) => Convert.FromHexString(ReadJson($"keys/{name}.derived.json").GetProperty("enc_key_hex").GetString()!);
}
