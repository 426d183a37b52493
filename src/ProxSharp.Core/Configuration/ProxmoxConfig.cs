using System.Collections;
using System.Text;

namespace ProxSharp.Configuration;

/// <summary>
/// Several clusters and backup servers by name, from a JSON file and the environment. Secrets stand in neither: only where they are found.
/// </summary>
/// <example>
/// <code>
/// {
///   "clusters": {
///     "production": {
///       "endpoints": ["https://pve1.example.com:8006", "https://pve2.example.com:8006"],
///       "tokenId": "automation@pve!ci", "secret": "file:/etc/proxsharp/production.secret",
///       "caFile": "/etc/proxsharp/pve-root-ca.pem", "timeout": 30, "learnPeers": true
///     }
///   },
///   "backupServers": {
///     "archive": { "endpoints": ["pbs1"], "tokenId": "backup@pbs!ci", "secret": "env:PBS_SECRET", "fingerprints": ["5C:8F:..."] }
///   }
/// }
/// </code>
/// A variable <c>PROXSHARP_CLUSTERS__PRODUCTION__TIMEOUT=60</c> adds a member or takes the place of one in the file.
/// </example>
public sealed class ProxmoxConfig
{
    /// <summary>The start of the names of environment variables that belong to the configuration.</summary>
    public const string EnvironmentPrefix = "PROXSHARP_";

    private ProxmoxConfig(IReadOnlyDictionary<string, ServerConfig> clusters, IReadOnlyDictionary<string, ServerConfig> backupServers) =>
        (Clusters, BackupServers) = (clusters, backupServers);

    /// <summary>The clusters by name; case does not matter.</summary>
    public IReadOnlyDictionary<string, ServerConfig> Clusters { get; }

    /// <summary>The backup servers by name; case does not matter.</summary>
    public IReadOnlyDictionary<string, ServerConfig> BackupServers { get; }

    /// <summary>Reads a file, and the environment over it.</summary>
    /// <param name="path">The file: JSON, in which comments and trailing commas are allowed.</param>
    /// <param name="environment">The variables; null for those of the process, an empty dictionary for none.</param>
    /// <exception cref="ProxmoxConfigException">Something is wrong; the exception names everything at once.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ProxmoxConfig Load(string path, IReadOnlyDictionary<string, string>? environment = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Read(File.ReadAllBytes(path), path, environment ?? ProcessEnvironment());
    }

    /// <summary>Reads a text, and the environment over it.</summary>
    /// <param name="json">The text as <see cref="Load"/> describes it; empty for the environment alone.</param>
    /// <param name="environment">The variables; null for those of the process, an empty dictionary for none.</param>
    /// <exception cref="ProxmoxConfigException">Something is wrong; the exception names everything at once.</exception>
    public static ProxmoxConfig Parse(string json, IReadOnlyDictionary<string, string>? environment = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Read(Encoding.UTF8.GetBytes(json), "the text", environment ?? ProcessEnvironment());
    }

    private static ProxmoxConfig Read(byte[] json, string source, IReadOnlyDictionary<string, string> environment)
    {
        ConfigReader reader = new(source);
        reader.ReadFile(json);
        reader.ReadEnvironment(environment);
        (Dictionary<string, ServerConfig> clusters, Dictionary<string, ServerConfig> backupServers) = reader.Finish();
        return new ProxmoxConfig(clusters, backupServers);
    }

    private static Dictionary<string, string> ProcessEnvironment()
    {
        Dictionary<string, string> variables = new(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        return variables;
    }
}
