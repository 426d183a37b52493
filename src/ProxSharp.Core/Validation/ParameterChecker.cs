using System.Collections.Concurrent;
using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Validation;

/// <summary>
/// Applies a schema's rules to the parameters of calls: types, bounds, lengths, patterns, enumerations, formats, property strings, indexes,
/// required and unknown parameters. Safe for concurrent use; what an endpoint needs is prepared at its first call.
/// </summary>
public sealed class ParameterChecker
{
    private readonly ValueChecks _values;
    private readonly ParameterDialect _dialect;
    private readonly ConcurrentDictionary<ApiEndpoint, Prepared> _endpoints = new(ReferenceEqualityComparer.Instance);

    /// <summary>Creates a checker.</summary>
    /// <param name="schema">The schema; its product decides the words of the complaints.</param>
    public ParameterChecker(ApiSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Schema = schema;
        _values = new ValueChecks(schema);
        _dialect = schema.Product == ProxmoxProduct.BackupServer ? ParameterDialect.BackupServer : ParameterDialect.VirtualEnvironment;
    }

    /// <summary>The schema that is applied.</summary>
    public ApiSchema Schema { get; }

    /// <summary>Checks the parameters of a call as the server would.</summary>
    /// <param name="endpoint">An endpoint of <see cref="Schema"/>.</param>
    /// <param name="parameters">All parameters, those of the path first.</param>
    /// <returns>The complaints in the order they are found; empty if there are none.</returns>
    public IReadOnlyList<ParameterError> Check(ApiEndpoint endpoint, ApiParameters parameters) => Check(endpoint, parameters, reportsAll: false);

    /// <summary>Checks a single value, for instance one that was typed into a form.</summary>
    /// <param name="node">A scalar parameter of <see cref="Schema"/>.</param>
    /// <param name="name">The wire name, used as prefix of complaints about keys of a property string.</param>
    /// <param name="value">The value in wire form.</param>
    /// <returns>The complaint; null if the value fits.</returns>
    public string? CheckValue(ApiNode node, string name, string value)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        return _values.For(node).Check(value, name);
    }

    internal IReadOnlyList<ParameterError> Check(ApiEndpoint endpoint, ApiParameters parameters, bool reportsAll)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(parameters);
        Prepared prepared = _endpoints.GetOrAdd(endpoint, static (key, self) => new Prepared(key, self._values, self._dialect), this);
        ParameterErrors errors = default;
        prepared.For(parameters).Check(parameters, reportsAll, ref errors);
        return errors.Items;
    }

    /// <summary>The checks of an endpoint, one set for each of its variants.</summary>
    private sealed class Prepared
    {
        private readonly EndpointCheck _all;
        private readonly string? _by;
        private readonly Dictionary<string, EndpointCheck>? _variants;

        public Prepared(ApiEndpoint endpoint, ValueChecks values, ParameterDialect dialect)
        {
            EndpointCheck Make(IEnumerable<KeyValuePair<string, ApiNode>> members) => new(endpoint, new MemberTable(members), values, dialect);
            if (endpoint.Variants is not { } variants)
            {
                _all = Make(endpoint.Parameters);
                return;
            }

            _by = variants.By;
            OrderedDictionary<string, ApiNode> common = new(endpoint.Parameters, StringComparer.Ordinal);
            common.TryAdd(variants.By, new ApiNode
            {
                Type = ApiValueType.String,
                Enumeration = [.. variants.Parameters.Keys],
                IsOptional = endpoint.Method != ApiMethod.Post,
            });
            _variants = variants.Parameters.ToDictionary(static set => set.Key, set => Make(common.Concat(set.Value)), StringComparer.Ordinal);

            // While nothing chooses a variant, the parameters of all variants are known and none of them is required.
            _all = Make(common.Concat(variants.Parameters.Values
                .SelectMany(static set => set)
                .Where(member => !common.ContainsKey(member.Key))
                .Select(static member => KeyValuePair.Create(member.Key, Loosen(member.Value)))));
        }

        private static ApiNode Loosen(ApiNode node) => new() { IsOptional = true, Type = node.Type, Items = node.Items };

        public EndpointCheck For(ApiParameters parameters) =>
            _variants is not null && parameters.Find(_by!) is { } choice && _variants.TryGetValue(choice, out EndpointCheck? chosen) ? chosen : _all;
    }
}
