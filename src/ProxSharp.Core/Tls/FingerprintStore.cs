using System.Text;

namespace ProxSharp.Tls;

/// <summary>
/// A file that remembers which certificate each server showed when somebody first trusted it. One line a server: <c>host:port</c>, a space
/// and the SHA-256 fingerprint; lines that start with <c>#</c> are comments. The file has mode 0600 and is replaced as a whole.
/// </summary>
/// <remarks>Safe for concurrent use within a process. Between processes the last writer wins for a server; the file is never half written.</remarks>
public sealed class FingerprintStore
{
    private readonly Lock _lock = new();

    /// <summary>Names the file. It need not exist yet; its folder is created when something is remembered.</summary>
    public FingerprintStore(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = System.IO.Path.GetFullPath(path);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What is remembered, by <c>host:port</c>.</summary>
    /// <exception cref="InvalidDataException">A line cannot be read; the text names it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public IReadOnlyDictionary<string, CertificateFingerprint> List()
    {
        lock (_lock)
        {
            return Load();
        }
    }

    /// <summary>The fingerprint remembered for a server; null if there is none.</summary>
    /// <inheritdoc cref="List" path="/exception"/>
    public CertificateFingerprint? Find(ProxmoxEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return List().TryGetValue(endpoint.Authority, out CertificateFingerprint fingerprint) ? fingerprint : null;
    }

    /// <summary>Remembers a server's fingerprint, in the place of an earlier one.</summary>
    /// <inheritdoc cref="List" path="/exception"/>
    public void Set(ProxmoxEndpoint endpoint, CertificateFingerprint fingerprint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        lock (_lock)
        {
            SortedDictionary<string, CertificateFingerprint> entries = Load();
            entries[endpoint.Authority] = fingerprint;
            Save(entries);
        }
    }

    /// <summary>Forgets a server.</summary>
    /// <returns>False if it was not remembered.</returns>
    /// <inheritdoc cref="List" path="/exception"/>
    public bool Remove(ProxmoxEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        lock (_lock)
        {
            SortedDictionary<string, CertificateFingerprint> entries = Load();
            bool removed = entries.Remove(endpoint.Authority);
            if (removed)
            {
                Save(entries);
            }

            return removed;
        }
    }

    private SortedDictionary<string, CertificateFingerprint> Load()
    {
        SortedDictionary<string, CertificateFingerprint> entries = new(StringComparer.OrdinalIgnoreCase);
        string[] lines;
        try
        {
            lines = File.ReadAllLines(Path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return entries;
        }

        for (int index = 0; index < lines.Length; index++)
        {
            string[] words = lines[index].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0].StartsWith('#'))
            {
                continue;
            }

            entries[words[0]] = words.Length == 2 && CertificateFingerprint.TryParse(words[1], out CertificateFingerprint fingerprint)
                ? fingerprint
                : throw new InvalidDataException($"Line {index + 1} of {Path} is not 'host:port fingerprint'. Correct or delete it.");
        }

        return entries;
    }

    private void Save(SortedDictionary<string, CertificateFingerprint> entries)
    {
        StringBuilder text = new("# Certificates that were trusted on first use: host:port and SHA-256 fingerprint.\n");
        foreach ((string endpoint, CertificateFingerprint fingerprint) in entries)
        {
            text.Append(endpoint).Append(' ').Append(fingerprint).Append('\n');
        }

        PrivateFile.Replace(Path, Encoding.UTF8.GetBytes(text.ToString()));
    }
}
