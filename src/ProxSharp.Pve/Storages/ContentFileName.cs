using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Storages;

/// <summary>Knows the names that files get on a storage.</summary>
internal static class ContentFileName
{
    private const string TargetLine = "target file: ";

    private static readonly Dictionary<string, string[]> s_extensions = new(StringComparer.Ordinal)
    {
        ["iso"] = [".iso", ".img"],
        ["vztmpl"] = [".tar.gz", ".tar.xz", ".tar.zst", ".tar.bz2", ".tar"],
        ["import"] = [".ova", ".qcow2", ".raw", ".vmdk"],
    };

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

    /// <summary>Refuses a name that the server would refuse, which it does only when the whole file has been sent.</summary>
    /// <exception cref="ArgumentException">The name has no extension of its kind of content, or nothing else.</exception>
    public static void Check(string name, UploadContent kind)
    {
        // What a newer server takes is not known here.
        if (!s_extensions.TryGetValue(kind.Value, out string[]? known))
        {
            return;
        }

        string file = Normalize(name);
        string? extension = known.FirstOrDefault(known => file.EndsWith(known, StringComparison.OrdinalIgnoreCase));
        if (extension is null || file.Length == extension.Length)
        {
            throw new ArgumentException(
                $"'{name}' is no name for content of the kind {kind.Value}: it must end with {string.Join(" or ", known)}, "
                    + $"with something in front.", nameof(name));
        }
    }

    private static int Start(string name) => name.AsSpan().LastIndexOfAny('/', '\\') + 1;
}
