namespace ProxSharp.PropertyStrings;

/// <summary>What a property-string format says about its keys beyond their names.</summary>
public sealed class PropertyStringFormat
{
    private readonly Dictionary<string, string> _aliases;
    private readonly Dictionary<string, string> _keyAliases;

    /// <summary>Creates a format.</summary>
    /// <param name="name">The key of the format in the API schema.</param>
    /// <param name="defaultKey">The key whose name may be left out; null if there is none.</param>
    /// <param name="aliases">Older spellings: key as written to the key that is meant.</param>
    /// <param name="keyAliases">Keys whose name is itself a value: key as written to the key that takes that name as its value.</param>
    /// <param name="allowsQuotes">True if the server reads values in double quotes, as Proxmox Backup Server does.</param>
    public PropertyStringFormat(
        string name,
        string? defaultKey = null,
        IReadOnlyDictionary<string, string>? aliases = null,
        IReadOnlyDictionary<string, string>? keyAliases = null,
        bool allowsQuotes = false)
    {
        Name = name;
        AllowsQuotes = allowsQuotes;
        DefaultKey = defaultKey;
        _aliases = Copy(aliases);
        _keyAliases = Copy(keyAliases);
    }

    /// <summary>The key of the format in the API schema.</summary>
    public string Name { get; }

    /// <summary>The key whose name may be left out; null if there is none.</summary>
    public string? DefaultKey { get; }

    /// <summary>True if a value may be written in double quotes, so that it can hold commas.</summary>
    public bool AllowsQuotes { get; }

    /// <summary>Returns the key that is meant by a key as written; null stands for the default key.</summary>
    public string? Resolve(string? writtenKey) =>
        writtenKey is null ? DefaultKey : _aliases.GetValueOrDefault(writtenKey, writtenKey);

    /// <summary>If the written key's name is itself a value, returns the key that it is the value of; otherwise null.</summary>
    public string? KeyAliasTarget(string? writtenKey) => writtenKey is null ? null : _keyAliases.GetValueOrDefault(writtenKey);

    private static Dictionary<string, string> Copy(IReadOnlyDictionary<string, string>? names) =>
        names is null ? [] : new Dictionary<string, string>(names, StringComparer.Ordinal);
}
