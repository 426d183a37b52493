using System.Collections.Concurrent;
using ProxSharp.Schema;

namespace ProxSharp.Validation;

/// <summary>Makes the checks of nodes, each node once.</summary>
internal sealed class ValueChecks(ApiSchema schema)
{
    private readonly ConcurrentDictionary<ApiNode, ValueCheck> _parameters = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<ApiNode, ValueCheck> _inPropertyStrings = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<string, PropertyStringCheck?> _propertyStrings = new(StringComparer.Ordinal);

    /// <summary>Returns the checks of a parameter or an item of a list.</summary>
    public ValueCheck For(ApiNode node) => _parameters.GetOrAdd(node, static (key, self) => self.Make(key, isInPropertyString: false), this);

    /// <summary>Returns the checks of a key in a property string, where booleans may be words.</summary>
    public ValueCheck ForPropertyString(ApiNode node) =>
        _inPropertyStrings.GetOrAdd(node, static (key, self) => self.Make(key, isInPropertyString: true), this);

    private ValueCheck Make(ApiNode node, bool isInPropertyString)
    {
        PropertyStringCheck? propertyString = FindPropertyString(node);
        return schema.Product == ProxmoxProduct.BackupServer
            ? new PbsValueCheck(node, propertyString)
            : new PveValueCheck(node, propertyString is null ? FormatRules.Find(node.Format) : null, propertyString, isInPropertyString);
    }

    private PropertyStringCheck? FindPropertyString(ApiNode node) =>
        node.PropertyStringFormat is { } declared ? PropertyString(declared)
            : node.Format is { } named ? PropertyString(named)
            : null;

    private PropertyStringCheck? PropertyString(string key) => _propertyStrings.GetOrAdd(
        key,
        static (name, self) => self.MakePropertyString(name),
        this);

    private PropertyStringCheck? MakePropertyString(string key) =>
        !schema.Formats.TryGetValue(key, out ApiNode? format) ? null
            : schema.Product == ProxmoxProduct.BackupServer ? new PbsPropertyStringCheck(format, this)
            : new PvePropertyStringCheck(format, this);
}
