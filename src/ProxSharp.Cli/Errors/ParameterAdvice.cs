using ProxSharp.Api;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Schema;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Errors;

/// <summary>Explains parameters that were refused before the call was sent.</summary>
internal static class ParameterAdvice
{
    /// <summary>Names every bad parameter, and a similar one where the name is unknown.</summary>
    public static CliError Explain(ProxmoxValidationException invalid, ApiEndpoint endpoint, string path)
    {
        string complaints = string.Join("; ", invalid.ParameterErrors.Select(static error => $"{error.Key}: {error.Value.Trim().TrimEnd('.')}"));
        string[] near =
        [
            .. invalid.ParameterErrors.Keys
                .Where(name => !endpoint.Parameters.ContainsKey(name))
                .Select(name => UsageErrors.Nearest(name, endpoint.Parameters.Keys))
                .OfType<string>(),
        ];
        string describe = $"See what it takes: {PrintedCommands.Of("api", "describe", path, "--method", ApiVerbs.Word(invalid.Method))}";
        return new CliError
        {
            Code = "invalid_parameters",
            ExitCode = ExitCodes.Usage,
            Message = $"{invalid.Method.ToVerb()} {path} was not sent: {complaints}",
            Hint = invalid.Alternative is { } other ? other : near.Length > 0 ? $"Did you mean {string.Join(", ", near)}? {describe}" : describe,
            ParameterErrors = invalid.ParameterErrors,
        };
    }
}
