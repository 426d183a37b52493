using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>Explains what the server or the checks before it say, in the words of the command line.</summary>
internal static class VerbErrors
{
    /// <summary>Awaits a call; its errors are explained with what the schema knows.</summary>
    public static async Task<T> ExplainedAsync<T>(VerbRun run, ApiSchema schema, ApiEndpoint endpoint, string path, Task<T> call)
    {
        try
        {
            return await call.ConfigureAwait(false);
        }
        catch (ProxmoxValidationException invalid)
        {
            throw new CliException(Invalid(run, ParameterAdvice.Explain(invalid, endpoint, path), endpoint), invalid);
        }
        catch (ProxmoxNotFoundException missing)
        {
            throw new CliException(NotFoundAdvice.Explain(missing, schema, endpoint, path), missing);
        }
        catch (ProxmoxApiException refused) when (refused.ParameterErrors.Count > 0 && refused is not (ProxmoxPermissionException or ProxmoxConflictException))
        {
            throw new CliException(Invalid(run, ErrorMapper.Map(refused), endpoint), refused);
        }
    }

    private static CliError Invalid(VerbRun run, CliError error, ApiEndpoint endpoint)
    {
        string help = $"prox {run.Command.Path} --help";
        string[] bad = [.. error.ParameterErrors.Keys];
        string options = string.Join(", ", bad.Where(endpoint.Parameters.ContainsKey).Select(ParameterSymbols.OptionName));
        return error with { Hint = options.Length > 0 ? $"Correct {options}; see: {help}" : $"See: {help}" };
    }
}
