using ProxSharp.Validation;

namespace ProxSharp.Backup.Formats.Manifests;

/// <summary>The names of the files of a snapshot (spec 1.5).</summary>
public static class ArchiveName
{
    /// <summary>The list of a snapshot's files: <c>index.json.blob</c>.</summary>
    public const string Manifest = "index.json.blob";

    /// <summary>The names and sizes of all files of the archives of format 1: <c>catalog.pcat1.didx</c>.</summary>
    public const string Catalog = "catalog.pcat1.didx";

    /// <summary>What the client logged: <c>client.log.blob</c>.</summary>
    public const string ClientLog = "client.log.blob";

    /// <summary>The encryption key, itself encrypted for a master key: <c>rsa-encrypted.key.blob</c>.</summary>
    public const string EncryptedKey = "rsa-encrypted.key.blob";

    private static readonly string[] s_stored = [".didx", ".fidx", ".blob"];

    /// <summary>Whether a name is one that servers store: a safe name that ends in <c>.didx</c>, <c>.fidx</c> or <c>.blob</c>.</summary>
    public static bool IsStored(string name) => IdFormats.IsSafeId(name)
        && Array.Exists(s_stored, suffix => name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.Ordinal));

    /// <summary>Turns the name that a user gives, such as <c>root.pxar</c>, into the stored one, such as <c>root.pxar.didx</c>.</summary>
    /// <exception cref="FormatException">The name ends in nothing that is known, or holds characters that are not allowed.</exception>
    public static string ToStored(string name)
    {
        if (IsStored(name))
        {
            return name;
        }

        string suffix = Path.GetExtension(name) switch
        {
            ".pxar" or ".mpxar" or ".ppxar" or ".pcat1" => ".didx",
            ".img" => ".fidx",
            ".conf" or ".json" or ".key" or ".log" => ".blob",
            _ => throw FormatText.Malformed(name, "archive name", "expected one that ends in .pxar, .mpxar, .ppxar, .pcat1, .img, .conf, .json, .key or .log"),
        };
        return IdFormats.IsSafeId(name)
            ? name + suffix
            : throw FormatText.Malformed(name, "archive name", "expected letters, digits, and after the first also dots and hyphens");
    }
}
