using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Validation;

/// <summary>Refuses calls whose parameters do not fit a schema before they are sent. Safe for concurrent use.</summary>
public sealed class ParameterValidator : IParameterValidator
{
    private readonly ParameterChecker _checker;
    private readonly ConcurrentDictionary<ApiEndpoint, ApiEndpoint?> _known = new(ReferenceEqualityComparer.Instance);

    /// <summary>Creates a validator.</summary>
    /// <param name="schema">The schema to apply: the embedded one, or one that was read from the server that is called.</param>
    public ParameterValidator(ApiSchema schema) => _checker = new ParameterChecker(schema);

    /// <summary>The schema that is applied.</summary>
    public ApiSchema Schema => _checker.Schema;

    /// <inheritdoc/>
    /// <remarks>
    /// An endpoint that <see cref="Schema"/> does not have is not checked, the server decides; but names in its path that Proxmox VE would read as
    /// others are refused.
    /// </remarks>
    public void Validate(ApiEndpoint endpoint, ApiParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(parameters);
        if (_known.GetOrAdd(endpoint, static (key, schema) => schema.Find(key.Method, key.Path), Schema) is { } known
            && _checker.Check(known, parameters, reportsAll: true) is { Count: > 0 } errors)
        {
            Refuse(endpoint, errors);
        }

        PathNames.Check(Schema.Product, endpoint.Operation, parameters);
    }

    private static void Refuse(ApiEndpoint endpoint, IReadOnlyList<ParameterError> errors)
    {
        OrderedDictionary<string, string> byName = new(StringComparer.Ordinal);
        foreach (ParameterError error in errors)
        {
            byName[error.Parameter] = error.Text;
        }

        throw new ProxmoxValidationException(
            ParameterMessages.OneLine(endpoint, errors),
            endpoint.Method,
            endpoint.Path,
            new ReadOnlyDictionary<string, string>(byName));
    }
}
