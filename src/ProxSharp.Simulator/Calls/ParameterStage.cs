using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Schema;
using ProxSharp.Validation;

namespace ProxSharp.Simulator.Calls;

/// <summary>The stage that checks parameters: the same rules the client applies, in the server's words.</summary>
internal sealed class ParameterStage(ApiSchema schema)
{
    private readonly ParameterChecker _checker = new(schema);

    /// <summary>Returns the complaints by parameter; empty if there are none.</summary>
    public IReadOnlyDictionary<string, string> Check(ApiCall call)
    {
        ApiParameters parameters = new(call.Parameters.Count);
        Dictionary<string, string> errors = new(StringComparer.Ordinal);
        foreach ((string name, string value) in call.PathValues)
        {
            parameters.Add(name, value);
        }

        foreach ((string name, JsonNode value) in call.Parameters)
        {
            if (call.PathValues.ContainsKey(name))
            {
                continue;
            }

            if (value is JsonObject)
            {
                errors[name] = "type check ('string') failed - got HASH";
            }
            else
            {
                Add(parameters, name, value);
            }
        }

        foreach (ParameterError error in _checker.Check(call.Endpoint, parameters))
        {
            errors.TryAdd(error.Parameter, error.Text);
        }

        return errors;
    }

    private static void Add(ApiParameters parameters, string name, JsonNode value)
    {
        if (value is JsonArray array)
        {
            parameters.AddList(name, array.Select(static item => item is null ? "" : ApiCall.TextOf(item)));
            return;
        }

        ApiParameterKind kind = value.GetValueKind() switch
        {
            JsonValueKind.True or JsonValueKind.False => ApiParameterKind.Boolean,
            JsonValueKind.Number => ApiParameterKind.Number,
            _ => ApiParameterKind.Text,
        };
        parameters.Add(new ApiParameter(name, ApiCall.TextOf(value), kind, IsListItem: false));
    }
}
