using System.Text.Json;

namespace ProxSharp.Configuration;

/// <summary>Collects the settings of servers from a file and the environment, and all that is wrong in them.</summary>
internal sealed class ConfigReader(string source)
{
    private const string ClustersName = "clusters";
    private const string BackupServersName = "backupServers";

    private static readonly JsonDocumentOptions s_lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    private readonly List<ProxmoxConfigError> _errors = [];
    private readonly Dictionary<string, ServerDraft> _clusters = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ServerDraft> _backupServers = new(StringComparer.OrdinalIgnoreCase);

    public void ReadFile(byte[] json)
    {
        if (json.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
        {
            return;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json, s_lenient);
            ReadRoot(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new ProxmoxConfigException(source, [new ProxmoxConfigError("JSON", exception.Message)], exception);
        }
    }

    // PROXSHARP_CLUSTERS__NAME__MEMBER. Variables with the prefix but another form belong to somebody else.
    public void ReadEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        foreach ((string variable, string value) in environment.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            string[] parts = variable.StartsWith(ProxmoxConfig.EnvironmentPrefix, StringComparison.OrdinalIgnoreCase)
                ? variable[ProxmoxConfig.EnvironmentPrefix.Length..].Split("__")
                : [];
            Dictionary<string, ServerDraft>? group = parts.Length != 3 ? null : parts[0].ToUpperInvariant() switch
            {
                "CLUSTERS" => _clusters,
                "BACKUPSERVERS" or "BACKUP_SERVERS" => _backupServers,
                _ => null,
            };
            if (group is not null && parts[1].Length > 0)
            {
                Draft(group, NameIn(group, parts[1])).SetText(parts[2].Replace("_", "", StringComparison.Ordinal), value, variable, _errors);
            }
        }
    }

    public (Dictionary<string, ServerConfig> Clusters, Dictionary<string, ServerConfig> BackupServers) Finish()
    {
        Dictionary<string, ServerConfig> clusters = Finish(_clusters, ClustersName, ProxmoxProduct.VirtualEnvironment);
        Dictionary<string, ServerConfig> backupServers = Finish(_backupServers, BackupServersName, ProxmoxProduct.BackupServer);
        if (clusters.Count + backupServers.Count == 0 && _errors.Count == 0)
        {
            _errors.Add(new ProxmoxConfigError(ClustersName, "There is no server: add one under \"clusters\" or \"backupServers\"."));
        }

        return _errors.Count == 0 ? (clusters, backupServers) : throw new ProxmoxConfigException(source, _errors);
    }

    private Dictionary<string, ServerConfig> Finish(Dictionary<string, ServerDraft> drafts, string group, ProxmoxProduct product)
    {
        Dictionary<string, ServerConfig> servers = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, ServerDraft draft) in drafts)
        {
            ServerConfig server = draft.Make(product);
            servers[name] = server;

            // A member that could not be read has been named already; that it is missing as well would only confuse.
            _errors.AddRange(server.Validate($"{group}.{name}")
                .Where(error => !draft.Unreadable.Any(member => error.Place.EndsWith("." + member, StringComparison.OrdinalIgnoreCase))));
        }

        return servers;
    }

    private void ReadRoot(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            _errors.Add(new ProxmoxConfigError("JSON", "The file must hold an object."));
            return;
        }

        foreach (JsonProperty member in root.EnumerateObject())
        {
            switch (member.Name)
            {
                case ClustersName:
                    ReadGroup(_clusters, member);
                    break;
                case BackupServersName:
                    ReadGroup(_backupServers, member);
                    break;
                case "$schema":
                    break;
                default:
                    _errors.Add(new ProxmoxConfigError(member.Name, "There is no such member; there are clusters and backupServers."));
                    break;
            }
        }
    }

    private void ReadGroup(Dictionary<string, ServerDraft> group, JsonProperty member)
    {
        if (member.Value.ValueKind != JsonValueKind.Object)
        {
            _errors.Add(new ProxmoxConfigError(member.Name, "It must be an object with a member for each server."));
            return;
        }

        foreach (JsonProperty server in member.Value.EnumerateObject())
        {
            string place = $"{member.Name}.{server.Name}";
            if (server.Name.Trim().Length == 0 || server.Value.ValueKind != JsonValueKind.Object)
            {
                _errors.Add(new ProxmoxConfigError(place, "A server needs a name and an object with its settings."));
            }
            else if (group.ContainsKey(server.Name))
            {
                _errors.Add(new ProxmoxConfigError(place, "Another server has the same name but for the case of its letters."));
            }
            else
            {
                Draft(group, server.Name).ReadJson(server.Value, place, _errors);
            }
        }
    }

    private static ServerDraft Draft(Dictionary<string, ServerDraft> group, string name)
    {
        if (!group.TryGetValue(name, out ServerDraft? draft))
        {
            group[name] = draft = new ServerDraft();
        }

        return draft;
    }

    // Names of variables hold no hyphens and dots: an underscore stands for any of them.
    private static string NameIn(Dictionary<string, ServerDraft> group, string variable) =>
        group.Keys.FirstOrDefault(name => string.Equals(name.Replace('-', '_').Replace('.', '_'), variable, StringComparison.OrdinalIgnoreCase))
        ?? variable.ToLowerInvariant();
}
