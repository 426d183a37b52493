using ProxSharp.Api;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;
using ProxSharp.Validation;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>Checks calls that are not sent yet against the schema, as sending them would.</summary>
internal static class CallCheck
{
    /// <summary>Checks them.</summary>
    /// <exception cref="CliException">One of them would be refused.</exception>
    public static void Check(ApiSchema schema, IEnumerable<PlannedCall> calls)
    {
        ParameterValidator validator = new(schema);
        foreach (PlannedCall call in calls.Where(static call => call.Upload is null))
        {
            if (!schema.TryMatch(call.Method, call.Path, out ApiMatch? match))
            {
                continue;
            }

            try
            {
                validator.Validate(match.Endpoint, Readable(call.Parameters, match));
            }
            catch (ProxmoxValidationException invalid)
            {
                throw new CliException(ParameterAdvice.Explain(invalid, match.Endpoint, call.Path), invalid);
            }
        }
    }

    // Proxmox: some texts travel percent-encoded; they are encoded when they are sent, and would be refused as they were typed.
    private static ApiParameters Readable(ApiParameters parameters, ApiMatch match)
    {
        ApiParameters readable = [];
        foreach ((string name, string value) in match.PathValues)
        {
            readable.Add(name, value);
        }

        foreach (ApiParameter parameter in parameters.Where(
            parameter => !match.Endpoint.Parameters.TryGetValue(parameter.Name, out ApiNode? node) || node.Format != "urlencoded"))
        {
            readable.Add(parameter);
        }

        return readable;
    }
}
