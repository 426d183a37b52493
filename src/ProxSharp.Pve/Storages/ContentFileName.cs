using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Storages;

/// <summary>Knows the names that files get on a storage.</summary>
internal static class ContentFileName
{
    private const string TargetLine = "target file: ";

    /// <summary>Returns the volume that a file becomes.</summary>
    public static VolumeId Volume(StorageId storage, UploadContent kind, string name) => new(storage, $"{kind}/{Normalize(name)}");

    /// <summary>Finds the name that an import task gave a file; null if its log does not say.</summary>
    public static string? Find(IReadOnlyList<string> log)
    {
        string? line = log.LastOrDefault(static line => line.StartsWith(TargetLine, StringComparison.Ordinal));
        return line?[(Math.Max(line.LastIndexOf('/'), TargetLine.Length - 1) + 1)..].Trim();
    }

    /// <summary>Writes a name the way the server does.</summary>
    // Proxmox: everything up to the last slash goes, and what is no ASCII letter, digit, dot, hyphen or underscore becomes an underscore.
    public static string Normalize(string name) => string.Create(name.Length - Start(name), name, static (span, text) =>
    {
        text.AsSpan(Start(text)).CopyTo(span);
        foreach (ref char letter in span)
        {
            letter = char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' ? letter : '_';
        }
    });

    private static int Start(string name) => name.AsSpan().LastIndexOfAny('/', '\\') + 1;
}
