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
                if (WithoutMasked(invalid, match.Endpoint.Path, call.Parameters) is { } wrong)
                {
                    throw new CliException(ParameterAdvice.Explain(wrong, match.Endpoint, call.Path), invalid);
                }
            }
        }
    }

    /// <summary>Tells why a call would reach another object than the one it names, and what works instead; null if it reaches that one.</summary>
    public static string? OutOfReach(ApiSchema schema, PlannedCall call)
    {
        try
        {
            Check(schema, [call]);
            return null;
        }
        catch (CliException refused) when (refused.InnerException is ProxmoxValidationException { Alternative: { } other } invalid)
        {
            return $"{string.Join("; ", invalid.ParameterErrors.Values)}. {other}";
        }
        catch (CliException)
        {
            // Values that are wrong are told with all others.
            return null;
        }
    }

    // A dry run fetches no secrets, and the mask in their place has neither their length nor their form. Null if nothing else is wrong.
    private static ProxmoxValidationException? WithoutMasked(ProxmoxValidationException invalid, string path, ApiParameters parameters)
    {
        HashSet<string> masked = new(
            parameters.Where(parameter => CallText.IsMasked(path, parameter)).Select(static parameter => parameter.Name), StringComparer.Ordinal);
        Dictionary<string, string> left = new(invalid.ParameterErrors.Where(error => !masked.Contains(error.Key)), StringComparer.Ordinal);
        return left.Count switch
        {
            0 => null,
            _ when left.Count == invalid.ParameterErrors.Count => invalid,
            _ => new ProxmoxValidationException(invalid.Message, invalid.Method, invalid.Path, left) { Alternative = invalid.Alternative },
        };
    }

    // Proxmox: some texts travel percent-encoded; they are encoded when they are sent, and would be refused as they were typed.
    private static ApiParameters Readable(ApiParameters parameters, ApiMatch match)
    {
        ApiParameters readable = [];
        foreach ((string name, string value) in match.PathValues)
        {
            readable.Add(name, value);
        }

        foreach (ApiParameter parameter in parameters.Where(parameter => !EncodedTexts.Holds(match.Endpoint, parameter.Name)))
        {
            readable.Add(parameter);
        }

        return readable;
    }
}
